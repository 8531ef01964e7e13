// What a verifier and a signer know beforehand of a token changes how fast they are, and nothing else.
#include "catch.hpp"
#include "craft.hpp"
#include "jwt/jws.hpp"

using namespace craft;

namespace {

jwt::keyset::state state_of(std::string_view kid, std::string_view secret) {
  jwt::keyset::state keys;
  keys.keys.push_back(
      {std::string(kid), std::make_shared<const crypto::hmac_key>(secret), jwt::header_naming(kid)});
  return keys;
}

errc verdict(const result<std::string_view>& payload) { return payload ? errc{} : payload.error().code(); }

}  // namespace

TEST_CASE("tokens of issuers and audiences of every size are signed and verified as without a known start",
          "[jwt]") {
  for (std::size_t size = 1; size <= 140; ++size) {
    // Each size of iss and aud together, so that the start ends at every place of a group and of a hash's
    // block.
    const std::string issuer(1 + size / 2, 'i'), audience(1 + size - size / 2, 'a');
    const auto signer = *jwt::signer::make(keys(), {.issuer = issuer, .audience = audience});
    const auto token = signer.sign({subject_id("s"), {}}, {.issued_at = noon(), .token = token_id("t")});
    const std::string said = R"({"iss":")" + issuer + R"(","aud":")" + audience +
                             R"(","sub":"s","iat":1700000100,"exp":1700086500,"jti":"t"})";
    REQUIRE(token->expose() == craft::token(said));
    jwt::verifier_options ours{.issuer = issuer, .audiences = {audience}};
    const auto who = (*jwt::verifier::make(keys(), ours)).verify(token->expose(), noon());
    REQUIRE(who);
    CHECK(who->issuer() == issuer);
    ours.audiences = {"another", audience};
    CHECK((*jwt::verifier::make(keys(), ours)).verify(token->expose(), noon()));
  }
}

TEST_CASE("issuers and audiences that need escapes are signed and verified", "[jwt]") {
  for (const char* odd : {"\"", "\\", "a\"b\\c", "\n", "\x7f", "é", "😀", "https://auth.example/ü?a=\"b\""}) {
    INFO(odd);
    const auto signer = *jwt::signer::make(keys(), {.issuer = odd, .audience = odd});
    const auto token = signer.sign({subject_id("s"), {}}, {.issued_at = noon()});
    const auto verifier = *jwt::verifier::make(keys(), {.issuer = odd, .audiences = {odd}});
    const auto who = verifier.verify(token->expose(), noon());
    REQUIRE(who);
    CHECK(who->issuer() == odd);
  }
}

TEST_CASE("one wrong character gives the same verdict with a known start and without", "[jwt]") {
  const auto state = state_of("2026-11", our_secret);
  std::vector<jwt::known_start> starts;
  starts.push_back(jwt::make_start(state, state.keys.front(), "https://auth.example", "events"));
  const std::string good = token(good_payload);
  REQUIRE(good.starts_with(starts.front().text));
  CHECK(verdict(jwt::prove(good, state, "JWT", starts)) == errc{});
  CHECK(jwt::prove(good, state, "JWT", starts).value_or("") == jwt::prove(good, state, "JWT").value_or("-"));
  int refused = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char c : {'A', 'B', 'a', '0', '-', '_', '.', '=', ' ', '\0', '\xff'}) {
      std::string wrong = good;
      wrong[at] = c;
      const errc with = verdict(jwt::prove(wrong, state, "JWT", starts)),
                 without = verdict(jwt::prove(wrong, state, "JWT"));
      INFO("character " << at << " is " << static_cast<int>(c));
      CHECK(with == without);
      CHECK((with == errc{}) == (wrong == good));
      refused += with != errc{};
    }
    const std::string cut = good.substr(0, at);
    CHECK(verdict(jwt::prove(cut, state, "JWT", starts)) == verdict(jwt::prove(cut, state, "JWT")));
  }
  CHECK(refused > 2000);
}

TEST_CASE("a known start belongs to its key: the same words signed by another are refused", "[jwt]") {
  const auto verifier = *jwt::verifier::make(two_keys(), expecting_us());
  const auto named = [](std::string_view kid, std::string_view secret) {
    return token(R"({"alg":"HS256","typ":"JWT","kid":")" + std::string(kid) + "\"}", good_payload, secret);
  };
  CHECK(outcome(verifier.verify(named("2026-12", our_secret), noon())) == errc{});
  CHECK(outcome(verifier.verify(named("2026-11", old_secret), noon())) == errc{});
  CHECK(outcome(verifier.verify(named("2026-12", old_secret), noon())) == errc::token_signature_mismatch);
  CHECK(outcome(verifier.verify(named("2026-11", our_secret), noon())) == errc::token_signature_mismatch);
  CHECK(outcome(verifier.verify(token(plain_header, good_payload, our_secret), noon())) == errc{});
  CHECK(outcome(verifier.verify(token(plain_header, good_payload, old_secret), noon())) == errc{});
  CHECK(outcome(verifier.verify(token(plain_header, good_payload, foreign_secret), noon())) ==
        errc::token_signature_mismatch);
}

TEST_CASE("a verifier of another type knows no start, and takes no token of type JWT", "[jwt]") {
  auto options = expecting_us();
  options.type = "at+jwt";
  CHECK(outcome((*jwt::verifier::make(keys(), options)).verify(token(good_payload), noon())) ==
        errc::token_type_refused);
}

TEST_CASE("headers one byte away from ours are judged as the parser judges them", "[jwt]") {
  const auto verifier = our_verifier();
  const std::string header(plain_header);
  int told_apart = 0;
  for (std::size_t at = 0; at < header.size(); ++at) {
    for (int c = 0; c < 256; ++c) {
      std::string wrong = header;
      wrong[at] = static_cast<char>(c);
      // A blank before it means nothing, but only the parser reads it.
      const errc fast = outcome(verifier.verify(token(wrong, good_payload), noon()));
      const errc strict = outcome(verifier.verify(token(" " + wrong, good_payload), noon()));
      INFO(wrong);
      CHECK(fast == strict);
      told_apart += fast != errc::token_header_refused;
    }
  }
  CHECK(told_apart > 1000);
}
