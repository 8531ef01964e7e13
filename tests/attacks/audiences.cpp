#include "attacks/corpus.hpp"

namespace attacks {

namespace {

constexpr auto other_audience = errc::token_audience_mismatch;
constexpr auto other_issuer = errc::token_issuer_mismatch;

void add_audience_forms(corpus& all) {
  const auto aud = [](std::string_view json) { return token(replaced("\"events\"", json)); };
  all.topic("aud", "RFC 7519 §4.1.3: whoever is not identified by a value of aud refuses");
  for (const char* json :
       {R"("events")", R"(["events"])", R"(["billing","events"])", R"(["events","billing"])",
        R"(["events","events"])", R"(["a","b","c","events","d"])", R"("\u0065vents")", R"(["\u0065vents"])",
        "[ \"events\" ]", R"(["","events"])", R"([" ","events"])"})
    all.accept(json, aud(json));
  for (const char* json : {R"("billing")",
                           R"(["billing"])",
                           "[]",
                           "\"\"",
                           "[\"\"]",
                           R"("EVENTS")",
                           R"("Events")",
                           R"("events ")",
                           R"(" events")",
                           R"("event")",
                           R"("events2")",
                           R"("eventsevents")",
                           R"("events,billing")",
                           R"("billing,events")",
                           R"("events billing")",
                           R"("billing events")",
                           R"("*")",
                           R"("events*")",
                           R"("e*")",
                           R"(".*")",
                           R"("%")",
                           R"("https://events")",
                           R"("events/")",
                           R"("events#")",
                           R"("events\n")",
                           R"("events\t")",
                           R"("\ufeffevents")",
                           R"("events\u200b")",
                           R"("\u0435vents")",
                           R"("eve\u006et\u0455")",
                           R"(["billing","event"])",
                           R"(["events,billing"])",
                           R"(["eve","nts"])",
                           R"(["Events","EVENTS"])",
                           R"("[\"events\"]")",
                           R"(["[\"events\"]"])",
                           R"("null")",
                           R"(["undefined"])",
                           R"("https://auth.example")"})
    all.refuse(other_audience, json, aud(json));
  all.rule(
      "RFC 7519 §4.1.3: aud is a string, or an array of strings; CVE-2020-26160 was another type that "
      "passed");
  for (const char* json : {"null",
                           "true",
                           "0",
                           "1",
                           "{}",
                           R"({"events":true})",
                           R"({"0":"events"})",
                           R"({"aud":"events"})",
                           R"({"length":1,"0":"events"})",
                           "[null]",
                           R"(["events",null])",
                           R"([null,"events"])",
                           R"(["events",1])",
                           R"([1,"events"])",
                           R"(["events",{}])",
                           R"(["events",["billing"]])",
                           R"([["events"]])",
                           R"([{"aud":"events"}])",
                           R"(["events",true])",
                           "[0]"})
    all.refuse(errc::token_claim_malformed, json, aud(json));
  all.rule("choice: no NUL in a registered claim, for C and SQL end there");
  for (const char* json :
       {R"("events\u0000")", R"("\u0000events")", R"(["events\u0000"])", R"(["events","x\u0000"])"})
    all.refuse(errc::token_claim_malformed, json, aud(json));
  all.rule("RFC 7519 §4.1.3: one value that identifies us is enough");
  std::string many = "\"a\"";
  for (int i = 0; i < 500; ++i) many += ",\"a" + std::to_string(i) + "\"";
  all.refuse(other_audience, "500 others", aud("[" + many + "]"));
  all.accept("500 others and ours", aud("[" + many + ",\"events\"]"));
}

void add_issuer_forms(corpus& all) {
  const auto iss = [](std::string_view json) { return token(replaced("\"https://auth.example\"", json)); };
  all.topic("iss",
            "RFC 8725 §3.8, RFC 7519 §2: issuers are compared byte for byte, without any normalisation");
  for (const char* json : {R"("https://auth.example")", R"("https:\/\/auth.example")",
                           R"("\u0068ttps://auth.example")", R"("https\u003a//auth\u002eexample")"})
    all.accept(json, iss(json));
  for (const char* json : {R"("")",
                           R"("https://evil.example")",
                           R"("https://auth.example/")",
                           R"("https://auth.example/x")",
                           R"("https://auth.example.")",
                           R"("https://auth.example:443")",
                           R"("http://auth.example")",
                           R"("HTTPS://auth.example")",
                           R"("https://AUTH.example")",
                           R"("https://auth.exampl")",
                           R"("https://auth.example.evil.example")",
                           R"("https://auth.example@evil.example")",
                           R"("https://auth.example#")",
                           R"("https://auth.example?")",
                           R"(" https://auth.example")",
                           R"("https://auth.example ")",
                           R"("https://auth.example\n")",
                           R"("https://auth.example\t")",
                           R"("https://%61uth.example")",
                           R"("https://auth%2eexample")",
                           R"("https://user@auth.example")",
                           R"("//auth.example")",
                           R"("auth.example")",
                           R"("https://auth")",
                           R"("https")",
                           R"("h")",
                           R"("*")",
                           R"("https://*.example")",
                           R"("https://\u0430uth.example")",
                           R"("https://auth\uff0eexample")",
                           R"("https://auth.example\u200b")",
                           R"("https://auth.example,https://evil.example")",
                           R"("https://auth.example https://evil.example")",
                           R"("[\"https://auth.example\"]")",
                           R"("https://auth.examplehttps://auth.example")",
                           R"("null")",
                           R"("events")"})
    all.refuse(other_issuer, json, iss(json));
  all.rule("RFC 7519 §4.1.1: iss is one string");
  for (const char* json : {"null", "true", "1", "{}", "[]", R"(["https://auth.example"])",
                           R"(["https://auth.example","https://evil.example"])",
                           R"({"https://auth.example":1})", R"({"iss":"https://auth.example"})"})
    all.refuse(errc::token_claim_malformed, json, iss(json));
  all.rule("choice: no NUL in a registered claim, for C and SQL end there");
  for (const char* json :
       {R"("https://auth.example\u0000")", R"("https://auth.example\u0000.evil.example")", R"("\u0000")"})
    all.refuse(errc::token_claim_malformed, json, iss(json));
}

void add_substitution(corpus& all) {
  all.topic(
      "substitution",
      "RFC 8725 §2.8, §3.8, §3.9: a token of the same key that was made for another purpose is refused");
  const auto made = [](std::string_view iss, std::string_view aud, std::string_view exp) {
    return token(R"({"iss":")" + std::string(iss) + R"(","aud":")" + std::string(aud) +
                 R"(","sub":"acc_1","exp":)" + std::string(exp) + "}");
  };
  const char* const us = "https://auth.example";
  all.accept("ours", made(us, "events", "1700086400"));
  all.refuse(other_audience, "for another service", made(us, "billing", "1700086400"));
  all.refuse(other_issuer, "from another issuer", made("https://other.example", "events", "1700086400"));
  all.refuse(other_issuer, "issuer and audience exchanged", made("events", us, "1700086400"));
  all.rule("choice: of several reasons the first of issuer, audience, time is told");
  all.refuse(other_issuer, "from another issuer, for another service",
             made("https://other.example", "billing", "1700086400"));
  all.refuse(other_issuer, "from another issuer, and expired", made("https://other.example", "events", "1"));
  all.refuse(other_audience, "for another service, and expired", made(us, "billing", "1"));
  all.rule("RFC 7515 §5.2: a wrong MAC is told before anything that it covers");
  all.refuse(errc::token_signature_mismatch, "expired, and by nobody",
             token(plain_header, replaced("1700086400", "1"), foreign_secret));
  all.refuse(errc::token_signature_mismatch, "for another service, and by nobody",
             token(plain_header, replaced("\"events\"", "\"billing\""), foreign_secret));
  all.refuse(errc::token_signature_mismatch, "not JSON, and by nobody",
             token(plain_header, "{", foreign_secret));
}

}  // namespace

void add_audiences(corpus& all) {
  add_audience_forms(all);
  add_issuer_forms(all);
  add_substitution(all);
}

}  // namespace attacks
