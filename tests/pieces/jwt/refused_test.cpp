// Every token here is refused, with exactly the reason named. The key stays ours; "signed" attacks are those
// of someone who can have claims of his choice signed, or shares the key.
#include "catch.hpp"
#include "craft.hpp"

using namespace craft;

namespace {

struct attack {
  const char* what;
  std::string token;
  errc reason;
};

void check_all(const std::vector<attack>& attacks) {
  const auto verifier = our_verifier();
  for (const attack& each : attacks) {
    INFO(each.what);
    CHECK(outcome(verifier.verify(each.token, noon())) == each.reason);
  }
}

const std::string good = token(good_payload);
const std::string good_signature = good.substr(good.rfind('.') + 1);
const std::string good_input = good.substr(0, good.rfind('.'));

// The good token with another signature text.
std::string with_signature(const std::string& signature) { return good_input + '.' + signature; }

std::string with_header(std::string_view header) { return token(header, good_payload); }

std::string nested(std::string_view open, std::string_view close, int levels) {
  std::string out;
  for (int i = 0; i < levels; ++i) out += open;
  out += "1";
  for (int i = 0; i < levels; ++i) out += close;
  return out;
}

std::string many_members(int count) {
  std::string out = R"({"alg":"HS256")";
  for (int i = 0; i < count; ++i) out += ",\"" + std::to_string(i) + "\":0";
  return out + "}";
}

}  // namespace

TEST_CASE("the good token, from which all attacks are made, is accepted", "[jwt]") {
  CHECK(our_verifier().verify(good, noon()));
}

TEST_CASE("attacks on the envelope are refused before anything is parsed", "[jwt]") {
  const auto malformed = errc::token_malformed;
  check_all({
      {"nothing", "", malformed},
      {"one dot", ".", malformed},
      {"two dots", "..", malformed},
      {"no dot", "garbage", malformed},
      {"signature stripped with its dot", good_input, malformed},
      {"signature stripped", good_input + ".", malformed},
      {"signature cut", good.substr(0, good.size() - 1), malformed},
      {"short signature", with_signature("AA"), malformed},
      {"long signature", good + "A", malformed},
      {"padded signature", good + "=", malformed},
      {"blank behind the signature", good + " ", malformed},
      {"line end behind the signature", good + "\n", malformed},
      {"NUL behind the signature", good + text("\0"), malformed},
      {"NUL and garbage behind the token", good + text("\0garbage"), malformed},
      {"trailing dot", good + ".", malformed},
      {"four segments", good + ".AAAA", malformed},
      {"five segments", "a.b.c.d." + good_signature, malformed},
      {"leading dot", "." + good, malformed},
      {"JSON serialization", R"({"payload":"e30","protected":"e30","signature":"AA"})", malformed},
      {"two tokens", good + "," + good, malformed},
      {"8,193 characters", std::string(jwt::max_token_size + 1, 'a'), errc::token_too_large},
      {"9 KB", good_input + std::string(9000, 'A') + "." + good_signature, errc::token_too_large},
      {"a megabyte of dots", std::string(1 << 20, '.'), errc::token_too_large},
      {"8,192 dots", std::string(jwt::max_token_size, '.'), malformed},
  });
}

TEST_CASE("a third dot is refused before anything is parsed, wherever it stands", "[jwt]") {
  const auto verifier = our_verifier();
  for (std::size_t at = 0; at < good.size(); ++at) {
    if (good[at] == '.') continue;
    std::string dotted = good;
    dotted[at] = '.';
    INFO(dotted);
    CHECK(outcome(verifier.verify(dotted, noon())) == errc::token_malformed);
  }
}

TEST_CASE("attacks on the signature are refused", "[jwt]") {
  const auto mismatch = errc::token_signature_mismatch;
  std::string other_last = good_signature;
  // The last character of 32 bytes carries two unused bits: three more spellings of the same MAC.
  const std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  other_last.back() = alphabet[alphabet.find(good_signature.back()) + 1];
  std::string first_flipped = good_signature, blank = good_signature;
  first_flipped.front() = first_flipped.front() == 'A' ? 'B' : 'A';
  blank[20] = ' ';
  check_all({
      {"zeroed", with_signature(std::string(43, 'A')), mismatch},
      {"first character", with_signature(first_flipped), mismatch},
      {"last character, unused bits set", with_signature(other_last), mismatch},
      {"padding instead of the last character", with_signature(good_signature.substr(0, 42) + "="), mismatch},
      {"blank inside", with_signature(blank), mismatch},
      {"illegal characters only", with_signature(std::string(43, '?')), mismatch},
      {"NUL bytes only", with_signature(std::string(43, '\0')), mismatch},
      {"another secret", token(plain_header, good_payload, foreign_secret), mismatch},
      {"the empty secret", token(plain_header, good_payload, ""), mismatch},
      {"the MAC of another token",
       token(R"({"sub":"x"})").substr(0, token(R"({"sub":"x"})").rfind('.') + 1) + good_signature, mismatch},
      {"payload changed",
       encode(plain_header) + "." + encode(replaced("acc_1", "acc_2")) + "." + good_signature, mismatch},
      {"payload cut off", encode(plain_header) + ".." + good_signature, mismatch},
      {"nested JSON behind a bad signature",
       encode(plain_header) + "." + encode(nested("{\"a\":", "}", 900)) + "." + good_signature, mismatch},
  });
}

TEST_CASE("attacks on the algorithm are refused", "[jwt]") {
  const auto refused = errc::token_algorithm_refused;
  std::vector<attack> attacks;
  for (const char* alg :
       {"none",  "None",  "NONE",   "nOnE",   "",       "hs256", "Hs256",  "HS384", "HS512",        "RS256",
        "ES256", "EdDSA", "HS256 ", " HS256", "HS2560", "HS25",  "A128KW", "dir",   "HS256\\u0000", "HMAC"}) {
    const std::string header = R"({"alg":")" + std::string(alg) + R"(","typ":"JWT"})";
    attacks.push_back({alg, with_header(header), refused});
    attacks.push_back(
        {alg, encode(header) + "." + encode(good_payload) + "." + std::string(43, 'A'), refused});
  }
  check_all(attacks);
  check_all({
      {"alg none and no signature", encode(R"({"alg":"none"})") + "." + encode(good_payload) + ".",
       errc::token_malformed},
      {"alg missing", with_header(R"({"typ":"JWT"})"), refused},
      {"alg null", with_header(R"({"alg":null,"typ":"JWT"})"), refused},
      {"alg an array", with_header(R"({"alg":["HS256"],"typ":"JWT"})"), refused},
      {"alg an object", with_header(R"({"alg":{"HS256":1},"typ":"JWT"})"), refused},
      {"alg a number", with_header(R"({"alg":256,"typ":"JWT"})"), refused},
      {"Alg in another case", with_header(R"({"Alg":"HS256","typ":"JWT"})"), refused},
      {"empty header object", with_header("{}"), refused},
      {"signed with a public key's text",
       token(R"({"alg":"RS256"})", good_payload, "-----BEGIN PUBLIC KEY-----"), refused},
  });
}

TEST_CASE("headers that are not the strict form are refused", "[jwt]") {
  const auto refused = errc::token_header_refused;
  check_all({
      {"alg twice, none last", with_header(R"({"alg":"HS256","alg":"none"})"), refused},
      {"alg twice, none first", with_header(R"({"alg":"none","alg":"HS256"})"), refused},
      {"alg twice, the same", with_header(R"({"alg":"HS256","alg":"HS256"})"), refused},
      {"alg twice, one escaped", with_header(R"({"alg":"HS256","\u0061lg":"none"})"), refused},
      {"kid twice", with_header(R"({"alg":"HS256","kid":"2026-11","kid":"x"})"), refused},
      {"a repeated name inside an unknown member", with_header(R"({"alg":"HS256","x":{"a":1,"a":2}})"),
       refused},
      {"unknown crit", with_header(R"({"alg":"HS256","crit":["x"],"x":1})"), refused},
      {"empty crit", with_header(R"({"alg":"HS256","crit":[]})"), refused},
      {"crit b64", with_header(R"({"alg":"HS256","b64":false,"crit":["b64"]})"), refused},
      {"b64 without crit", with_header(R"({"alg":"HS256","b64":false})"), refused},
      {"b64 true", with_header(R"({"alg":"HS256","b64":true})"), refused},
      {"enc", with_header(R"({"alg":"HS256","enc":"A128GCM"})"), refused},
      {"zip", with_header(R"({"alg":"HS256","zip":"DEF"})"), refused},
      {"nested token by cty", with_header(R"({"alg":"HS256","cty":"JWT"})"), refused},
      {"escaped crit", with_header(R"({"alg":"HS256","\u0063rit":["x"]})"), refused},
      {"kid a number", with_header(R"({"alg":"HS256","kid":1})"), refused},
      {"kid null", with_header(R"({"alg":"HS256","kid":null})"), refused},
      {"kid with NUL", with_header(R"({"alg":"HS256","kid":"2026-11\u0000"})"), refused},
      {"typ a number", with_header(R"({"alg":"HS256","typ":1})"), refused},
      {"typ an array", with_header(R"({"alg":"HS256","typ":["JWT"]})"), refused},
      {"an array", with_header(R"(["HS256"])"), refused},
      {"a text", with_header(R"("HS256")"), refused},
      {"null", with_header("null"), refused},
      {"not JSON", with_header("alg=HS256"), refused},
      {"empty", with_header(""), refused},
      {"blank", with_header(" "), refused},
      {"cut", with_header(R"({"alg":"HS256")"), refused},
      {"garbage behind", with_header(R"({"alg":"HS256"}x)"), refused},
      {"a second object", with_header(R"({"alg":"HS256"}{"alg":"none"})"), refused},
      {"NUL behind", with_header(text("{\"alg\":\"HS256\"}\0")), refused},
      {"byte order mark", with_header("\xef\xbb\xbf{\"alg\":\"HS256\"}"), refused},
      {"invalid UTF-8", with_header("{\"alg\":\"HS256\",\"x\":\"\xff\"}"), refused},
      {"comment", with_header(R"({"alg":"HS256"/**/})"), refused},
      {"trailing comma", with_header(R"({"alg":"HS256",})"), refused},
      {"900 nested objects", with_header(R"({"alg":"HS256","x":)" + nested("{\"a\":", "}", 900) + "}"),
       refused},
      {"2,500 nested arrays", with_header(R"({"alg":"HS256","x":)" + nested("[", "]", 2500) + "}"), refused},
      {"header not base64url: blank", sign(" " + encode(plain_header) + "." + encode(good_payload)),
       errc::token_malformed},
      {"header not base64url: padding", sign(encode(R"({"alg":"HS256"})") + "=." + encode(good_payload)),
       errc::token_malformed},
      {"header not base64url: unused bits",
       sign("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9IB." + encode(good_payload)), errc::token_malformed},
      {"65 members", with_header(many_members(64)), refused},
      {"65 members, deeper", with_header(R"({"alg":"HS256","x":)" + many_members(64) + "}"), refused},
      {"17 members, one of them twice", with_header(many_members(15).insert(1, R"("14":0,)")), refused},
      {"600 members, one of them twice", with_header(many_members(600).insert(1, R"("599":0,)")), refused},
  });
}

TEST_CASE("attacks by typ and kid are refused", "[jwt]") {
  const auto type = errc::token_type_refused;
  const auto key = errc::token_key_unknown;
  check_all({
      {"refresh token", with_header(R"({"alg":"HS256","typ":"refresh+jwt"})"), type},
      {"at+jwt", with_header(R"({"alg":"HS256","typ":"at+jwt"})"), type},
      {"typ JWE", with_header(R"({"alg":"HS256","typ":"JWE"})"), type},
      {"typ empty", with_header(R"({"alg":"HS256","typ":""})"), type},
      {"typ in another case", with_header(R"({"alg":"HS256","typ":"jwt"})"), type},
      {"a path", with_header(R"({"alg":"HS256","kid":"../../dev/null"})"), key},
      {"a path, signed with the empty secret",
       token(R"({"alg":"HS256","kid":"/dev/null"})", good_payload, ""), key},
      {"a query", with_header(R"({"alg":"HS256","kid":"x' UNION SELECT 'secret"})"), key},
      {"an empty kid", with_header(R"({"alg":"HS256","kid":""})"), key},
      {"a kid in another case", token(R"({"alg":"HS256","kid":"KID"})", good_payload), key},
      {"the start of our kid", with_header(R"({"alg":"HS256","kid":"2026-1"})"), key},
      {"more than our kid", with_header(R"({"alg":"HS256","kid":"2026-11 "})"), key},
      {"an embedded key",
       token(R"({"alg":"HS256","jwk":{"kty":"oct","k":"YW4gb3V0c2lkZXI"}})", good_payload, "an outsider"),
       errc::token_signature_mismatch},
      {"a key by address",
       token(R"({"alg":"HS256","jku":"https://evil.example/k"})", good_payload, foreign_secret),
       errc::token_signature_mismatch},
  });
}

TEST_CASE("signed payloads that are not one strict JSON object are refused", "[jwt]") {
  const auto refused = errc::token_payload_malformed;
  const std::string payload(good_payload);
  check_all({
      {"empty", token(""), refused},
      {"empty array", token("[]"), refused},
      {"text", token("\"sub\""), refused},
      {"null", token("null"), refused},
      {"number", token("1700000000"), refused},
      {"cut", token(payload.substr(0, payload.size() - 1)), refused},
      {"garbage behind", token(payload + "x"), refused},
      {"a second object", token(payload + payload), refused},
      {"NUL behind", token(payload + text("\0")), refused},
      {"NUL and junk behind", token(payload + text("\0junk")), refused},
      {"byte order mark", token("\xef\xbb\xbf" + payload), refused},
      {"sub twice", token(extended(R"("sub":"admin")")), refused},
      {"sub twice, one escaped", token(extended(R"("s\u0075b":"admin")")), refused},
      {"exp twice", token(extended(R"("exp":9999999999)")), refused},
      {"a custom claim twice", token(extended(R"("a":1,"a":1)")), refused},
      {"a name twice, deeper", token(extended(R"("a":[{"b":1,"b":2}])")), refused},
      {"invalid UTF-8 in sub", token(replaced("acc_1", "acc\xff")), refused},
      {"overlong UTF-8 in sub", token(replaced("acc_1", "acc\xc0\xaf")), refused},
      {"a surrogate in UTF-8", token(replaced("acc_1", "acc\xed\xa0\x80")), refused},
      {"half a surrogate pair, first", token(replaced("acc_1", R"(acc\ud800)")), refused},
      {"half a surrogate pair, second", token(replaced("acc_1", R"(acc\udc00)")), refused},
      {"half a surrogate pair in a custom claim", token(extended(R"("a":"\udc00")")), refused},
      {"half a surrogate pair in a name", token(extended(R"("\udfff":1)")), refused},
      {"raw NUL in sub", token(replaced("acc_1", text("acc\0"))), refused},
      {"raw line end in sub", token(replaced("acc_1", "acc\n")), refused},
      {"unknown escape", token(replaced("acc_1", R"(acc\x41)")), refused},
      {"900 nested objects", token(extended("\"a\":" + nested("{\"a\":", "}", 900))), refused},
      {"33 levels", token(extended("\"a\":" + nested("[", "]", 32))), refused},
      {"comment", token(payload + "/* */"), refused},
      {"single quotes", token("{'sub':'acc_1'}"), refused},
      {"NaN", token(replaced("1700086400", "NaN")), refused},
      {"Infinity", token(replaced("1700086400", "Infinity")), refused},
      {"exp with a plus", token(replaced("1700086400", "+1700086400")), refused},
      {"exp with a leading zero", token(replaced("1700086400", "01700086400")), refused},
      {"exp in hex", token(replaced("1700086400", "0x7fffffff")), refused},
      {"a wide number with a leading zero", token(replaced("1700086400", "018446744073709551616")), refused},
      {"payload not base64url: padding", sign(encode(plain_header) + "." + encode("{}") + "="), refused},
      {"payload not base64url: unused bits", sign(encode(plain_header) + ".e31"), refused},
      {"payload not base64url: blank", sign(encode(plain_header) + ". " + encode(good_payload)), refused},
      {"payload in the other alphabet", sign(encode(plain_header) + ".e30+/"), refused},
  });
}

TEST_CASE("signed claims of the wrong type or value are refused", "[jwt]") {
  const auto malformed = errc::token_claim_malformed;
  const std::string exp = "1700086400", iat = "\"iat\":1700000000,";
  check_all({
      {"exp a text", token(replaced(exp, "\"1700086400\"")), malformed},
      {"exp null", token(replaced(exp, "null")), malformed},
      {"exp true", token(replaced(exp, "true")), malformed},
      {"exp an array", token(replaced(exp, "[1700086400]")), malformed},
      {"exp an object", token(replaced(exp, "{}")), malformed},
      {"exp -1", token(replaced(exp, "-1")), malformed},
      {"exp -0.5", token(replaced(exp, "-0.5")), malformed},
      {"exp -2^63", token(replaced(exp, "-9223372036854775808")), malformed},
      {"exp -2^63-1", token(replaced(exp, "-9223372036854775809")), malformed},
      {"exp beyond a double", token(replaced(exp, "1e400")), malformed},
      {"nbf a text", token(extended("\"nbf\":\"0\"")), malformed},
      {"nbf negative", token(extended("\"nbf\":-1")), malformed},
      {"nbf beyond a double", token(extended("\"nbf\":1e400")), malformed},
      {"iat a text", token(replaced(iat, "\"iat\":\"0\",")), malformed},
      {"iat negative", token(replaced(iat, "\"iat\":-1,")), malformed},
      {"sub a number", token(replaced("\"acc_1\"", "1")), malformed},
      {"sub null", token(replaced("\"acc_1\"", "null")), malformed},
      {"sub an array", token(replaced("\"acc_1\"", "[\"acc_1\"]")), malformed},
      {"sub empty", token(replaced("acc_1\"", "\"")), malformed},
      {"sub of 256 bytes", token(replaced("acc_1", std::string(256, 's'))), malformed},
      {"sub with NUL", token(replaced("acc_1", R"(acc_1\u0000)")), malformed},
      {"jti a number", token(replaced("\"t1\"", "1")), malformed},
      {"jti with NUL", token(replaced("t1", R"(t1\u0000)")), malformed},
      {"sid a number", token(replaced("\"s1\"", "1")), malformed},
      {"sid with NUL", token(replaced("s1", R"(\u0000s1)")), malformed},
      {"iss a number", token(replaced("\"https://auth.example\"", "1")), malformed},
      {"iss an array", token(replaced("\"https://auth.example\"", "[\"https://auth.example\"]")), malformed},
      {"iss with NUL", token(replaced("auth.example", R"(auth.example\u0000)")), malformed},
      {"aud a number", token(replaced("\"events\"", "1")), malformed},
      {"aud null", token(replaced("\"events\"", "null")), malformed},
      {"aud an object", token(replaced("\"events\"", R"({"events":true})")), malformed},
      {"aud an array with a number", token(replaced("\"events\"", "[\"events\",1]")), malformed},
      {"aud nested", token(replaced("\"events\"", "[[\"events\"]]")), malformed},
      {"aud with NUL", token(replaced("\"events\"", R"("events\u0000")")), malformed},
      {"aud with NUL beside ours", token(replaced("\"events\"", R"(["events","\u0000"])")), malformed},
      {"scope an array", token(replaced("\"events:read\"", "[\"events:read\"]")), malformed},
      {"scope null", token(replaced("\"events:read\"", "null")), malformed},
      {"scope with a line end", token(replaced("events:read", R"(events:read\nfull_access)")), malformed},
      {"scope with two blanks", token(replaced("events:read", "events:read  full_access")), malformed},
      {"scope with a blank behind", token(replaced("events:read", "events:read ")), malformed},
      {"scope in capitals", token(replaced("events:read", "EVENTS:READ")), malformed},
      {"scope with NUL", token(replaced("events:read", R"(events:read\u0000)")), malformed},
      {"scope only a star", token(replaced("events:read", "*")), malformed},
  });
}

TEST_CASE("signed tokens that are dead, unborn, incomplete or not for us are refused", "[jwt]") {
  const auto missing = errc::token_claim_missing;
  const std::string iss = R"("iss":"https://auth.example")", aud = R"("aud":"events")",
                    exp = "\"exp\":1700086400";
  check_all({
      {"empty object", token("{}"), missing},
      {"exp absent", token(replaced(exp, "")), missing},
      {"sub absent", token(replaced("\"sub\":\"acc_1\"", "")), missing},
      {"iss absent", token(replaced(iss, "")), missing},
      {"aud absent", token(replaced(aud, "")), missing},
      {"header exp does not count", token(R"({"alg":"HS256","exp":9999999999})", replaced("1700086400", "1")),
       errc::token_expired},
      {"header claims do not count",
       token(R"({"alg":"HS256","sub":"acc_1"})", replaced("\"sub\":\"acc_1\"", "")), missing},
      {"Exp in another case", token(replaced("\"exp\"", "\"Exp\"")), missing},
      {"another issuer", token(replaced("https://auth.example", "https://evil.example")),
       errc::token_issuer_mismatch},
      {"the issuer and more", token(replaced("auth.example", "auth.example/")), errc::token_issuer_mismatch},
      {"the issuer in capitals", token(replaced("auth.example", "AUTH.example")),
       errc::token_issuer_mismatch},
      {"an empty issuer", token(replaced("https://auth.example\"", "\"")), errc::token_issuer_mismatch},
      {"another audience", token(replaced("\"events\"", "\"billing\"")), errc::token_audience_mismatch},
      {"the audience in capitals", token(replaced("\"events\"", "\"Events\"")),
       errc::token_audience_mismatch},
      {"other audiences", token(replaced("\"events\"", R"(["a","event","events2"])")),
       errc::token_audience_mismatch},
      {"no audience", token(replaced("\"events\"", "[]")), errc::token_audience_mismatch},
      {"exp 0", token(replaced("1700086400", "0")), errc::token_expired},
      {"exp -0", token(replaced("1700086400", "-0")), errc::token_expired},
      {"exp tiny", token(replaced("1700086400", "1e-300")), errc::token_expired},
      {"exp now", token(replaced("1700086400", "1700000100")), errc::token_expired},
      {"nbf 1e300", token(extended("\"nbf\":1e300")), errc::token_not_yet_valid},
      {"nbf 2^64", token(extended("\"nbf\":18446744073709551616")), errc::token_not_yet_valid},
      {"nbf in a second", token(extended("\"nbf\":1700000101")), errc::token_not_yet_valid},
      {"iat in a second", token(replaced("\"iat\":1700000000", "\"iat\":1700000101")),
       errc::token_not_yet_valid},
      {"iat 2^63", token(replaced("\"iat\":1700000000", "\"iat\":9223372036854775808")),
       errc::token_not_yet_valid},
      {"expired and unborn", token(replaced("1700086400", "5,\"nbf\":1e300")), errc::token_expired},
  });
}
