#include "attacks/corpus.hpp"

namespace attacks {

namespace {

constexpr auto refused = errc::token_algorithm_refused;

// An alg as three people would send it: with our MAC, with none, and with one by nobody.
void add_algorithm(corpus& all, const std::string& alg) {
  const std::string header = R"({"alg":")" + alg + R"(","typ":"JWT"})";
  const std::string name = alg.empty() ? "(empty)" : alg;
  all.refuse(refused, name + ", our MAC", under_header(header));
  all.refuse(refused, name + ", 43 characters of nothing",
             encode(header) + "." + encode(good_payload) + "." + std::string(43, 'A'));
  all.refuse(errc::token_malformed, name + ", no signature",
             encode(header) + "." + encode(good_payload) + ".");
}

void add_none(corpus& all) {
  all.topic("none",
            "RFC 8725 §3.1, §2.1: alg none in any spelling is not our algorithm, whatever the signature");
  for (unsigned capitals = 0; capitals < 16; ++capitals) {
    std::string alg = "none";
    for (unsigned i = 0; i < 4; ++i)
      if ((capitals >> i & 1) != 0) alg[i] = static_cast<char>(alg[i] - 32);
    add_algorithm(all, alg);
  }
  for (const char* alg :
       {"", "none ", " none", R"(none\u0000)", R"(no\u006ee)", "nil", "null", "NULL", "undefined", "false",
        "0", "-", "*", "any", "plain", "unsecured", R"(none\n)", R"(n\u043ene)"})
    add_algorithm(all, alg);
  all.refuse(errc::token_malformed, "none, without the last dot",
             encode(R"({"alg":"none"})") + "." + encode(good_payload));
  all.refuse(errc::token_malformed, "the unsecured token of RFC 7519 §6.1",
             "eyJhbGciOiJub25lIn0."
             "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
             "cnVlfQ.");
}

void add_others(corpus& all) {
  all.topic("algorithm",
            "RFC 8725 §3.1: the verifier knows the one algorithm, and the header is held against it");
  for (const char* alg : {"HS384",     "HS512",      "RS256",
                          "RS384",     "RS512",      "ES256",
                          "ES384",     "ES512",      "ES256K",
                          "PS256",     "PS384",      "PS512",
                          "EdDSA",     "Ed25519",    "Ed448",
                          "ML-DSA-44", "HS1",        "HS224",
                          "HS256/64",  "RS1",        "A128KW",
                          "A256GCMKW", "dir",        "RSA-OAEP",
                          "RSA1_5",    "ECDH-ES",    "PBES2-HS256+A128KW",
                          "HMAC",      "HMACSHA256", "HMAC-SHA256",
                          "SHA256",    "sha256",     "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"})
    add_algorithm(all, alg);

  all.rule("RFC 7515 §4.1.1: alg is case-sensitive, and compared as it stands once its escapes are read");
  for (const char* alg : {"hs256",
                          "Hs256",
                          "hS256",
                          "HS256 ",
                          " HS256",
                          "HS256\\n",
                          "\\tHS256",
                          "HS256\\u0000",
                          "HS 256",
                          "HS-256",
                          "HS25",
                          "HS2560",
                          "HS0256",
                          "HS256,none",
                          "none,HS256",
                          "HS256;none",
                          "HS256\\u0000none",
                          "\\uff28\\uff33256",
                          "H\\u0405256",
                          "HS\\u0662\\u0665\\u0666",
                          "HS256\\ufeff",
                          "\\u200bHS256",
                          "HS256\\u00a0",
                          "HS256\\\\",
                          "\\\"HS256\\\""})
    add_algorithm(all, alg);
  all.accept("HS256, one letter escaped", under_header(R"({"alg":"HS25\u0036","typ":"JWT"})"));
  all.accept("HS256, all letters escaped",
             under_header(R"({"alg":"\u0048\u0053\u0032\u0035\u0036","typ":"JWT"})"));
  all.accept("HS256, its name escaped", under_header(R"({"\u0061\u006c\u0067":"HS256","typ":"JWT"})"));
  all.accept("HS256, alone", under_header(R"({"alg":"HS256"})"));
  all.accept("HS256, behind typ", under_header(R"({"typ":"JWT","alg":"HS256"})"));

  all.rule("RFC 7515 §4.1.1: alg is a string, and must be there");
  for (const char* value :
       {"null", "true", "false", "0", "1", "256", "-1", "1e2", "[]", "{}", R"(["HS256"])", R"([["HS256"]])",
        R"(["HS256","none"])", R"({"HS256":true})", R"({"alg":"HS256"})"})
    all.refuse(refused, std::string("a value: ") + value,
               under_header(R"({"alg":)" + std::string(value) + R"(,"typ":"JWT"})"));
  all.refuse(refused, "absent", under_header(R"({"typ":"JWT"})"));
  all.refuse(refused, "an empty header", under_header("{}"));
  for (const char* name : {"Alg", "ALG", "aIg", "alg ", " alg", "al", "algo", "algorithm", "alg\\u0000",
                           "\\u0430lg", "a\\u217cg", "alg\\ufeff"})
    all.refuse(refused, std::string("under the name ") + name,
               under_header(R"({")" + std::string(name) + R"(":"HS256","typ":"JWT"})"));
  all.refuse(refused, "inside another member", under_header(R"({"x":{"alg":"HS256"},"typ":"JWT"})"));
}

// A verifier that takes what it was given for a key of the algorithm in the header lets everybody sign who
// has the public key. Ours has no public key, so these are wrong MACs under HS256, and the wrong algorithm
// elsewhere.
void add_confusion(corpus& all) {
  all.topic("key-confusion",
            "RFC 8725 §2.1, §3.1, §3.2: a key is for one algorithm, and no public key is a secret");
  int count = 0;
  for (const char* key :
       {"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----",
        "-----BEGIN RSA PUBLIC KEY-----\nMIIBCgKCAQEA\n-----END RSA PUBLIC KEY-----\n",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "ssh-rsa AAAAB3NzaC1yc2E",
        R"({"kty":"RSA","n":"AQAB","e":"AQAB"})", "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"}) {
    const std::string name = std::to_string(++count) + ", " + shown(std::string_view(key).substr(0, 28));
    all.refuse(errc::token_signature_mismatch, "HS256 by " + name, token(plain_header, good_payload, key));
    for (const char* alg : {"RS256", "ES256", "EdDSA"})
      all.refuse(refused, std::string(alg) + " by " + name,
                 token(R"({"alg":")" + std::string(alg) + R"(","typ":"JWT"})", good_payload, key));
  }
}

}  // namespace

void add_algorithms(corpus& all) {
  add_none(all);
  add_others(all);
  add_confusion(all);
}

}  // namespace attacks
