#include <algorithm>

#include "catch.hpp"
#include "core/base62.hpp"
#include "craft.hpp"

using namespace craft;

namespace {

// Counts from one number further up each time, so that what depends on chance can be told apart.
class counting_random final : public random_source {
 public:
  void fill(void* bytes, std::size_t size) override {
    for (std::size_t i = 0; i < size; ++i)
      static_cast<unsigned char*>(bytes)[i] = static_cast<unsigned char>(next_ + i);
    ++next_;
  }

 private:
  unsigned char next_ = 0;
};

const jwt::signer_options options{.issuer = "https://auth.example", .audience = "events"};

grant who() { return {subject_id("acc_9i8h7g6f5e"), *scope::list::parse_spaced("events:read events:write")}; }

jwt::issue when() {
  return {.issued_at = noon(), .session = family_id("0123456789abcdef"), .token = token_id("t-1")};
}

std::string segment(const secret& token, int which) {
  std::string_view rest = token.expose();
  for (; which > 0; --which) rest.remove_prefix(rest.find('.') + 1);
  const std::string_view text = rest.substr(0, rest.find('.'));
  std::string bytes(jwt::base64url::decoded_size(text.size()), '\0');
  REQUIRE(jwt::base64url::decode(text, bytes.data()));
  return bytes;
}

std::string payload(const grant& what, const jwt::issue& at) {
  const auto token = (*jwt::signer::make(keys(), options)).sign(what, at);
  REQUIRE(token);
  return segment(*token, 1);
}

errc refused(const grant& what, const jwt::issue& at) {
  const auto token = (*jwt::signer::make(keys(), options)).sign(what, at);
  return token ? errc{} : token.error().code();
}

errc refused_extra(std::vector<jwt::claim> extra) {
  jwt::issue at = when();
  at.extra = std::move(extra);
  return refused(who(), at);
}

}  // namespace

TEST_CASE("a token carries its claims in one order, behind a header of two members", "[jwt]") {
  const auto token = (*jwt::signer::make(keys(), options)).sign(who(), when());
  REQUIRE(token);
  CHECK(segment(*token, 0) == R"({"alg":"HS256","typ":"JWT"})");
  CHECK(
      segment(*token, 1) ==
      R"({"iss":"https://auth.example","aud":"events","sub":"acc_9i8h7g6f5e","iat":1700000100,"exp":1700086500,)"
      R"("jti":"t-1","sid":"0123456789abcdef","scope":"events:read events:write"})");
}

TEST_CASE("a token names its key only when the keyset has several", "[jwt]") {
  const auto token = (*jwt::signer::make(two_keys(), options)).sign(who(), when());
  CHECK(segment(*token, 0) == R"({"alg":"HS256","typ":"JWT","kid":"2026-12"})");
}

TEST_CASE("the same grant, times and ids give the same bytes", "[jwt]") {
  const auto keyset = keys();
  const auto one = (*jwt::signer::make(keyset, options)).sign(who(), when());
  const auto other = (*jwt::signer::make(keys(), options)).sign(who(), when());
  CHECK(one->expose() == other->expose());

  jwt::issue later = when();
  later.issued_at += std::chrono::seconds(1);
  CHECK((*(*jwt::signer::make(keyset, options)).sign(who(), later)).expose() != one->expose());
  jwt::issue within = when();
  within.issued_at += duration(999);
  CHECK((*(*jwt::signer::make(keyset, options)).sign(who(), within)).expose() == one->expose());
}

TEST_CASE("a token without a name gets 22 random base62 digits", "[jwt]") {
  counting_random random;
  jwt::issue nameless = when();
  nameless.token = {};
  const auto signer = *jwt::signer::make(keys(), options, random);
  const auto first = our_verifier().verify((*signer.sign(who(), nameless)).expose(), noon());
  const auto second = our_verifier().verify((*signer.sign(who(), nameless)).expose(), noon());
  counting_random same;
  CHECK(first->token().text() == base62::random_digits(same, 22));
  CHECK(second->token().text() == base62::random_digits(same, 22));
  CHECK(first->token() != second->token());
}

TEST_CASE("what is signed comes back from the verifier", "[jwt]") {
  jwt::issue at = when();
  at.not_before = noon() + duration(1);
  at.extra = {jwt::claim::text("tenant", "a\"\\\n\x01\x7f/é😀"), jwt::claim::integer("level", -42),
              jwt::claim::boolean("mfa", true), jwt::claim::boolean("guest", false),
              jwt::claim::json("roles", R"( ["a", {"b": 1e2}] )")};
  const grant odd{subject_id("a\"c\\c\t/ü"), *scope::list::parse_spaced("events:read full_access")};
  const auto token = (*jwt::signer::make(keys(), options)).sign(odd, at);
  REQUIRE(token);
  const auto verified = our_verifier().verify(token->expose(), noon() + std::chrono::seconds(1));
  REQUIRE(verified);
  CHECK(verified->granted() == odd);
  CHECK(verified->subject() == odd.subject.text());
  CHECK(verified->session() == at.session);
  CHECK(verified->token() == at.token);
  CHECK(verified->issuer() == options.issuer);
  CHECK(verified->scope() == "events:read full_access");
  CHECK(verified->issued_at() == noon());
  CHECK(verified->not_before() == noon() + std::chrono::seconds(1));
  CHECK(verified->expires_at() == noon() + std::chrono::hours(24));
  CHECK(verified->text("tenant") == "a\"\\\n\x01\x7f/é😀");
  CHECK(verified->integer("level") == -42);
  CHECK(verified->boolean("mfa") == true);
  CHECK(verified->boolean("guest") == false);
  CHECK(verified->json("roles") == R"(["a", {"b": 1e2}])");
}

TEST_CASE("every character comes back from a claim, whichever way it is escaped", "[jwt]") {
  const auto signer = *jwt::signer::make(keys(), options);
  std::vector<std::string> texts = {"", "é", "\xe2\x80\xa8", "😀", "</script>"};
  for (int c = 1; c < 128; ++c) texts.push_back(std::string("a") + static_cast<char>(c));
  for (const std::string& each : texts) {
    INFO(each);
    jwt::issue at = when();
    at.extra = {jwt::claim::text("a", each), jwt::claim::text("b" + each, "x")};
    const auto token = signer.sign({subject_id("s" + each), {}}, at);
    REQUIRE(token);
    const auto verified = our_verifier().verify(token->expose(), noon());
    REQUIRE(verified);
    CHECK(verified->subject() == "s" + each);
    CHECK(verified->text("a") == each);
    CHECK(verified->text("b" + each) == "x");
  }
}

TEST_CASE("what a grant lacks is left out of the token", "[jwt]") {
  CHECK(
      payload({subject_id("s"), {}}, {.issued_at = noon(), .token = token_id("t")}) ==
      R"({"iss":"https://auth.example","aud":"events","sub":"s","iat":1700000100,"exp":1700086500,"jti":"t"})");
}

TEST_CASE("iat is rounded down, nbf up, and exp is iat plus the lifetime", "[jwt]") {
  jwt::issue at{
      .issued_at = noon() + duration(999), .token = token_id("t"), .not_before = noon() + duration(1)};
  CHECK(payload({subject_id("s"), {}}, at).find(R"("iat":1700000100,"nbf":1700000101,"exp":1700086500,)") !=
        std::string::npos);
}

TEST_CASE("a signer refuses malformed options", "[jwt]") {
  const auto made = [](const jwt::signer_options& with) {
    const auto signer = jwt::signer::make(keys(), with);
    return signer ? errc{} : signer.error().code();
  };
  const auto refusal = errc::option_invalid;
  CHECK(made({.issuer = "", .audience = "a"}) == refusal);
  CHECK(made({.issuer = "i", .audience = ""}) == refusal);
  CHECK(made({.issuer = "i\xff", .audience = "a"}) == refusal);
  CHECK(made({.issuer = "i", .audience = text("a\0b")}) == refusal);
  CHECK(made({.issuer = std::string(1025, 'i'), .audience = "a"}) == refusal);
  CHECK(made({.issuer = std::string(1024, 'i'), .audience = "a"}) == errc{});
  const auto lasting = [&](duration lifetime) {
    return made({.issuer = "i", .audience = "a", .lifetime = lifetime});
  };
  CHECK(lasting(duration(0)) == refusal);
  CHECK(lasting(duration(-1000)) == refusal);
  CHECK(lasting(duration(999)) == refusal);
  CHECK(lasting(duration(1000)) == errc{});
  CHECK(lasting(duration(1001)) == refusal);
  CHECK(lasting(jwt::max_lifetime) == errc{});
  CHECK(lasting(jwt::max_lifetime + duration(1000)) == refusal);
  CHECK(lasting(duration::max()) == refusal);
  CHECK((*jwt::signer::make(keys(), options)).lifetime() == std::chrono::hours(24));
}

TEST_CASE("a signer refuses texts that a verifier would refuse", "[jwt]") {
  const auto refusal = errc::validation_failed;
  CHECK(refused({subject_id(""), {}}, when()) == refusal);
  CHECK(refused({subject_id(std::string(255, 's')), {}}, when()) == errc{});
  CHECK(refused({subject_id(std::string(256, 's')), {}}, when()) == refusal);
  CHECK(refused({subject_id(text("s\0")), {}}, when()) == refusal);
  CHECK(refused({subject_id("s\xc0\x80"), {}}, when()) == refusal);
  jwt::issue session = when(), token = when();
  session.session = family_id(std::string(256, 's'));
  token.token = token_id("\xff");
  CHECK(refused(who(), session) == refusal);
  CHECK(refused(who(), token) == refusal);
}

TEST_CASE("a signer refuses times outside 1970 to 9999, and a not_before from which the token is dead",
          "[jwt]") {
  const auto issued = [](time_point at) { return refused(who(), {.issued_at = at}); };
  const time_point last = at_second(253402300799) - std::chrono::hours(24);
  CHECK(issued(at_second(0)) == errc{});
  CHECK(issued(at_second(0) - duration(1)) == errc::validation_failed);
  CHECK(issued(last) == errc{});
  CHECK(issued(last + duration(1)) == errc::validation_failed);
  CHECK(issued(time_point::max()) == errc::validation_failed);
  CHECK(issued(time_point::min()) == errc::validation_failed);
  const auto not_before = [](time_point at) {
    return refused(who(), {.issued_at = noon(), .not_before = at});
  };
  CHECK(not_before(at_second(0)) == errc{});
  CHECK(not_before(at_second(0) - duration(1)) == errc::validation_failed);
  CHECK(not_before(noon() + std::chrono::hours(24) - std::chrono::seconds(1)) == errc{});
  CHECK(not_before(noon() + std::chrono::hours(24) - duration(999)) == errc::validation_failed);
  CHECK(not_before(time_point::max()) == errc::validation_failed);
}

TEST_CASE("a signer refuses claims that are registered, repeated, nameless or not JSON", "[jwt]") {
  const auto refusal = errc::validation_failed;
  for (const char* name : {"iss", "aud", "sub", "iat", "nbf", "exp", "jti", "sid", "scope", "", "\xff"}) {
    INFO(name);
    CHECK(refused_extra({jwt::claim::integer(name, 1)}) == refusal);
  }
  CHECK(refused_extra({jwt::claim::boolean("a", true), jwt::claim::boolean("A", true)}) == errc{});
  CHECK(refused_extra({jwt::claim::boolean("a", true), jwt::claim::boolean("a", true)}) == refusal);
  CHECK(refused_extra({jwt::claim::text("a", "\xc3")}) == refusal);
  CHECK(refused_extra({jwt::claim::text("a", text("\0"))}) == refusal);
  for (const char* json : {"", " ", "{", "1,\"admin\":true", "1}", "nul", "'a'", "[1,]", R"({"a":1,"a":2})",
                           "01", "1 2", "\"\xff\""}) {
    INFO(json);
    CHECK(refused_extra({jwt::claim::json("a", json)}) == refusal);
  }
  for (const char* json :
       {"1", "null", "[]", R"({"a":[1,{"b":2}]})", "123456789012345678901234567890", "1e999"}) {
    INFO(json);
    CHECK(refused_extra({jwt::claim::json("a", json)}) == errc{});
  }
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  CHECK(refused_extra({jwt::claim::json("a", nested(jwt::max_depth - 1))}) == errc{});
  CHECK(refused_extra({jwt::claim::json("a", nested(jwt::max_depth))}) == refusal);
}

TEST_CASE("a signer makes tokens of 8,192 characters, and none longer", "[jwt]") {
  const auto of_size = [](std::size_t text_size) {
    jwt::issue at = when();
    at.extra = {jwt::claim::text("a", std::string(text_size, 'x'))};
    return (*jwt::signer::make(keys(), options)).sign(who(), at);
  };
  for (const std::size_t far_too_long : {std::size_t{8000}, std::size_t{100000}})
    CHECK(of_size(far_too_long).error().code() == errc::validation_failed);
  std::size_t size = 5000;
  while (of_size(size)) ++size;
  CHECK(of_size(size).error().code() == errc::validation_failed);
  const auto largest = of_size(size - 1);
  CHECK(largest->size() > jwt::max_token_size - 2);
  CHECK(largest->size() <= jwt::max_token_size);
  CHECK(our_verifier().verify(largest->expose(), noon()));
}
