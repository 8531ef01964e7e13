#include <atomic>
#include <thread>

#include "catch.hpp"
#include "craft.hpp"

using namespace craft;

namespace {

errc says(const jwt::verifier& verifier, const std::string& token, time_point now) {
  return outcome(verifier.verify(token, now));
}

// What our verifier says about a payload at noon.
errc judged(const std::string& payload) { return says(our_verifier(), token(payload), noon()); }

jwt::verifier with(jwt::verifier_options options) { return *jwt::verifier::make(keys(), std::move(options)); }

errc refused(jwt::verifier_options options) {
  const auto made = jwt::verifier::make(keys(), std::move(options));
  return made ? errc{} : made.error().code();
}

std::string with_times(const std::string& times) {
  return token(replaced("\"iat\":1700000000,\"exp\":1700086400", times));
}

}  // namespace

TEST_CASE("of all that is wrong with a token the first is said, in the documented order", "[jwt]") {
  const auto verifier = our_verifier();
  const auto code = [&](std::string_view header, const std::string& payload, std::string_view key) {
    return says(verifier, token(header, payload, key), noon());
  };
  std::string payload(good_payload);
  const auto spoil = [&](std::string_view member, std::string_view instead) {
    payload.replace(payload.find(member), member.size(), instead);
    return code(plain_header, payload, our_secret);
  };
  CHECK(spoil(R"("iat":1700000000)", R"("nbf":1700086399)") == errc::token_not_yet_valid);
  CHECK(spoil("1700086400", "1700000000") == errc::token_expired);
  CHECK(spoil(R"("aud":"events")", R"("aud":"others")") == errc::token_audience_mismatch);
  CHECK(spoil("https://auth.example", "https://other.example") == errc::token_issuer_mismatch);
  CHECK(spoil(R"("sub":"acc_1",)", "") == errc::token_claim_missing);
  CHECK(spoil(R"("sid":"s1")", R"("sid":1)") == errc::token_claim_malformed);
  CHECK(spoil("}", "},") == errc::token_payload_malformed);
  CHECK(code(plain_header, payload, foreign_secret) == errc::token_signature_mismatch);
  std::string header = R"({"alg":"HS256","kid":"unknown"})";
  CHECK(code(header, payload, foreign_secret) == errc::token_key_unknown);
  header.insert(header.size() - 1, R"(,"typ":"at+jwt")");
  CHECK(code(header, payload, foreign_secret) == errc::token_type_refused);
  header.replace(header.find("HS256"), 5, "none");
  CHECK(code(header, payload, foreign_secret) == errc::token_algorithm_refused);
  header.insert(header.size() - 1, R"(,"crit":["exp"])");
  CHECK(code(header, payload, foreign_secret) == errc::token_header_refused);
  const std::string cut = encode(header) + '.' + encode(payload) + '.';
  CHECK(says(verifier, cut, noon()) == errc::token_malformed);
  CHECK(says(verifier, cut + std::string(jwt::max_token_size, 'A'), noon()) == errc::token_too_large);
}

TEST_CASE("a token lives until exactly exp", "[jwt]") {
  const auto verifier = our_verifier();
  const std::string whole = with_times("\"exp\":100"), half = with_times("\"exp\":100.5"),
                    milli = with_times("\"exp\":0.001");
  CHECK(says(verifier, whole, at_second(100) - duration(1)) == errc{});
  CHECK(says(verifier, whole, at_second(100)) == errc::token_expired);
  CHECK(says(verifier, whole, at_second(100) + duration(1)) == errc::token_expired);
  CHECK(says(verifier, whole, at_second(0)) == errc{});
  CHECK(says(verifier, half, at_second(100)) == errc{});
  CHECK(says(verifier, half, at_second(100) + duration(499)) == errc{});
  CHECK(says(verifier, half, at_second(100) + duration(500)) == errc::token_expired);
  CHECK(says(verifier, half, at_second(101)) == errc::token_expired);
  CHECK(says(verifier, milli, at_second(0)) == errc{});
  CHECK(says(verifier, milli, at_second(0) + duration(1)) == errc::token_expired);
  CHECK(says(verifier, whole, time_point::max()) == errc::token_expired);
}

TEST_CASE("a token is refused before nbf and iat, and accepted from them on", "[jwt]") {
  const auto verifier = our_verifier();
  for (const char* claim : {"nbf", "iat"}) {
    INFO(claim);
    const std::string token = with_times("\"" + std::string(claim) + "\":100,\"exp\":200");
    CHECK(says(verifier, token, at_second(100) - duration(1)) == errc::token_not_yet_valid);
    CHECK(says(verifier, token, at_second(100)) == errc{});
    CHECK(says(verifier, token, time_point::min()) == errc::token_not_yet_valid);
  }
}

TEST_CASE("leeway admits nbf and iat that lie ahead, and never prolongs a life", "[jwt]") {
  auto options = expecting_us();
  options.leeway = std::chrono::seconds(10);
  const auto verifier = with(options);
  for (const char* claim : {"nbf", "iat"}) {
    INFO(claim);
    const std::string token = with_times("\"" + std::string(claim) + "\":100,\"exp\":200");
    CHECK(says(verifier, token, at_second(90) - duration(1)) == errc::token_not_yet_valid);
    CHECK(says(verifier, token, at_second(90)) == errc{});
    CHECK(says(verifier, token, at_second(200) - duration(1)) == errc{});
    CHECK(says(verifier, token, at_second(200)) == errc::token_expired);
  }
}

TEST_CASE("dates may be any finite number from 0 on", "[jwt]") {
  for (const char* exp :
       {"2e9", "2E+9", "1700086400.0", "1700086400.123456789", "9007199254740993", "9223372036854775807",
        "9223372036854775808", "18446744073709551615", "18446744073709551616", "1e300",
        "1.7976931348623157e308", "123456789012345678901234567890"}) {
    INFO(exp);
    CHECK(judged(replaced("1700086400", exp)) == errc{});
  }
  CHECK(judged(replaced("1700086400", std::string(309, '1'))) == errc{});
  CHECK(judged(replaced("1700086400", std::string(310, '1'))) == errc::token_claim_malformed);
  CHECK(judged(replaced("\"iat\":1700000000", "\"iat\":1.7e9")) == errc{});
  CHECK(judged(extended("\"nbf\":1700000100.0")) == errc{});
  CHECK(judged(extended("\"nbf\":0")) == errc{});
}

TEST_CASE("a date beyond the year 9999 reads as its end", "[jwt]") {
  const auto who = our_verifier().verify(token(replaced("1700086400", "1e300")), noon());
  CHECK(who->expires_at() == at_second(253402300799));
  const auto fraction = our_verifier().verify(token(replaced("1700086400", "1700086400.25")), noon());
  CHECK(fraction->expires_at() == at_second(1700086400) + duration(250));
}

TEST_CASE("an audience matches as a text or inside an array, any of ours with any of theirs", "[jwt]") {
  const auto aud = [](const char* json) { return replaced("\"events\"", json); };
  CHECK(judged(aud(R"(["events"])")) == errc{});
  CHECK(judged(aud(R"(["billing","events","events"])")) == errc{});
  CHECK(judged(aud(R"("\u0065vents")")) == errc{});
  auto options = expecting_us();
  options.audiences = {"billing", "reports"};
  const auto two = with(options);
  CHECK(says(two, token(aud("\"billing\"")), noon()) == errc{});
  CHECK(says(two, token(aud(R"(["events","reports"])")), noon()) == errc{});
  CHECK(says(two, token(aud("\"events\"")), noon()) == errc::token_audience_mismatch);
}

TEST_CASE("claims of the host's own may be of any type, size and depth within the token", "[jwt]") {
  const std::string levels = std::string(31, '[') + "{}" + std::string(31, ']');
  CHECK(judged(extended("\"a\":" + std::string(30, '[') + "{}" + std::string(30, ']'))) == errc{});
  CHECK(judged(extended("\"a\":" + levels)) == errc::token_payload_malformed);
  std::string many;
  for (int i = 0; i < 400; ++i) many += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
  CHECK(judged(extended(many)) == errc{});
  CHECK(judged(extended(many + ",\"399\":0")) == errc::token_payload_malformed);
  for (const char* json : {"null", "true", "-0", "1.5e-7", "\"\"", R"("\u0000")", R"("\ud83d\ude00")", "[]",
                           "{}", "18446744073709551616", "-99999999999999999999999", "1e999", "-1e999",
                           "0e999", R"([{"sub":1,"exp":"x"},{"sub":2}])"}) {
    INFO(json);
    CHECK(judged(extended("\"a\":" + std::string(json))) == errc{});
  }
  CHECK(judged(" \r\n\t" + std::string(good_payload) + " \r\n\t") == errc{});
}

TEST_CASE("headers in other words than ours are read, and what means nothing in them is ignored", "[jwt]") {
  const auto verifier = our_verifier();
  for (const char* header :
       {R"({"alg":"HS256"})", R"({"typ":"JWT","alg":"HS256"})", R"( { "alg" : "HS256" , "typ" : "JWT" } )",
        R"({"\u0061lg":"HS\u0032\u0035\u0036"})", R"({"alg":"HS256","kid":"2026-11"})",
        R"({"alg":"HS256","x":[1,{}]})", R"({"alg":"HS256","iss":"x","exp":1,"sub":"admin"})",
        R"({"alg":"HS256","jku":"https://evil.example"})"}) {
    INFO(header);
    const auto who = verifier.verify(token(header, good_payload), noon());
    REQUIRE(who);
    CHECK(who->subject() == "acc_1");
    CHECK(who->issuer() == "https://auth.example");
  }
  std::string widest = R"({"alg":"HS256")";
  for (int i = 1; i < 64; ++i) widest += ",\"" + std::to_string(i) + "\":0";
  CHECK(says(verifier, token(widest + "}", good_payload), noon()) == errc{});
}

TEST_CASE("a verifier of another type accepts that type only", "[jwt]") {
  auto options = expecting_us();
  options.type = "at+jwt";
  const auto verifier = with(options);
  CHECK(says(verifier, token(R"({"alg":"HS256","typ":"at+jwt"})", good_payload), noon()) == errc{});
  CHECK(says(verifier, token(good_payload), noon()) == errc::token_type_refused);
  CHECK(says(verifier, token(R"({"alg":"HS256"})", good_payload), noon()) == errc::token_type_refused);
  CHECK(says(verifier, token(R"({"alg":"HS256","typ":"AT+JWT"})", good_payload), noon()) ==
        errc::token_type_refused);
}

TEST_CASE("checks are left out only when asked for by name", "[jwt]") {
  const std::string no_issuer = token(replaced(R"("iss":"https://auth.example")", ""));
  const std::string no_audience = token(replaced(R"("aud":"events")", ""));
  const std::string no_subject = token(replaced(R"("sub":"acc_1")", ""));
  const auto any_issuer = with({.audiences = {"events"}, .unsafe_any_issuer = true});
  CHECK(says(any_issuer, no_issuer, noon()) == errc{});
  CHECK(says(any_issuer, token(replaced("auth.example", "evil.example")), noon()) == errc{});
  CHECK(says(any_issuer, no_audience, noon()) == errc::token_claim_missing);
  const auto any_audience = with({.issuer = "https://auth.example", .unsafe_any_audience = true});
  CHECK(says(any_audience, no_audience, noon()) == errc{});
  CHECK(says(any_audience, token(replaced("\"events\"", "\"billing\"")), noon()) == errc{});
  CHECK(says(any_audience, token(replaced("\"events\"", "1")), noon()) == errc::token_claim_malformed);
  CHECK(says(any_audience, no_issuer, noon()) == errc::token_claim_missing);
  auto options = expecting_us();
  options.unsafe_no_subject = true;
  CHECK(says(with(options), no_subject, noon()) == errc{});
  CHECK(says(with(options), token(replaced("acc_1\"", "\"")), noon()) == errc::token_claim_malformed);
}

TEST_CASE("a verifier refuses options that contradict themselves or weaken it silently", "[jwt]") {
  const auto refusal = errc::option_invalid;
  CHECK(refused(expecting_us()) == errc{});
  CHECK(refused({}) == refusal);
  CHECK(refused({.issuer = "i"}) == refusal);
  CHECK(refused({.audiences = {"a"}}) == refusal);
  CHECK(refused({.issuer = "i", .audiences = {"a", ""}}) == refusal);
  CHECK(refused({.issuer = "i\xff", .audiences = {"a"}}) == refusal);
  CHECK(refused({.issuer = "i", .audiences = {text("a\0")}}) == refusal);
  CHECK(refused({.issuer = "i", .audiences = {"a"}, .unsafe_any_issuer = true}) == refusal);
  CHECK(refused({.issuer = "i", .audiences = {"a"}, .unsafe_any_audience = true}) == refusal);
  CHECK(refused({.issuer = "i", .audiences = {"a"}, .type = ""}) == refusal);
  CHECK(refused({.issuer = "i", .audiences = {"a"}, .leeway = duration(-1)}) == refusal);
  CHECK(refused({.issuer = "i", .audiences = {"a"}, .leeway = jwt::max_leeway}) == errc{});
  CHECK(refused({.issuer = "i", .audiences = {"a"}, .leeway = jwt::max_leeway + duration(1)}) == refusal);
  CHECK(refused({.unsafe_any_issuer = true, .unsafe_any_audience = true}) == errc{});
}

TEST_CASE("a claim is read by its name, and only as the type it has", "[jwt]") {
  const auto who = our_verifier().verify(
      token(extended(
          R"("t":"x\ty","i":-9223372036854775808,"u":9223372036854775808,"f":1.0,"b":false,"n":null,)"
          R"("w":123456789012345678901234567890,"o": { "a" : [ 1 , "}" ] } ,"k\u0065y":1e400)")),
      noon());
  REQUIRE(who);
  CHECK(who->text("t") == "x\ty");
  CHECK(who->json("t") == R"("x\ty")");
  CHECK_FALSE(who->integer("t"));
  CHECK_FALSE(who->boolean("t"));
  CHECK(who->integer("i") == INT64_MIN);
  CHECK_FALSE(who->integer("u"));
  CHECK(who->json("u") == "9223372036854775808");
  CHECK_FALSE(who->integer("f"));
  CHECK(who->json("f") == "1.0");
  CHECK(who->boolean("b") == false);
  CHECK_FALSE(who->integer("b"));
  CHECK(who->json("n") == "null");
  CHECK_FALSE(who->text("n"));
  CHECK_FALSE(who->integer("w"));
  CHECK(who->json("w") == "123456789012345678901234567890");
  CHECK(who->json("o") == R"({ "a" : [ 1 , "}" ] })");
  CHECK(who->json("key") == "1e400");
  CHECK(who->json("sub") == "\"acc_1\"");
  CHECK(who->integer("exp") == 1700086400);
  CHECK_FALSE(who->json("absent"));
  CHECK_FALSE(who->text("absent"));
}

TEST_CASE("a proven token outlives the text it came from, and tokens proven later", "[jwt]") {
  std::string first = token(good_payload);
  const auto verifier = our_verifier();
  const auto who = verifier.verify(first, noon());
  first.assign(first.size(), 'x');
  const auto other = verifier.verify(token(replaced("acc_1", R"(other\u0021)")), noon());
  CHECK(who->subject() == "acc_1");
  CHECK(who->session().text() == "s1");
  CHECK(who->token().text() == "t1");
  CHECK(who->granted() == grant{subject_id("acc_1"), *scope::list::parse_spaced("events:read")});
  CHECK(who->text("sub") == "acc_1");
  CHECK(other->subject() == "other!");
}

TEST_CASE("a token without a scope claim grants nothing", "[jwt]") {
  for (const char* scope : {"", R"("scope":"")"}) {
    const auto who = our_verifier().verify(token(replaced(R"("scope":"events:read")", scope)), noon());
    REQUIRE(who);
    CHECK(who->granted().scopes.empty());
  }
}

TEST_CASE("threads share one verifier and one signer", "[jwt]") {
  const auto keyset = two_keys();
  const auto verifier = *jwt::verifier::make(keyset, expecting_us());
  const auto signer = *jwt::signer::make(keyset, {.issuer = "https://auth.example", .audience = "events"});
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      const std::string subject = "subject-of-thread-" + std::to_string(i);
      for (int round = 0; round < 200; ++round) {
        const auto token = signer.sign({subject_id(subject), {}}, {.issued_at = noon()});
        const auto who = verifier.verify(token->expose(), noon());
        if (!who || who->subject() != subject) ++wrong;
        if (verifier.verify(craft::token(plain_header, good_payload, foreign_secret), noon())) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}
