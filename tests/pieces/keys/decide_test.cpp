#include "keys/decide.hpp"

#include "catch.hpp"
#include "support/fixed.hpp"

#include <string>

using namespace ekauth;
using namespace std::chrono_literals;
using fixed::noon;
using keys::status;

namespace {

digest of(std::uint8_t byte) {
  digest value;
  value.fill(byte);
  return value;
}

keys::record row_with(std::initializer_list<keys::verifier> verifiers) {
  keys::record row;
  row.id = key_id("key_1a2b3c4d5e");
  row.verifiers = verifiers;
  return row;
}

keys::verifier secret_number(std::uint32_t number, std::optional<time_point> not_after = {}) {
  keys::verifier stored;
  stored.number = number;
  stored.value = of(static_cast<std::uint8_t>(number));
  stored.not_after = not_after;
  return stored;
}

errc verdict(const keys::record& row, std::uint8_t presented, time_point now = noon) {
  const auto proven = keys::decide_verify(row, of(presented), now);
  return proven ? errc{} : proven.error().code();
}

constexpr errc fine{};

}  // namespace

TEST_CASE("only a stored secret proves a key, and it says which", "[keys]") {
  const auto row = row_with({secret_number(1), secret_number(2), secret_number(3)});
  for (std::uint8_t number = 1; number <= 3; ++number)
    CHECK(*keys::decide_verify(row, of(number), noon) == number);
  CHECK(verdict(row, 4) == errc::key_secret_mismatch);
  CHECK(verdict(row_with({}), 1) == errc::key_secret_mismatch);
}

TEST_CASE("a key's own reasons are told to the holder of a secret only", "[keys]") {
  struct line {
    const char* what;
    void (*change)(keys::record&);
    errc told;
  };
  const line table[] = {
      {"disabled", [](keys::record& r) { r.state = status::disabled; }, errc::api_key_disabled},
      {"revoked", [](keys::record& r) { r.state = status::revoked; }, errc::api_key_revoked},
      {"an unknown status is a refusal", [](keys::record& r) { r.state = static_cast<status>(9); },
       errc::api_key_revoked},
      {"expired a millisecond ago", [](keys::record& r) { r.expires_at = noon - 1ms; },
       errc::api_key_expired},
      {"expires now", [](keys::record& r) { r.expires_at = noon; }, errc::api_key_expired},
      {"expires in a millisecond", [](keys::record& r) { r.expires_at = noon + 1ms; }, fine},
      {"valid from the next millisecond", [](keys::record& r) { r.not_before = noon + 1ms; },
       errc::api_key_not_yet_valid},
      {"valid from now", [](keys::record& r) { r.not_before = noon; }, fine},
      {"rolled a millisecond ago", [](keys::record& r) { r.verifiers[0].not_after = noon - 1ms; },
       errc::api_key_rolled},
      {"rolled now", [](keys::record& r) { r.verifiers[0].not_after = noon; }, errc::api_key_rolled},
      {"in its last millisecond of grace", [](keys::record& r) { r.verifiers[0].not_after = noon + 1ms; },
       fine},
  };
  for (const line& each : table) {
    INFO(each.what);
    auto row = row_with({secret_number(1)});
    each.change(row);
    CHECK(verdict(row, 1) == each.told);
    CHECK(verdict(row, 9) == errc::key_secret_mismatch);
  }
}

TEST_CASE("revocation is terminal, disabling is not", "[keys]") {
  auto row = row_with({secret_number(1)});
  const auto disabled = keys::decide_status(row, status::disabled, noon);
  CHECK(disabled->state == status::disabled);
  CHECK((*keys::decide_status(*disabled, status::active, noon)).state == status::active);
  const auto revoked = keys::decide_status(*disabled, status::revoked, noon);
  CHECK(revoked->state == status::revoked);
  CHECK(revoked->revoked_at == noon);
  CHECK((*keys::decide_status(*revoked, status::revoked, noon + 1h)).revoked_at == noon);
  for (const status next : {status::active, status::disabled})
    CHECK(keys::decide_status(*revoked, next, noon).error().code() == errc::version_conflict);
}

TEST_CASE("a roll adds a secret and shortens the life of the others, never lengthens it", "[keys]") {
  const auto row = row_with({secret_number(1, noon + 5min), secret_number(2)});
  const auto rolled = keys::decide_roll(row, secret_number(77), 1h, noon);
  REQUIRE(rolled);
  REQUIRE(rolled->verifiers.size() == 3);
  CHECK(rolled->verifiers[0].not_after == noon + 5min);
  CHECK(rolled->verifiers[1].not_after == noon + 1h);
  CHECK(rolled->verifiers[2].number == 3);
  CHECK_FALSE(rolled->verifiers[2].not_after);
  CHECK(verdict(*rolled, 2, noon + 1h - 1ms) == fine);
  CHECK(verdict(*rolled, 2, noon + 1h) == errc::api_key_rolled);
}

TEST_CASE("a roll without grace ends the older secrets at once and still names them", "[keys]") {
  const auto rolled = keys::decide_roll(row_with({secret_number(1)}), secret_number(9), 0ms, noon);
  REQUIRE(rolled);
  CHECK(verdict(*rolled, 1) == errc::api_key_rolled);
  CHECK(verdict(*rolled, 9) == fine);
}

TEST_CASE("a secret that died before a newer one was made stays dead, whatever the clock", "[keys]") {
  auto fresh = secret_number(9);
  fresh.created_at = noon;
  const auto at_once = keys::decide_roll(row_with({secret_number(1)}), fresh, 0ms, noon);
  REQUIRE(at_once);
  for (const time_point when : {noon - 1ms, noon - 24h, time_point{}}) {
    CHECK(verdict(*at_once, 1, when) == errc::api_key_rolled);
    CHECK(verdict(*at_once, 9, when) == fine);
  }
  // One that was given time has it by the clock, until a still newer one is made after its end.
  const auto later = keys::decide_roll(row_with({secret_number(1)}), fresh, 1h, noon);
  REQUIRE(later);
  CHECK(verdict(*later, 1, noon - 24h) == fine);
  fresh.created_at = noon + 1h;
  const auto twice = keys::decide_roll(*later, fresh, 1h, noon + 1h);
  REQUIRE(twice);
  CHECK(verdict(*twice, 1, noon) == errc::api_key_rolled);
  fresh.created_at = noon + 2h;
  // It is no live one of the three, for a clock that stepped back either.
  const auto stepped = keys::decide_roll(*twice, fresh, 1h, noon);
  REQUIRE(stepped);
  CHECK(stepped->verifiers.front().number == 2);
}

TEST_CASE("a secret that is rolled by a clock behind its making lives its grace by that clock", "[keys]") {
  auto made_ahead = secret_number(1), fresh = secret_number(9);
  made_ahead.created_at = noon;
  fresh.created_at = noon - 2h;
  const auto rolled = keys::decide_roll(row_with({made_ahead}), fresh, 1h, noon - 2h);
  REQUIRE(rolled);
  CHECK(verdict(*rolled, 1, noon - 1h - 1ms) == fine);
  CHECK(verdict(*rolled, 1, noon - 1h) == errc::api_key_rolled);
}

TEST_CASE("at most three secrets are live, and dead ones make way, oldest first", "[keys]") {
  const auto full = row_with({secret_number(1), secret_number(2), secret_number(3)});
  CHECK(keys::decide_roll(full, secret_number(9), 1h, noon).error().code() == errc::roll_limit);
  const auto replaced = keys::decide_roll(full, secret_number(9), 0ms, noon);
  REQUIRE(replaced);
  REQUIRE(replaced->verifiers.size() == 3);
  CHECK(replaced->verifiers[0].number == 2);
  CHECK(replaced->verifiers[2].number == 4);
  const auto one_dead = row_with({secret_number(1), secret_number(2, noon), secret_number(3)});
  const auto again = keys::decide_roll(one_dead, secret_number(9), 1h, noon);
  REQUIRE(again);
  CHECK(again->verifiers[0].number == 1);
  CHECK(again->verifiers[1].number == 3);
  CHECK(again->verifiers[1].not_after == noon + 1h);
}

TEST_CASE("neither a revoked nor an expired key can be rolled; a disabled one can", "[keys]") {
  auto row = row_with({secret_number(1)});
  row.state = status::disabled;
  CHECK(keys::decide_roll(row, secret_number(9), 1h, noon));
  row.state = status::revoked;
  CHECK(keys::decide_roll(row, secret_number(9), 1h, noon).error().code() == errc::version_conflict);
  row.state = status::active;
  row.expires_at = noon;
  CHECK(keys::decide_roll(row, secret_number(9), 1h, noon).error().code() == errc::validation_failed);
}
