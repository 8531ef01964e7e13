#include <utility>

#include "catch.hpp"
#include "craft.hpp"

using namespace craft;

namespace {

// A verified token whose claims take this many bytes.
jwt::verified of_size(std::size_t bytes) {
  const std::size_t least = extended("\"a\":\"\"").size();
  const std::string payload = extended("\"a\":\"" + std::string(bytes - least, 'x') + "\"");
  return *our_verifier().verify(token(payload), noon());
}

void check_whole(const jwt::verified& who, std::size_t bytes) {
  CHECK(who.subject() == "acc_1");
  CHECK(who.issuer() == "https://auth.example");
  CHECK(who.scope() == "events:read");
  CHECK(who.session().text() == "s1");
  CHECK(who.token().text() == "t1");
  CHECK(who.expires_at() == at_second(1700086400));
  CHECK(who.text("a") == std::string(bytes - extended("\"a\":\"\"").size(), 'x'));
}

}  // namespace

TEST_CASE("a verified token is a value, whether its claims are kept inside it or not", "[jwt]") {
  constexpr std::size_t inside = jwt::kept_text::most_inside;
  for (const std::size_t bytes : {std::size_t{200}, inside - 1, inside, inside + 1, std::size_t{4000}}) {
    for (const std::size_t other : {std::size_t{300}, std::size_t{3000}}) {
      INFO(bytes << " and " << other);
      jwt::verified who = of_size(bytes);
      check_whole(who, bytes);
      const jwt::verified copy = who;
      check_whole(copy, bytes);
      jwt::verified moved = std::move(who);
      check_whole(moved, bytes);
      CHECK(who.subject().empty());  // NOLINT: what is left of it may be looked at
      CHECK_FALSE(who.text("a"));
      who = of_size(other);
      check_whole(who, other);
      who = copy;
      check_whole(who, bytes);
      who = of_size(other);
      who = std::move(moved);
      check_whole(who, bytes);
      const jwt::verified& itself = who;
      who = itself;
      check_whole(who, bytes);
      jwt::verified& also = who;
      who = std::move(also);
      check_whole(who, bytes);
      std::swap(who, moved);
      check_whole(moved, bytes);
      check_whole(copy, bytes);
    }
  }
}

TEST_CASE("claims that are spelt with escapes are kept beside the payload", "[jwt]") {
  const std::string odd = replaced("https://auth.example", R"(https:\/\/auth.example)");
  const auto who = our_verifier().verify(token(odd), noon());
  REQUIRE(who);
  const jwt::verified copy = *who;
  CHECK(copy.issuer() == "https://auth.example");
  CHECK(copy.subject() == "acc_1");
  CHECK(copy.json("iss") == R"("https:\/\/auth.example")");
}
