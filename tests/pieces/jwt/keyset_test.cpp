#include <algorithm>

#include "catch.hpp"
#include "craft.hpp"

using namespace craft;

namespace {

errc refused(std::string_view kid, std::string_view bytes) {
  const auto made = jwt::keyset::make({std::string(kid), secret(bytes)});
  return made ? errc{} : made.error().code();
}

std::vector<jwt::key> named(const std::vector<std::string>& kids) {
  std::vector<jwt::key> keys;
  for (const auto& kid : kids) keys.push_back({kid, secret(std::string(32, 's') + kid)});
  return keys;
}

std::string der(std::string start, std::size_t rest) { return start + std::string(rest, '\x5a'); }

}  // namespace

TEST_CASE("a keyset refuses secrets under 32 bytes, the empty one too", "[jwt]") {
  CHECK(refused("k", "") == errc::secret_too_short);
  CHECK(refused("k", "x") == errc::secret_too_short);
  CHECK(refused("k", std::string(31, 'x')) == errc::secret_too_short);
  CHECK(refused("k", std::string(32, 'x')) == errc{});
  CHECK(refused("k", std::string(4096, 'x')) == errc{});
  CHECK(refused("k", std::string(31, '\0') + "x") == errc{});
}

TEST_CASE("a keyset refuses zeros in the place of a secret", "[jwt]") {
  CHECK(refused("k", std::string(32, '\0')) == errc::keyset_invalid);
  CHECK(refused("k", std::string(64, '\0')) == errc::keyset_invalid);
}

TEST_CASE("a keyset refuses key files in the place of a secret", "[jwt]") {
  const std::string body = "\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n";
  const auto refusal = errc::secret_looks_like_pem;
  CHECK(refused("k", "-----BEGIN PUBLIC KEY-----" + body) == refusal);
  CHECK(refused("k", "-----BEGIN RSA PRIVATE KEY-----" + body) == refusal);
  CHECK(refused("k", " \t\r\n-----BEGIN CERTIFICATE-----" + body) == refusal);
  CHECK(refused("k", "\xef\xbb\xbf-----BEGIN PUBLIC KEY-----" + body) == refusal);
  CHECK(refused("k", "Bag Attributes\n  localKeyID: 01\n-----BEGIN CERTIFICATE-----" + body) == refusal);
  CHECK(refused("k", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3 root@host") == refusal);
  CHECK(refused("k", "no-pty ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAI") == refusal);
  CHECK(refused("k", "---- BEGIN SSH2 PUBLIC KEY ----\nAAAAB3NzaC1yc2EAAAADAQABAAAB") == refusal);
  CHECK(refused("k", R"({"e":"AQAB","kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9n"})") == refusal);
  CHECK(refused("k", "ssh-rsa\tAAAAB3NzaC1yc2EAAAADAQABAAABgQ") == refusal);
  CHECK(refused("k", "kty, ssh-rsa and ecdsa-sha2-nistp256 are words") == errc{});
  CHECK(refused("k", "AAAAB3NzaC1yc2EAAAADAQABAAABgQ is a text without a name") == errc{});
  CHECK(refused("k", der(text("\x30\x59\x30\x13"), 87)) == refusal);           // a P-256 public key
  CHECK(refused("k", der(text("\x30\x2e\x02\x01\x00"), 43)) == refusal);       // an Ed25519 private key
  CHECK(refused("k", der(text("\x30\x81\x9f\x30\x0d"), 157)) == refusal);      // RSA, 1024 bits
  CHECK(refused("k", der(text("\x30\x82\x01\x22\x30\x0d"), 288)) == refusal);  // RSA, 2048 bits
  CHECK(refused("k", der(text("\x30\x81\x89\x02\x81\x81"), 134)) == refusal);  // the same of PKCS #1
  CHECK(refused("k", der(text("\x30\x82\x01\x0a\x02\x82\x01\x01"), 262)) == refusal);
  const std::string p256 = der(text("\x30\x59\x30\x13"), 87);
  CHECK(refused("k", p256 + "\n") == refusal);
  CHECK(refused("k", p256 + "\r\n") == refusal);
}

TEST_CASE("a keyset refuses key files in base64, as they stand in environment variables", "[jwt]") {
  const std::string p256 =
      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEMKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D7g"
      "Qwo5xtR7ELXZGlqiKDLwqhv1EBGRHDsn7DcaqIlyzQ==";
  const auto refusal = errc::secret_looks_like_pem;
  CHECK(refused("k", p256) == refusal);
  CHECK(refused("k", p256 + "\n") == refusal);
  CHECK(refused("k", p256.substr(0, p256.size() - 2)) == refusal);
  CHECK(refused("k", p256.substr(0, 64) + "\r\n" + p256.substr(64)) == refusal);
  CHECK(refused("k", p256.substr(0, 40) + "-_" + p256.substr(42)) == refusal);  // base64url
  CHECK(refused("k", p256.substr(0, 40) + "+_" + p256.substr(42)) == errc{});
  CHECK(refused("k", p256.substr(0, 64)) == errc{});
  CHECK(refused("k", "not " + p256) == errc{});
  CHECK(refused("k", p256 + "!") == errc{});
  CHECK(refused("k", "LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUZrd0V3WUhLb1pJemo=") == refusal);  // PEM
  CHECK(refused("k", "AAAAC3NzaC1lZDI1NTE5AAAAIJ3mVxuFEK0oT8Y5sA1dnlVbCwPbIVxXDPvJ1Gx2R8rT") == refusal);
  CHECK(refused("k", "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBA==") == refusal);
  CHECK(refused("k", "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gt") == refusal);
  CHECK(refused("k", text("\0\0\0\x0bssh-ed25519") + std::string(36, 'x')) == refusal);
  CHECK(refused("k", text("\0\0\0\x0bssx-ed25519") + std::string(36, 'x')) == errc{});
  CHECK(refused("k", "eyJrdHkiOiJSU0EiLCJlIjoiQVFBQiIsIm4iOiIwdng3YWdvZWJHYyJ9") == refusal);  // JWK
}

TEST_CASE("a keyset finds base64 of a key file between line ends, blanks, padding and zeros", "[jwt]") {
  const std::string start = "-----BEGIN PUBLIC KEY-----", pem = "LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0";
  const auto refusal = errc::secret_looks_like_pem;
  REQUIRE(refused("k", start + "MFkwEw") == refusal);
  for (const char between : {' ', '\t', '\r', '\n', '=', '\0'}) {
    for (std::size_t at = 0; at <= pem.size(); ++at) {
      std::string changed = pem;
      changed.insert(at, 3, between);
      CHECK(refused("k", changed) == refusal);
    }
  }
  for (int other = 0; other < 256; ++other) {
    const char between = static_cast<char>(other);
    const bool is_digit = (between >= '0' && between <= '9') || (between >= 'A' && between <= 'Z') ||
                          (between >= 'a' && between <= 'z') ||
                          text("+/-_").find(between) != std::string::npos;
    if (is_digit || text(" \t\r\n=\0").find(between) != std::string::npos) continue;
    CHECK(refused("k", pem + between) == errc{});
  }
}

TEST_CASE("a keyset takes a secret that is no whole base64, or base64 of two alphabets", "[jwt]") {
  const std::string pem = "LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0";
  REQUIRE(refused("k", pem) == errc::secret_looks_like_pem);
  CHECK(refused("k", pem + "tL") == errc{});   // one digit more than whole bytes
  CHECK(refused("k", pem + "tLB") == errc{});  // bits behind the last byte
  CHECK(refused("k", pem + "tLA") == errc::secret_looks_like_pem);
  for (const char* digits : {"++++", "////", "----", "____", "+/+/", "-_-_"})
    CHECK(refused("k", pem + "t" + digits) == errc::secret_looks_like_pem);
  for (const char* digits : {"+-+-", "-+-+", "/_/_", "_/_/", "+__+", "/--/"})
    CHECK(refused("k", pem + "t" + digits) == errc{});
}

TEST_CASE("a keyset takes random bytes that merely begin like a key file", "[jwt]") {
  CHECK(refused("k", der(text("\x30\x59\x30\x13"), 86)) == errc{});
  CHECK(refused("k", der(text("\x30\x59\x31\x13"), 87)) == errc{});
  CHECK(refused("k", der(text("\x30\x59\x30\x13"), 87) + "\r") == errc{});
  CHECK(refused("k", der(text("\x30\x59\x30\x13"), 87) + "\n\n") == errc{});
  CHECK(refused("k", "0V0A" + std::string(84, 'x')) == errc{});
  CHECK(refused("k", "0V0A" + std::string(84, 'x') + "\r\n") == errc{});
  CHECK(refused("k", "0V0A" + std::string(83, 'x') + "\x7f") != errc{});
  CHECK(refused("k", der(text("\x30\x1e\x02\x1c"), 28)) != errc{});
  CHECK(refused("k", der(text("\x30\x1e\x02\x1d"), 28)) == errc{});
  CHECK(refused("k", der(text("\x30\x1e\x30\x1d"), 28)) == errc{});
  CHECK(refused("k", der(text("\x30\x1e\x04\x1c"), 28)) == errc{});
  CHECK(refused("k", der(text("\x30\x1e\x30\x84"), 28)) == errc{});
  CHECK(refused("k", "MIM=" + std::string(28, '\n')) == errc{});  // a length that is not there
  CHECK(refused("k", text("\x30\x00\x30") + std::string(31, 'x')) == errc{});
  CHECK(refused("k", text("\x30\x80\x30\x02") + std::string(30, 'x')) == errc{});
  CHECK(refused("k", der(text("\x30\x84\x30\x30\x30\x30"), 58)) == errc{});
  CHECK(refused("k", der(text("\x30\xff"), 38)) == errc{});
  CHECK(refused("k", der(text("\x31\x59\x30\x13"), 87)) == errc{});
  CHECK(refused("k", "----BEGIN, but with four dashes, is no key file") == errc{});
}

TEST_CASE("a keyset refuses malformed kids", "[jwt]") {
  const std::string good(64, 'k');
  CHECK(refused(good, our_secret) == errc{});
  CHECK(refused("AZaz09_.-", our_secret) == errc{});
  for (const std::string& kid :
       {std::string(), std::string(65, 'k'), std::string("a b"), std::string("../../dev/null"),
        std::string("k\""), std::string("k\\"), text("k\0"), std::string("k\xc3\xa9"), std::string("k\n"),
        std::string("@"), std::string("["), std::string("`"), std::string("{"), std::string("/"),
        std::string(":")}) {
    INFO(kid);
    CHECK(refused(kid, our_secret) == errc::keyset_invalid);
  }
}

TEST_CASE("a keyset has 1 to 16 keys with distinct kids, and says which one is wrong", "[jwt]") {
  CHECK(jwt::keyset::make(std::vector<jwt::key>{}).error().code() == errc::keyset_invalid);
  std::vector<std::string> kids;
  for (int i = 0; i < 16; ++i) kids.push_back("k" + std::to_string(i));
  const auto full = jwt::keyset::make(named(kids));
  REQUIRE(full);
  CHECK(full->size() == 16);
  CHECK(full->signing_kid() == "k0");
  CHECK((*full->rotate({"next", secret(our_secret)}, 15)).size() == 16);
  CHECK(full->rotate({"next", secret(our_secret)}, 16).error().code() == errc::keyset_invalid);
  kids.push_back("k16");
  CHECK(jwt::keyset::make(named(kids)).error().code() == errc::keyset_invalid);

  const auto repeated = jwt::keyset::make(named({"a", "b", "a"}));
  REQUIRE_FALSE(repeated);
  CHECK(repeated.error().code() == errc::keyset_invalid);
  CHECK(repeated.error().position() == 2);
  std::vector<jwt::key> second_short = named({"a", "b"});
  second_short[1].value = secret("short");
  CHECK(jwt::keyset::make(std::move(second_short)).error().position() == 1);
}

TEST_CASE("after a rotation the next key signs and the kept ones still verify", "[jwt]") {
  const auto first = keys(old_secret);
  const jwt::signer_options options{.issuer = "https://auth.example", .audience = "events"};
  const grant who{subject_id("acc_1"), {}};
  const auto old_token = (*jwt::signer::make(first, options)).sign(who, {.issued_at = noon()});
  const auto both = first.rotate({"2026-12", secret(our_secret)});
  REQUIRE(both);
  CHECK(both->size() == 2);
  CHECK(both->signing_kid() == "2026-12");
  const auto new_token = (*jwt::signer::make(*both, options)).sign(who, {.issued_at = noon()});

  const auto before = *jwt::verifier::make(first, expecting_us());
  const auto during = *jwt::verifier::make(*both, expecting_us());
  const auto after =
      *jwt::verifier::make(*both->rotate({"2027-01", secret(foreign_secret)}, 1), expecting_us());
  const auto at_once =
      *jwt::verifier::make(*first.rotate({"2026-12", secret(our_secret)}, 0), expecting_us());
  const auto says = [](const jwt::verifier& verifier, const result<secret>& token) {
    return outcome(verifier.verify(token->expose(), noon()));
  };
  CHECK(says(before, old_token) == errc{});
  CHECK(says(before, new_token) == errc::token_key_unknown);
  CHECK(says(during, old_token) == errc{});
  CHECK(says(during, new_token) == errc{});
  CHECK(says(after, new_token) == errc{});
  CHECK(says(after, old_token) == errc::token_signature_mismatch);
  CHECK(says(at_once, new_token) == errc{});
  CHECK(says(at_once, old_token) == errc::token_signature_mismatch);
}

TEST_CASE("a rotation keeps as many keys as there are, and refuses what make refuses", "[jwt]") {
  const auto one = keys();
  CHECK((*one.rotate({"next", secret(old_secret)}, 5)).size() == 2);
  CHECK((*one.rotate({"next", secret(old_secret)}, 0)).size() == 1);
  CHECK(one.rotate({"2026-11", secret(old_secret)}).error().code() == errc::keyset_invalid);
  CHECK(one.rotate({"2026-11", secret(old_secret)}, 0).error().code() == errc::keyset_invalid);
  CHECK(one.rotate({"next", secret("short")}).error().code() == errc::secret_too_short);
  CHECK(one.size() == 1);
  CHECK(one.signing_kid() == "2026-11");
}

TEST_CASE("with several keys a token names its key, or each key is tried", "[jwt]") {
  const auto verifier = *jwt::verifier::make(two_keys(), expecting_us());
  const auto says = [&](const std::string& token) { return outcome(verifier.verify(token, noon())); };
  const auto header = [](const std::string& kid) {
    return R"({"alg":"HS256","typ":"JWT","kid":")" + kid + "\"}";
  };
  CHECK(says(token(header("2026-12"), good_payload, our_secret)) == errc{});
  CHECK(says(token(header("2026-11"), good_payload, old_secret)) == errc{});
  CHECK(says(token(plain_header, good_payload, our_secret)) == errc{});
  CHECK(says(token(plain_header, good_payload, old_secret)) == errc{});
  CHECK(says(token(plain_header, good_payload, foreign_secret)) == errc::token_signature_mismatch);
  CHECK(says(token(header("2026-11"), good_payload, our_secret)) == errc::token_signature_mismatch);
  CHECK(says(token(header("2026-12"), good_payload, old_secret)) == errc::token_signature_mismatch);
  CHECK(says(token(header("2026-13"), good_payload, our_secret)) == errc::token_key_unknown);
  CHECK(says(token(R"({"kid":"2026-11","alg":"HS256"})", good_payload, old_secret)) == errc{});
  CHECK(says(token(R"({"kid":"2026-11","alg":"HS256"})", good_payload, our_secret)) ==
        errc::token_signature_mismatch);
}

TEST_CASE("keysets, signers and verifiers are values: assigned over, and whole after a move", "[jwt]") {
  auto keyset = keys(old_secret);
  auto verifier = *jwt::verifier::make(keyset, expecting_us());
  auto signer = *jwt::signer::make(keyset, {.issuer = "https://auth.example", .audience = "events"});
  const auto token = signer.sign({subject_id("acc_1"), {}}, {.issued_at = noon()});
  const auto moved = std::move(verifier);
  CHECK(verifier.verify(token->expose(), noon()));  // NOLINT(bugprone-use-after-move)
  keyset = *keyset.rotate({"2026-12", secret(our_secret)}, 0);
  verifier = *jwt::verifier::make(keyset, expecting_us());
  signer = *jwt::signer::make(keyset, {.issuer = "https://auth.example", .audience = "events"});
  CHECK(outcome(verifier.verify(token->expose(), noon())) == errc::token_signature_mismatch);
  CHECK(moved.verify(token->expose(), noon()));
  CHECK(verifier.verify((*signer.sign({subject_id("acc_1"), {}}, {.issued_at = noon()})).expose(), noon()));
}
