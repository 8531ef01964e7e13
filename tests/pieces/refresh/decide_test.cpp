#include "refresh/decide.hpp"

#include "catch.hpp"
#include "support/fixed.hpp"

#include <string>

using namespace ekauth;
using namespace std::chrono_literals;
using fixed::noon;
using refresh::verdict;

namespace {

digest of(std::uint8_t byte) {
  digest value;
  value.fill(byte);
  return value;
}

// Generation 5, rotated at noon; the hash of generation g is g repeated.
struct situation {
  refresh::find::found found;
  refresh::presented token{5, '1', of(5), {}};
  refresh::policy rules = refresh::web();
  time_point now = noon;

  situation() {
    refresh::record& row = found.row;
    row.generation = 5;
    row.current = of(5);
    row.previous = of(4);
    row.rotated_at = row.last_ok_at = noon;
    row.created_at = noon - 1h;
    row.idle_deadline = noon + 24h * 30;
  }
  void present(std::uint32_t generation) {
    token.generation = generation;
    token.hash = of(static_cast<std::uint8_t>(generation));
  }
};

struct line {
  const char* what;
  void (*change)(situation&);
  verdict expected;
};

const line table[] = {
    // D2: revoked, whatever else holds
    {"revoked, current", [](situation& s) { s.found.row.state = refresh::status::revoked; }, verdict::ended},
    {"revoked, and a new epoch",
     [](situation& s) {
       s.found.row.state = refresh::status::revoked;
       s.found.subject_epoch = 1;
     },
     verdict::ended},
    {"revoked, spent token",
     [](situation& s) {
       s.found.row.state = refresh::status::revoked;
       s.present(3);
     },
     verdict::ended},
    {"a status nobody knows", [](situation& s) { s.found.row.state = static_cast<refresh::status>(0); },
     verdict::ended},
    // D3: equality of epochs, in both directions
    {"epoch went on", [](situation& s) { s.found.subject_epoch = 1; }, verdict::epoch_changed},
    {"epoch went back",
     [](situation& s) {
       s.found.row.epoch = 2;
       s.found.subject_epoch = 1;
     },
     verdict::epoch_changed},
    {"new epoch, past deadline",
     [](situation& s) {
       s.found.subject_epoch = 1;
       s.now = noon + 24h * 31;
     },
     verdict::epoch_changed},
    {"new epoch, spent token is not reuse",
     [](situation& s) {
       s.found.subject_epoch = 1;
       s.present(2);
     },
     verdict::epoch_changed},
    // D4: dead at exactly the deadline
    {"last millisecond before idle", [](situation& s) { s.now = s.found.row.idle_deadline - 1ms; },
     verdict::rotate},
    {"idle deadline", [](situation& s) { s.now = s.found.row.idle_deadline; }, verdict::expired},
    {"last millisecond before absolute",
     [](situation& s) {
       s.found.row.absolute_deadline = noon + 1h;
       s.now = noon + 1h - 1ms;
     },
     verdict::rotate},
    {"absolute deadline",
     [](situation& s) {
       s.found.row.absolute_deadline = noon + 1h;
       s.now = noon + 1h;
     },
     verdict::expired},
    {"out of generations",
     [](situation& s) {
       s.found.row.generation = 14776335;
       s.now = noon + 1h;
     },
     verdict::expired},
    {"past deadline, spent token is not reuse",
     [](situation& s) {
       s.present(2);
       s.now = s.found.row.idle_deadline;
     },
     verdict::expired},
    // D5
    {"a generation ahead of the row", [](situation& s) { s.present(6); }, verdict::store_regression},
    // D6
    {"current generation, wrong hash", [](situation& s) { s.token.hash = of(9); },
     verdict::verifier_mismatch},
    {"current generation, hash of the one before", [](situation& s) { s.token.hash = of(4); },
     verdict::verifier_mismatch},
    {"current generation, another slot", [](situation& s) { s.token.slot = '2'; },
     verdict::verifier_mismatch},
    {"previous generation, wrong hash",
     [](situation& s) {
       s.present(4);
       s.token.hash = of(9);
     },
     verdict::verifier_mismatch},
    // D7: before anything is spent or revoked
    {"bound, nothing shown", [](situation& s) { s.found.row.binding = of(1); }, verdict::binding_mismatch},
    {"bound, another shown",
     [](situation& s) {
       s.found.row.binding = of(1);
       s.token.binding = of(2);
     },
     verdict::binding_mismatch},
    {"bound, another shows a spent token",
     [](situation& s) {
       s.found.row.binding = of(1);
       s.present(2);
     },
     verdict::binding_mismatch},
    {"bound and shown",
     [](situation& s) {
       s.found.row.binding = of(1);
       s.token.binding = of(1);
       s.now = noon + 1h;
     },
     verdict::rotate},
    {"not bound, something shown",
     [](situation& s) {
       s.token.binding = of(1);
       s.now = noon + 1h;
     },
     verdict::rotate},
    // D8: half-open window from the last success
    {"young current token", [](situation& s) { s.now = noon; }, verdict::coalesce},
    {"last millisecond of youth", [](situation& s) { s.now = noon + 30s - 1ms; }, verdict::coalesce},
    {"end of youth", [](situation& s) { s.now = noon + 30s; }, verdict::rotate},
    {"youth counts from the last success",
     [](situation& s) {
       s.found.row.last_ok_at = noon + 20s;
       s.now = noon + 49s;
     },
     verdict::coalesce},
    {"a clock that stepped back keeps it young", [](situation& s) { s.now = noon - 1h; }, verdict::coalesce},
    {"generation 0 is never coalesced",
     [](situation& s) {
       s.found.row.generation = 0;
       s.found.row.current = of(0);
       s.present(0);
     },
     verdict::rotate},
    {"without coalescing a young token rotates", [](situation& s) { s.rules.coalesce = false; },
     verdict::rotate},
    // D10: only the direct predecessor, within its windows
    {"predecessor at once", [](situation& s) { s.present(4); }, verdict::replay},
    {"predecessor in the last millisecond",
     [](situation& s) {
       s.present(4);
       s.now = noon + 30s - 1ms;
     },
     verdict::replay},
    {"predecessor at the end of the window",
     [](situation& s) {
       s.present(4);
       s.now = noon + 30s;
     },
     verdict::reuse},
    {"a replay does not slide the window",
     [](situation& s) {
       s.present(4);
       s.found.row.last_ok_at = noon + 29s;
       s.found.row.replays = 1;
       s.now = noon + 30s;
     },
     verdict::reuse},
    {"the sixteenth replay",
     [](situation& s) {
       s.present(4);
       s.found.row.replays = 15;
     },
     verdict::replay},
    {"one replay too many",
     [](situation& s) {
       s.present(4);
       s.found.row.replays = 16;
     },
     verdict::reuse},
    {"the one before the predecessor", [](situation& s) { s.present(3); }, verdict::reuse},
    {"generation 0 of five", [](situation& s) { s.present(0); }, verdict::reuse},
    // D10 with a lost window below the race window
    {"predecessor, within a short lost window",
     [](situation& s) {
       s.present(4);
       s.rules.lost_window = 10s;
       s.now = noon + 10s - 1ms;
     },
     verdict::replay},
    {"predecessor, after a short lost window",
     [](situation& s) {
       s.present(4);
       s.rules.lost_window = 10s;
       s.now = noon + 10s;
     },
     verdict::reuse},
    {"predecessor, after the lost window, whatever was confirmed",
     [](situation& s) {
       s.present(4);
       s.found.row.confirmed_at = noon + 30s;
       s.now = noon + 30s;
     },
     verdict::reuse},
    // D10 with times that no clock ever showed
    {"predecessor, rotated before time began",
     [](situation& s) {
       s.present(4);
       s.found.row.rotated_at = time_point::min();
     },
     verdict::reuse},
    {"predecessor, rotated at the end of time",
     [](situation& s) {
       s.present(4);
       s.found.row.rotated_at = time_point::max();
     },
     verdict::replay},
    // strict: no window at all
    {"strict, current at once", [](situation& s) { s.rules = refresh::strict(); }, verdict::rotate},
    {"strict, predecessor at once",
     [](situation& s) {
       s.rules = refresh::strict();
       s.present(4);
     },
     verdict::reuse},
    {"strict, predecessor under a clock that stepped back",
     [](situation& s) {
       s.rules = refresh::strict();
       s.present(4);
       s.now = noon - 1h;
     },
     verdict::reuse},
    {"strict, an older one",
     [](situation& s) {
       s.rules = refresh::strict();
       s.present(1);
     },
     verdict::reuse},
};

}  // namespace

TEST_CASE("what follows from a presented token is the transition table, row by row", "[refresh]") {
  for (const line& each : table) {
    INFO(each.what);
    situation at;
    each.change(at);
    CHECK(static_cast<int>(refresh::decide(&at.found, at.token, at.rules, at.now)) ==
          static_cast<int>(each.expected));
  }
}

TEST_CASE("a genuine token whose row is gone is expired, not reused", "[refresh]") {
  const situation at;
  CHECK(refresh::decide(nullptr, at.token, at.rules, at.now) == verdict::unknown);
}

TEST_CASE("a rotation moves every field forward", "[refresh]") {
  situation at;
  at.found.row.replays = 3;
  at.found.row.confirmed_at = noon;
  const std::array<std::uint8_t, 16> salt{1, 2, 3};
  const auto next = refresh::rotated(at.found.row, '2', of(6), salt, refresh::web(), noon + 1h);
  CHECK(next.generation == 6);
  CHECK(next.slot == '2');
  CHECK(next.previous == of(5));
  CHECK(next.current == of(6));
  CHECK(next.salt == salt);
  CHECK(next.rotated_at == noon + 1h);
  CHECK(next.last_ok_at == noon + 1h);
  CHECK_FALSE(next.confirmed_at);
  CHECK(next.replays == 0);
  CHECK(next.idle_deadline == noon + 1h + 24h * 30);
  CHECK(next.created_at == at.found.row.created_at);
}

TEST_CASE("stored times never go back, whatever the clock does", "[refresh]") {
  situation at;
  at.found.row.last_ok_at = noon + 10s;
  const auto next = refresh::rotated(at.found.row, '1', of(6), {}, refresh::web(), noon - 24h);
  CHECK(next.rotated_at == noon + 10s);
  CHECK(next.last_ok_at == noon + 10s);
  CHECK(next.idle_deadline >= at.found.row.idle_deadline);
  const auto again = refresh::replayed(at.found.row, noon - 24h);
  CHECK(again.last_ok_at == noon + 10s);
  CHECK(again.rotated_at == noon);
  CHECK(again.replays == 1);
}
