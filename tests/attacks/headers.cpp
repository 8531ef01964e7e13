#include "attacks/corpus.hpp"

namespace attacks {

namespace {

constexpr auto refused = errc::token_header_refused;

std::string with(std::string_view members) {
  return under_header(R"({"alg":"HS256","typ":"JWT",)" + std::string(members) + "}");
}

void add_critical(corpus& all) {
  all.topic(
      "crit",
      "RFC 7515 §4.1.11: a token whose crit names what we do not understand is refused, and we know none");
  for (const char* name : {"exp", "b64", "x", "http://example.invalid/UNDEFINED", "iat", "nonce", "sub",
                           "zip", "cnf", "typ", "\\u0062\\u0036\\u0034"}) {
    const std::string list = R"("crit":[")" + std::string(name) + R"("])";
    all.refuse(refused, std::string(name) + ", absent", with(list));
    if (std::string_view(name) != "typ")
      all.refuse(refused, std::string(name) + ", present", with(list + ",\"" + name + "\":true"));
  }
  all.refuse(refused, "two names", with(R"("crit":["x","y"],"x":1,"y":1)"));
  all.refuse(refused, "a name that we do not know among known ones", with(R"("crit":["alg","x"],"x":1)"));
  all.refuse(refused, "its name escaped", with(R"("\u0063rit":["x"],"x":1)"));
  all.refuse(refused, "in front of alg", under_header(R"({"crit":["x"],"alg":"HS256","x":1})"));
  all.rule("RFC 7515 §4.1.11: crit is a list of names, not empty, none twice, none of the registered ones");
  for (const char* value : {"[]", "null", "true", "0", "\"\"", "\"exp\"", "{}", R"({"exp":1})", "[1]",
                            "[null]", R"(["alg"])", R"(["crit"])", R"(["x","x"])", R"([""])", R"([["x"]])"})
    all.refuse(refused, std::string("a value: ") + value, with(R"("x":1,"crit":)" + std::string(value)));
}

void add_processing(corpus& all) {
  all.topic(
      "b64",
      "RFC 7797 §3, §6: the payload of b64 false is not base64url, and who does not know b64 refuses it");
  for (const char* value : {"false", "true", "null", "0", "\"false\"", "[]"}) {
    all.refuse(refused, std::string("critical: ") + value,
               with(R"("crit":["b64"],"b64":)" + std::string(value)));
  }
  all.rule(
      "choice: a b64 that no crit announces is malformed by RFC 7797 §6; who does not know b64 would ignore "
      "it");
  for (const char* value : {"false", "true", "null", "0", "\"false\"", "[]"})
    all.refuse(refused, std::string("alone: ") + value, with(R"("b64":)" + std::string(value)));
  all.rule("RFC 7515 §5.2: the payload is base64url");
  all.refuse(refused, "a payload that stands as it is",
             sign(encode(R"({"alg":"HS256","b64":false,"crit":["b64"]})") + "." + R"({"sub":"acc_1"})"));
  all.refuse(errc::token_payload_malformed, "a payload that stands as it is, and no b64",
             sign(encode(plain_header) + "." + R"({"sub":"acc_1"})"));

  all.topic(
      "jwe-members",
      "choice: a header that asks for decryption, inflation or a nested token is not an access token's");
  for (const char* value : {"\"A128GCM\"", "\"A256CBC-HS512\"", "null", "\"\"", "1"})
    all.refuse(refused, std::string("enc ") + value, with(R"("enc":)" + std::string(value)));
  for (const char* value : {"\"DEF\"", "\"GZIP\"", "null", "\"\"", "true"})
    all.refuse(refused, std::string("zip ") + value, with(R"("zip":)" + std::string(value)));
  for (const char* value : {"\"JWT\"", "\"jwt\"", "\"application/json\"", "\"x\"", "null"})
    all.refuse(refused, std::string("cty ") + value, with(R"("cty":)" + std::string(value)));
  all.refuse(refused, "a token inside a token, named so", token(R"({"alg":"HS256","cty":"JWT"})", good));
  all.rule("RFC 7519 §7.2: the payload is a JSON object");
  all.refuse(errc::token_payload_malformed, "a deflated payload",
             token(plain_header, "\xab\x56\x2a\x2e\x4d\x52\xb2\x52"));
  all.refuse(errc::token_payload_malformed, "a gzipped payload", token(plain_header, "\x1f\x8b\x08"));
}

void add_types(corpus& all) {
  all.topic("typ",
            "choice: a token of another declared type is no access token, which RFC 8725 §3.11 leaves to who "
            "declares types");
  for (const char* typ : {"refresh+jwt", "at+jwt", "dpop+jwt", "id+jwt", "logout+jwt", "secevent+jwt",
                          "token-introspection+jwt", "JWE", "JOSE", "JOSE+JSON", "JWS", "application/at+jwt",
                          "text/html", "kb+jwt", "vc+sd-jwt"})
    all.refuse(errc::token_type_refused, typ,
               under_header(R"({"alg":"HS256","typ":")" + std::string(typ) + "\"}"));
  all.rule("choice: typ is absent or exactly JWT, which is how RFC 7519 §5.1 recommends to spell it");
  for (const char* typ : {"", "jwt", "Jwt", "JWT ", " JWT", "JWT\\n", "application/jwt", "application/JWT",
                          "JWT;charset=utf-8", "\\uff2a\\uff37\\uff34", "JWTJWT", "JW"})
    all.refuse(errc::token_type_refused, typ[0] == '\0' ? "(empty)" : std::string("spelled ") + typ,
               under_header(R"({"alg":"HS256","typ":")" + std::string(typ) + "\"}"));
  all.refuse(refused, "spelled JWT\\u0000", under_header(R"({"alg":"HS256","typ":"JWT\u0000"})"));
  all.accept("absent", under_header(R"({"alg":"HS256"})"));
  all.accept("escaped", under_header(R"({"alg":"HS256","typ":"\u004aWT"})"));
  all.accept("under another name", under_header(R"({"alg":"HS256","Typ":"refresh+jwt"})"));
  all.rule("RFC 7515 §4.1.9: typ is a string");
  for (const char* value : {"null", "1", "true", "[]", "{}", R"(["JWT"])", R"({"JWT":1})"})
    all.refuse(refused, std::string("a value: ") + value,
               under_header(R"({"alg":"HS256","typ":)" + std::string(value) + "}"));

  all.topic("typ-explicit", "RFC 8725 §3.11: who asks for a type takes no token without it", setup::at_jwt);
  const auto type = errc::token_type_refused;
  all.accept("the right one", under_header(R"({"alg":"HS256","typ":"at+jwt"})"));
  all.accept("the right one, escaped", under_header(R"({"alg":"HS256","typ":"at\u002bjwt"})"));
  all.refuse(type, "none", under_header(R"({"alg":"HS256"})"));
  all.refuse(type, "our own header", good);
  for (const char* typ : {"JWT", "AT+JWT", "application/at+jwt", "at+jwt ", "at jwt", "refresh+jwt", ""})
    all.refuse(type, typ[0] == '\0' ? "(empty)" : typ,
               under_header(R"({"alg":"HS256","typ":")" + std::string(typ) + "\"}"));
}

// Claims that stand in the header say nothing, whether the payload has them or not.
void add_claims_in_headers(corpus& all) {
  all.topic("header-claims",
            "RFC 7519 §5.3, §7.2: claims are those of the payload; copies in a header are nobody's word");
  all.refuse(errc::token_expired, "exp later than the payload's",
             token(R"({"alg":"HS256","exp":9999999999})", replaced("1700086400", "1700000000")));
  all.refuse(errc::token_claim_missing, "exp only",
             token(R"({"alg":"HS256","exp":9999999999})", replaced("\"exp\":1700086400", "")));
  all.refuse(errc::token_claim_missing, "sub only",
             token(R"({"alg":"HS256","sub":"acc_1"})", replaced("\"sub\":\"acc_1\"", "")));
  all.refuse(errc::token_claim_missing, "iss only",
             token(R"({"alg":"HS256","iss":"https://auth.example"})",
                   replaced(R"("iss":"https://auth.example")", "")));
  all.refuse(errc::token_claim_missing, "aud only",
             token(R"({"alg":"HS256","aud":"events"})", replaced(R"("aud":"events")", "")));
  all.refuse(
      errc::token_issuer_mismatch, "iss of ours, and the payload's of others",
      token(R"({"alg":"HS256","iss":"https://auth.example"})", replaced("auth.example", "evil.example")));
  all.refuse(errc::token_audience_mismatch, "aud of ours, and the payload's of others",
             token(R"({"alg":"HS256","aud":"events"})", replaced("\"events\"", "\"billing\"")));
  all.refuse(errc::token_not_yet_valid, "nbf earlier than the payload's",
             token(R"({"alg":"HS256","nbf":0})", extended("\"nbf\":1700000200")));
  for (const char* members :
       {R"("exp":1)", R"("nbf":9999999999)", R"("iss":"https://evil.example")", R"("sub":"admin")",
        R"("aud":"billing")", R"("scope":"full_access")", R"("iat":9999999999)"})
    all.accept(std::string("copies that disagree: ") + members,
               under_header(R"({"alg":"HS256",)" + std::string(members) + "}"));

  all.topic("header-members", "RFC 7515 §4: members that nobody knows are ignored");
  for (const char* members : {R"("x":1)",
                              R"("x":null)",
                              R"("x":{"alg":"none"})",
                              R"("x":[{"crit":["exp"]}])",
                              R"("none":"alg")",
                              R"("":"")",
                              R"("nonce":"n-0S6")",
                              R"("url":"https://evil.example")",
                              R"("ppt":"shaken")",
                              R"("iv":"QUFB")",
                              R"("tag":"QUFB")",
                              R"("epk":{"kty":"EC"})",
                              R"("p2c":2147483647)",
                              R"("p2s":"QUFB")",
                              R"("apu":"QUFB")",
                              R"("Crit":["x"])",
                              R"("CRIT":["x"])",
                              R"("crit ":["x"])",
                              R"("B64":false)",
                              R"("Enc":"A128GCM")",
                              R"("__proto__":{"alg":"none"})",
                              R"("constructor":{"prototype":{}})",
                              R"("alg\u0000":"none")",
                              R"("x":"\u0000")"})
    all.accept(members, with(members));
  all.rule("choice: nothing honest has more than 64 members in a header, or numbers beyond a double");
  std::string many;
  for (int i = 0; i < 63; ++i) many += ",\"m" + std::to_string(i) + "\":0";
  all.accept("64 members", under_header(R"({"alg":"HS256")" + many + "}"));
  all.refuse(refused, "65 members", under_header(R"({"alg":"HS256","m":0)" + many + "}"));
  all.refuse(refused, "a number beyond a double", with(R"("x":1e400)"));
  all.refuse(refused, "a whole number beyond 64 bits", with(R"("x":123456789012345678901234567890)"));
}

}  // namespace

void add_headers(corpus& all) {
  add_critical(all);
  add_processing(all);
  add_types(all);
  add_claims_in_headers(all);
}

}  // namespace attacks
