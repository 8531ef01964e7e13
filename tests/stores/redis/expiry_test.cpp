#include "redis/part.hpp"
#include "support/records.hpp"

using namespace records;
using namespace std::chrono_literals;

namespace {

redis::options keeping(duration expired) {
  redis::options how = fixed::fresh_redis();
  how.keep_expired = expired;
  return how;
}

// A part whose sessions Redis keeps an hour past their deadline.
struct kept : lane::part {
  kept() : part(keeping(1h)) {}

  // How long Redis will keep a session, in whole minutes: the clock of the server runs while we look.
  long minutes(const std::string& id) {
    return (std::stol(ask({"PTTL", "session:" + id})) + 59'999) / 60'000;
  }
};

}  // namespace

TEST_CASE("Redis keeps a session for what was left of it, and keep_expired on top", "[redis]") {
  kept here;
  refresh::record row = session("fam_a");  // 720 hours idle, from a clock that is far behind the server's
  REQUIRE(*here.db.answer(refresh::insert{row}) == refresh::insert::reply::inserted);
  CHECK(here.minutes("fam_a") == 721 * 60);
  row.last_ok_at += 700h;
  row.idle_deadline = row.last_ok_at + 10h;
  CHECK(*here.db.answer(refresh::advance{row, 1}));
  CHECK(here.minutes("fam_a") == 11 * 60);

  refresh::record both = session("fam_b");
  both.absolute_deadline = fixed::noon + 5h;
  REQUIRE(*here.db.answer(refresh::insert{both}) == refresh::insert::reply::inserted);
  CHECK(here.minutes("fam_b") == 6 * 60);
  both.last_ok_at += 2h;
  both.idle_deadline += 2h;
  both.absolute_deadline.reset();  // the stored one counts
  CHECK(*here.db.answer(refresh::advance{both, 1}));
  CHECK(here.minutes("fam_b") == 4 * 60);

  refresh::record late = session("fam_c");  // over before it began
  late.idle_deadline = fixed::noon - 100h;
  REQUIRE(*here.db.answer(refresh::insert{late}) == refresh::insert::reply::inserted);
  CHECK(here.minutes("fam_c") == 60);
  refresh::record never = session("fam_d");
  never.idle_deadline = time_point::max();
  REQUIRE(*here.db.answer(refresh::insert{never}) == refresh::insert::reply::inserted);
  CHECK(here.minutes("fam_d") == 100l * 365 * 24 * 60);
}

TEST_CASE("a revoked session stays until its deadline, and so does the reason", "[redis]") {
  kept here;
  REQUIRE(*here.db.answer(refresh::insert{session("fam_a")}) == refresh::insert::reply::inserted);
  REQUIRE(*here.db.answer(refresh::revoke{family_id("fam_a"), refresh::end_reason::admin, fixed::noon}) ==
          refresh::revoke::reply::revoked);
  CHECK(here.minutes("fam_a") == 721 * 60);
}

TEST_CASE("nothing but a session ever expires", "[redis]") {
  kept here;
  REQUIRE(here.db.answer(keys::insert{full_key("key_a"), 0}).has_value());
  REQUIRE(here.db.answer(refresh::insert{session("fam_a")}).has_value());
  REQUIRE(
      here.db.answer(refresh::bump_epoch{subject_id("usr_1"), refresh::end_reason::admin, {}}).has_value());
  REQUIRE(here.db.answer(allowlists::save{{{subject_id("acc_1")}, true, {}, {}, 1}, 0}).has_value());
  for (const char* name : {"schema", "key:key_a", "keys:acc_1", "unrevoked:acc_1", "subject:usr_1",
                           "sessions:usr_1", "deadlines", "allowlist:5:acc_1"}) {
    INFO(name);
    CHECK((here.ask({"PTTL", name}) == "-1" || here.ask({"EXISTS", name}) == "0"));
  }
}

TEST_CASE("what Redis let expire is gone from lists, and purge takes its traces", "[redis]") {
  kept here;
  for (const char* id : {"fam_a", "fam_b", "fam_c"})
    REQUIRE(*here.db.answer(refresh::insert{session(id)}) == refresh::insert::reply::inserted);
  here.ask({"PEXPIRE", "session:fam_b", "0"});
  CHECK_FALSE((*here.db.answer(refresh::find{family_id("fam_b")})).has_value());
  CHECK_FALSE(*here.db.answer(refresh::advance{session("fam_b"), 1}));
  const auto page = here.db.answer(refresh::list{subject_id("usr_1"), family_id("fam_a"), 1});
  REQUIRE(page->size() == 1);
  CHECK(page->front().row.id == family_id("fam_c"));

  CHECK(here.ask({"ZCARD", "deadlines"}) == "3");
  CHECK(*here.db.answer(refresh::purge{session("fam_a").idle_deadline, 10}) == 3);
  CHECK(here.ask({"EXISTS", "deadlines"}) == "0");
  CHECK(here.ask({"EXISTS", "sessions:usr_1"}) == "0");
}

TEST_CASE("purge trusts the row, not the queue", "[redis]") {
  kept here;
  REQUIRE(*here.db.answer(refresh::insert{session("fam_a")}) == refresh::insert::reply::inserted);
  here.ask({"ZADD", "deadlines", "0", "5:fam_ausr_1"});
  CHECK(*here.db.answer(refresh::purge{fixed::noon, 10}) == 0);
  CHECK((*here.db.answer(refresh::find{family_id("fam_a")})).has_value());
}
