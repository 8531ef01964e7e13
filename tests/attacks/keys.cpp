#include "attacks/corpus.hpp"

namespace attacks {

namespace {

constexpr auto unknown = errc::token_key_unknown;
constexpr auto mismatch = errc::token_signature_mismatch;

std::string header_of(std::string_view members) {
  return R"({"alg":"HS256","typ":"JWT",)" + std::string(members) + "}";
}

void add_kids(corpus& all) {
  all.topic("kid-injection", "RFC 8725 §3.10: a kid is looked up among our keys and used for nothing else");
  for (const char* kid : {"../../../../dev/null",
                          "/dev/null",
                          "/etc/passwd",
                          "..\\\\..\\\\windows\\\\win.ini",
                          "file:///dev/null",
                          "/proc/sys/kernel/randomize_va_space",
                          "https://evil.example/key",
                          "//evil.example/key",
                          "' OR '1'='1",
                          "x' UNION SELECT 'secret' -- ",
                          "\\\"; DROP TABLE keys; --",
                          "*",
                          "%",
                          "_",
                          "|cat /etc/passwd",
                          "$(id)",
                          "`id`",
                          ";id",
                          "${jndi:ldap://evil.example/a}",
                          "{{7*7}}",
                          "<script>",
                          "__proto__",
                          "constructor",
                          "toString",
                          "0",
                          "1",
                          "-1",
                          "default",
                          "key",
                          "null",
                          "undefined",
                          "true",
                          "2026-11/../2026-11",
                          "2026-11\\n",
                          "*)(kid=*",
                          "%00",
                          "..;/",
                          "\\ud83d\\udd11"}) {
    const std::string header = header_of(R"("kid":")" + std::string(kid) + "\"");
    all.refuse(unknown, std::string(kid) + ", by the empty secret", token(header, good_payload, ""));
    all.refuse(unknown, std::string(kid) + ", by a secret of the sender's",
               token(header, good_payload, foreign_secret));
  }
  all.rule("choice: a kid that we do not have is refused, whoever signed");
  for (const char* kid : {"", "2026-1", "2026-12", "2026-11 ", " 2026-11", "2026-11\\u0000", "2026_11",
                          "2026\\u201011", "2026-111", "KID", "12", "2026-11,2026-12"})
    all.refuse(
        std::string_view(kid).find("u0000") == std::string_view::npos ? unknown : errc::token_header_refused,
        std::string(kid) + ", by ours", under_header(header_of(R"("kid":")" + std::string(kid) + "\"")));
  all.refuse(unknown, "8,000 bytes, by nobody",
             encode(header_of(R"("kid":")" + std::string(5000, 'k') + "\"")) + "." + encode("{}") + "." +
                 good_signature);
  all.accept("ours, by ours", under_header(header_of(R"("kid":"2026-11")")));
  all.accept("ours, escaped", under_header(header_of(R"("kid":"2026\u002d11")")));
  all.accept("none, by ours", good);
  all.refuse(mismatch, "ours, by another's secret",
             token(header_of(R"("kid":"2026-11")"), good_payload, foreign_secret));
  all.rule("RFC 7515 §4.1.4: kid is a string");
  for (const char* value :
       {"null", "0", "202611", "true", "[]", "{}", R"(["2026-11"])", R"({"kid":"2026-11"})"})
    all.refuse(errc::token_header_refused, std::string("a value: ") + value,
               under_header(header_of(R"("kid":)" + std::string(value))));
}

// What a header says about where its key is, is said by whoever wrote the token.
void add_offered_keys(corpus& all) {
  all.topic(
      "offered-key",
      "RFC 8725 §3.10, RFC 7515 §10.3: a key that comes with a token, or from where it says, is not ours");
  // The secret in the first is "a secret that the sender made up..", in base64url.
  const std::string theirs = "a secret that the sender made up";
  for (const auto& [what, members] : std::initializer_list<std::pair<const char*, std::string>>{
           {"jwk", R"("jwk":{"kty":"oct","k":")" + encode(theirs) + "\"}"},
           {"jwk with alg and kid",
            R"("jwk":{"kty":"oct","alg":"HS256","kid":"x","k":")" + encode(theirs) + "\"}"},
           {"jwk without a secret", R"("jwk":{"kty":"oct","k":""})"},
           {"jwk of an RSA key", R"("jwk":{"kty":"RSA","n":"AQAB","e":"AQAB"})"},
           {"jwk, a text", R"("jwk":")" + theirs + "\""},
           {"jwks", R"("jwks":{"keys":[{"kty":"oct","k":")" + encode(theirs) + "\"}]}"},
           {"jku", R"("jku":"https://evil.example/jwks.json")"},
           {"jku of ours with a fragment", R"("jku":"https://auth.example#@evil.example/jwks.json")"},
           {"jku of ours with a user", R"("jku":"https://auth.example@evil.example/jwks.json")"},
           {"jku of a file", R"("jku":"file:///etc/passwd")"},
           {"jku on loopback", R"("jku":"http://127.0.0.1:8080/jwks.json")"},
           {"jku of metadata", R"("jku":"http://169.254.169.254/latest/meta-data")"},
           {"jku, data", R"("jku":"data:application/json,{}")"},
           {"x5u", R"("x5u":"https://evil.example/cert.pem")"},
           {"x5u of a file", R"("x5u":"file:///etc/ssl/cert.pem")"},
           {"x5c", R"("x5c":["MIIBszCCARwCAQ=="])"},
           {"x5c, empty", R"("x5c":[])"},
           {"x5t", R"("x5t":"QUFBQUFBQUFBQUFBQUFBQUFBQUE")"},
           {"x5t#S256", R"("x5t#S256":")" + good_signature + "\""},
           {"all of them",
            R"("jku":"https://evil.example","x5u":"https://evil.example","jwk":{"kty":"oct","k":")" +
                encode(theirs) + "\"}"}}) {
    all.refuse(mismatch, std::string(what) + ", by the secret it offers",
               token(header_of(members), good_payload, theirs));
    all.refuse(mismatch, std::string(what) + ", by the empty secret",
               token(header_of(members), good_payload, ""));
    all.accept(std::string(what) + ", by ours", under_header(header_of(members)));
  }
}

void add_rotation(corpus& all) {
  all.topic("rotation", "RFC 7515 §4.1.4: kid says which of our keys, and then it is that one only",
            setup::two_keys);
  const auto signed_by = [](std::string_view members, std::string_view secret) {
    return token(members.empty() ? std::string(plain_header) : header_of(members), good_payload, secret);
  };
  const char* const present = R"("kid":"2026-12")";
  const char* const before = R"("kid":"2026-11")";
  all.accept("no kid, by the present key", signed_by("", our_secret));
  all.accept("no kid, by the key before", signed_by("", old_secret));
  all.accept("the present kid, by its key", signed_by(present, our_secret));
  all.accept("the kid before, by its key", signed_by(before, old_secret));
  all.refuse(mismatch, "the present kid, by the key before", signed_by(present, old_secret));
  all.refuse(mismatch, "the kid before, by the present key", signed_by(before, our_secret));
  const auto in_front = [](std::string_view kid, std::string_view secret) {
    return token(R"({"kid":")" + std::string(kid) + R"(","alg":"HS256"})", good_payload, secret);
  };
  all.accept("the present kid in front, by its key", in_front("2026-12", our_secret));
  all.accept("the kid before in front, by its key", in_front("2026-11", old_secret));
  all.refuse(mismatch, "the present kid in front, by the key before", in_front("2026-12", old_secret));
  all.refuse(mismatch, "the kid before in front, by the present key", in_front("2026-11", our_secret));
  all.refuse(mismatch, "no kid, by nobody", signed_by("", foreign_secret));
  all.refuse(mismatch, "no kid, by the empty secret", signed_by("", ""));
  all.refuse(mismatch, "the present kid, by nobody", signed_by(present, foreign_secret));
  for (const char* kid : {"2026-10", "2026-13", "2026-1", "", "2026-11,2026-12", "2026-12\\n"}) {
    all.refuse(unknown, "kid " + std::string(kid) + ", by the present key",
               signed_by(R"("kid":")" + std::string(kid) + "\"", our_secret));
    all.refuse(unknown, "kid " + std::string(kid) + ", by the key before",
               signed_by(R"("kid":")" + std::string(kid) + "\"", old_secret));
  }
  all.refuse(errc::token_header_refused, "both kids",
             signed_by(R"("kid":"2026-12","kid":"2026-11")", our_secret));
  all.refuse(errc::token_header_refused, "a list of both kids",
             signed_by(R"("kid":["2026-12","2026-11"])", our_secret));
  all.refuse(mismatch, "by both secrets in one",
             signed_by("", std::string(our_secret) + std::string(old_secret)));
}

}  // namespace

void add_keys(corpus& all) {
  add_kids(all);
  add_offered_keys(all);
  add_rotation(all);
}

}  // namespace attacks
