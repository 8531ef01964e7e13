#include "catch.hpp"
#include "craft.hpp"

using namespace craft;

namespace {

// RFC 7515 A.1: the key in base64url, and the token.
std::string a1_secret() {
  const std::string_view key =
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
  std::string bytes(jwt::base64url::decoded_size(key.size()), '\0');
  REQUIRE(jwt::base64url::decode(key, bytes.data()));
  return bytes;
}

const std::string a1_token =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

}  // namespace

TEST_CASE("RFC 7515 A.1 verifies for a host that needs neither audience nor subject", "[jwt][rfc]") {
  const auto verifier = *jwt::verifier::make(
      keys(a1_secret()), {.issuer = "joe", .unsafe_any_audience = true, .unsafe_no_subject = true});
  const auto who = verifier.verify(a1_token, at_second(1300819379));
  REQUIRE(who);
  CHECK(who->issuer() == "joe");
  CHECK(who->subject().empty());
  CHECK(who->expires_at() == at_second(1300819380));
  CHECK_FALSE(who->issued_at());
  CHECK(who->boolean("http://example.com/is_root") == true);

  CHECK(outcome(verifier.verify(a1_token, at_second(1300819380))) == errc::token_expired);
}

TEST_CASE("RFC 7515 A.1 is refused when audience or subject are required, and under another key",
          "[jwt][rfc]") {
  const time_point then = at_second(1300819379);
  const auto strict = *jwt::verifier::make(keys(a1_secret()), {.issuer = "joe", .audiences = {"events"}});
  CHECK(outcome(strict.verify(a1_token, then)) == errc::token_claim_missing);
  const auto foreign =
      *jwt::verifier::make(keys(), {.issuer = "joe", .unsafe_any_audience = true, .unsafe_no_subject = true});
  CHECK(outcome(foreign.verify(a1_token, then)) == errc::token_signature_mismatch);
}

TEST_CASE("RFC 7515 A.5: an unsecured token is refused", "[jwt][rfc]") {
  const std::string unsecured =
      "eyJhbGciOiJub25lIn0"
      ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.";
  CHECK(outcome(our_verifier().verify(unsecured, noon())) == errc::token_malformed);
  CHECK(outcome(our_verifier().verify(unsecured + std::string(43, 'A'), noon())) ==
        errc::token_algorithm_refused);
}
