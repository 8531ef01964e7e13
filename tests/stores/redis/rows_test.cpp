#include "redis/part.hpp"
#include "support/records.hpp"

using namespace records;

namespace {

constexpr std::uint64_t too_large = std::uint64_t{1} << 63;

template <class T>
bool is_corrupt(const result<T>& answer) {
  return !answer && answer.error().code() == errc::store_corrupt;
}

// A part with a few rows.
struct written : lane::part {
  written() {
    REQUIRE(*db.answer(keys::insert{full_key("key_a"), 0}) == keys::insert::reply::inserted);
    REQUIRE(*db.answer(keys::insert{key("key_b", "acc_2"), 0}) == keys::insert::reply::inserted);
    REQUIRE(*db.answer(refresh::insert{full_session("fam_a")}) == refresh::insert::reply::inserted);
    REQUIRE(*db.answer(refresh::insert{session("fam_b", "usr_2")}) == refresh::insert::reply::inserted);
    REQUIRE(*db.answer(refresh::bump_epoch{subject_id("usr_1"), refresh::end_reason::admin, fixed::noon}) ==
            1);
  }
};

const std::string nul(1, '\0');

}  // namespace

TEST_CASE("a key's row that ekauth did not write is corrupt, never a guess", "[redis]") {
  written here;
  using change = std::pair<std::string, std::string>;
  const auto [field, value] = GENERATE(
      change{"environment", "0"}, change{"environment", "3"}, change{"state", "0"}, change{"state", "4"},
      change{"state", "257"}, change{"state", "2 "}, change{"state", "02"}, change{"state", "+2"},
      change{"version", "-1"}, change{"version", ""}, change{"version", "9223372036854775808"},
      change{"version", "1e3"}, change{"scopes", " "}, change{"scopes", "a  b"}, change{"scopes", "a "},
      change{"scopes", "a a"}, change{"scopes", "A:b"}, change{"scopes", "a" + nul}, change{"7.slot", ""},
      change{"7.slot", "11"}, change{"7.slot", "-"}, change{"7.digest", ""},
      change{"7.digest", std::string(31, 'd')}, change{"7.digest", std::string(33, 'd')},
      change{"secrets", "1 7"}, change{"secrets", "1 7 8"}, change{"secrets", "7 1 4294967295"},
      change{"secrets", "1 7 4294967296"}, change{"secrets", "-1 7"}, change{"secrets", "1  7"},
      change{"secrets", "1 7 4294967295 "}, change{"secrets", " "}, change{"secrets", "1 1"},
      change{"created_at", "noon"}, change{"expires_at", ""}, change{"not_before", "-0"},
      change{"7.last_used", "1.5"}, change{"surprise", "1"}, change{"8.slot", "1"});
  INFO(field << " = " << value);
  here.ask({"HSET", "key:key_a", field, value});
  CHECK(is_corrupt(here.db.answer(keys::find{key_id("key_a")})));
  CHECK(is_corrupt(here.db.answer(keys::list{subject_id("acc_1"), {}, 10})));
  CHECK((*here.db.answer(keys::find{key_id("key_b")})).has_value());
}

TEST_CASE("a row that lacks a field is corrupt", "[redis]") {
  written here;
  for (const std::string field : {"environment", "subject", "created_at", "name", "scopes", "state", "version",
                                  "secrets", "7.slot", "7.digest", "7.created_at"}) {
    const std::string value = here.ask({"HGET", "key:key_a", field});
    REQUIRE(here.ask({"HDEL", "key:key_a", field}) == "1");
    CHECK(is_corrupt(here.db.answer(keys::find{key_id("key_a")})));
    here.ask({"HSET", "key:key_a", field, value});
    CHECK((*here.db.answer(keys::find{key_id("key_a")})).has_value());
  }
  for (const std::string field : {"subject", "scopes", "client", "epoch", "created_at", "state", "reason",
                                  "generation", "slot", "current_digest", "previous_digest", "salt",
                                  "rotated_at", "last_ok_at", "replays", "idle_deadline", "version"}) {
    const std::string value = here.ask({"HGET", "session:fam_a", field});
    REQUIRE(here.ask({"HDEL", "session:fam_a", field}) == "1");
    CHECK(is_corrupt(here.db.answer(refresh::find{family_id("fam_a")})));
    here.ask({"HSET", "session:fam_a", field, value});
    CHECK((*here.db.answer(refresh::find{family_id("fam_a")})).has_value());
  }
}

TEST_CASE("a key with a fourth secret, and one that is listed without a row, are corrupt", "[redis]") {
  written here;
  here.ask({"HSET", "key:key_a", "secrets", "1 5 7 4294967295", "5.slot", "1", "5.digest",
            std::string(32, 'd'), "5.created_at", "0"});
  CHECK(is_corrupt(here.db.answer(keys::find{key_id("key_a")})));
  here.ask({"DEL", "key:key_b"});
  CHECK_FALSE((*here.db.answer(keys::find{key_id("key_b")})).has_value());
  CHECK(is_corrupt(here.db.answer(keys::list{subject_id("acc_2"), {}, 10})));
}

TEST_CASE("a session's row that ekauth did not write is corrupt, never a guess", "[redis]") {
  written here;
  using change = std::pair<std::string, std::string>;
  const auto [field, value] =
      GENERATE(change{"state", "0"}, change{"state", "3"}, change{"reason", "-1"}, change{"reason", "6"},
               change{"epoch", "-1"}, change{"version", "-9223372036854775808"}, change{"generation", "-1"},
               change{"generation", "4294967296"}, change{"replays", "-1"}, change{"slot", "12"},
               change{"current_digest", std::string(31, 'd')}, change{"previous_digest", ""},
               change{"salt", std::string(17, 's')}, change{"binding", std::string(16, 'b')},
               change{"scopes", "a,b"}, change{"ended_at", "x"}, change{"surprise", ""});
  INFO(field << " = " << value);
  here.ask({"HSET", "session:fam_a", field, value});
  CHECK(is_corrupt(here.db.answer(refresh::find{family_id("fam_a")})));
  CHECK(is_corrupt(here.db.answer(refresh::list{subject_id("usr_1"), {}, 10})));
}

TEST_CASE("a subject's row that ekauth did not write is corrupt, and stays as it is", "[redis]") {
  written here;
  const refresh::bump_epoch bump{subject_id("usr_1"), refresh::end_reason::admin, fixed::noon};
  for (const std::string epoch : {"-7", "9223372036854775807", "x", "", "1.0", "007"}) {
    here.ask({"HSET", "subject:usr_1", "epoch", epoch});
    CHECK(is_corrupt(here.db.answer(bump)));
    CHECK(here.ask({"HGET", "subject:usr_1", "epoch"}) == epoch);
    if (epoch == "9223372036854775807") continue;
    CHECK(is_corrupt(here.db.answer(refresh::read_epoch{bump.subject})));
    CHECK(is_corrupt(here.db.answer(refresh::find{family_id("fam_a")})));
    CHECK_FALSE(*here.db.answer(refresh::advance{session("fam_a"), 77}));
  }
  here.ask({"HSET", "subject:usr_1", "epoch", "-7"});
  CHECK(is_corrupt(here.db.answer(refresh::insert{session("fam_c")})));
  here.ask({"HSET", "subject:usr_1", "epoch", "1", "reason", "6"});
  CHECK(is_corrupt(here.db.answer(refresh::find{family_id("fam_a")})));
  here.ask({"HDEL", "subject:usr_1", "reason"});
  CHECK(is_corrupt(here.db.answer(refresh::list{subject_id("usr_1"), {}, 10})));
}

TEST_CASE("writes refuse rows that ekauth did not write, and leave them", "[redis]") {
  written here;
  const refresh::revoke revoke{family_id("fam_b"), refresh::end_reason::admin, fixed::noon};
  here.ask({"HSET", "session:fam_b", "state", "9"});
  CHECK(is_corrupt(here.db.answer(revoke)));
  CHECK_FALSE(*here.db.answer(refresh::advance{session("fam_b"), 1}));
  here.ask({"HDEL", "session:fam_b", "state"});
  CHECK(is_corrupt(here.db.answer(revoke)));
  here.ask({"HSET", "session:fam_b", "state", "1", "version", "9223372036854775807"});
  CHECK(is_corrupt(here.db.answer(revoke)));
  CHECK(here.ask({"HGET", "session:fam_b", "state"}) == "1");
  here.ask({"HDEL", "session:fam_b", "subject"});
  CHECK_FALSE(*here.db.answer(refresh::advance{session("fam_b"), 9223372036854775806}));

  here.ask({"HDEL", "key:key_b", "subject"});
  CHECK(is_corrupt(here.db.answer(keys::replace{key("key_b"), 1})));
  here.ask({"HSET", "key:key_b", "subject", "acc_2"});
  here.ask({"HDEL", "key:key_b", "secrets"});
  CHECK(is_corrupt(here.db.answer(keys::replace{key("key_b"), 1})));
}

TEST_CASE("names that hold another kind of value are corrupt, and nothing is written", "[redis]") {
  written here;
  const auto foul = [&](const std::string& name) {
    here.ask({"DEL", name});
    here.ask({"SET", name, "text"});
  };
  for (const char* name : {"key:key_x", "keys:acc_3", "unrevoked:acc_3"}) {
    foul(name);
    CHECK(here.db.answer(keys::insert{key("key_x", "acc_3"), 5}).value_or(keys::insert::reply::exists) ==
          keys::insert::reply::exists);
    here.ask({"DEL", name});
    CHECK_FALSE((*here.db.answer(keys::find{key_id("key_x")})).has_value());
    CHECK((*here.db.answer(keys::list{subject_id("acc_3"), {}, 10})).empty());
  }
  foul("key:key_a");
  CHECK(is_corrupt(here.db.answer(keys::find{key_id("key_a")})));
  CHECK(is_corrupt(here.db.answer(keys::replace{key("key_a"), 9})));
  CHECK(is_corrupt(here.db.answer(keys::touch{{{key_id("key_a"), 1, fixed::noon}}})));
  CHECK(is_corrupt(here.db.answer(keys::list{subject_id("acc_1"), {}, 10})));

  foul("session:fam_a");
  CHECK(is_corrupt(here.db.answer(refresh::find{family_id("fam_a")})));
  CHECK(is_corrupt(here.db.answer(refresh::advance{session("fam_a"), 77})));
  CHECK(is_corrupt(
      here.db.answer(refresh::revoke{family_id("fam_a"), refresh::end_reason::admin, fixed::noon})));
  foul("subject:usr_2");
  CHECK(is_corrupt(here.db.answer(refresh::find{family_id("fam_b")})));
  CHECK(is_corrupt(here.db.answer(refresh::advance{session("fam_b"), 1})));
  CHECK(is_corrupt(here.db.answer(refresh::bump_epoch{subject_id("usr_2"), refresh::end_reason::admin, {}})));
  foul("sessions:usr_3");
  CHECK(is_corrupt(here.db.answer(refresh::insert{session("fam_c", "usr_3")})));
  CHECK_FALSE((*here.db.answer(refresh::find{family_id("fam_c")})).has_value());
  foul("deadlines");
  CHECK(is_corrupt(here.db.answer(refresh::insert{session("fam_c", "usr_4")})));
  CHECK_FALSE((*here.db.answer(refresh::find{family_id("fam_c")})).has_value());
  CHECK((*here.db.answer(refresh::list{subject_id("usr_4"), {}, 10})).empty());
  CHECK(is_corrupt(here.db.answer(refresh::purge{fixed::noon, 10})));
}

TEST_CASE("an allowlist's row that ekauth did not write is corrupt", "[redis]") {
  written here;
  const allowlists::holder of{subject_id("acc_1")};
  const std::string name = "allowlist:5:acc_1";
  REQUIRE(*here.db.answer(allowlists::save{{of, true, {}, fixed::noon, 1}, 0}));
  const allowlists::find find{of, 0, 0};
  REQUIRE((*here.db.answer(find)).account.version == 1);
  using change = std::pair<std::string, std::string>;
  for (const auto& [field, value] :
       {change{"enabled", "2"}, change{"enabled", ""}, change{"entries", "x"}, change{"changed_at", "x"},
        change{"version", "-1"}, change{"version", "0"}, change{"version", ""}, change{"surprise", ""}}) {
    const std::string before = here.ask({"HGET", name, field});
    here.ask({"HSET", name, field, value});
    CHECK(is_corrupt(here.db.answer(find)));
    here.ask(before == "nil" ? lane::words{"HDEL", name, field} : lane::words{"HSET", name, field, before});
  }
  REQUIRE((*here.db.answer(find)).account.row.has_value());
  here.ask({"HDEL", name, "version"});
  CHECK(is_corrupt(here.db.answer(find)));
  CHECK(is_corrupt(here.db.answer(allowlists::save{{of, true, {}, fixed::noon, 1}, 0})));
  here.ask({"DEL", name});
  here.ask({"SET", name, "text"});
  CHECK(is_corrupt(here.db.answer(find)));
  CHECK(is_corrupt(here.db.answer(allowlists::save{{of, true, {}, fixed::noon, 1}, 0})));
}

TEST_CASE("a record that could not be read back is not written", "[redis]") {
  redis::store db = fixed::fresh_redis_store();
  std::vector<keys::record> bad_keys(7, key("key_x"));
  bad_keys[0].verifiers.resize(4, bad_keys[0].verifiers[0]);
  for (std::uint32_t i = 0; i < 4; ++i) bad_keys[0].verifiers[i].number = i;
  bad_keys[1].verifiers.resize(2, bad_keys[1].verifiers[0]);  // the same number twice
  bad_keys[2].verifiers[0].slot = '-';
  bad_keys[3].env = keys::environment(3);
  bad_keys[4].state = keys::status(0);
  bad_keys[5].state = keys::status(4);
  bad_keys[6].version = too_large;
  for (const keys::record& row : bad_keys) {
    CHECK_FALSE(db.answer(keys::insert{row, 0}).has_value());
    CHECK_FALSE(db.answer(keys::replace{row, 1}).has_value());
  }
  CHECK_FALSE(db.answer(keys::replace{key("key_x"), too_large}).has_value());
  CHECK_FALSE(db.answer(keys::replace{key("key_x"), too_large - 1}).has_value());
  CHECK((*db.answer(keys::list{subject_id("acc_1"), {}, 10})).empty());

  std::vector<refresh::record> bad_sessions(4, session("fam_x"));
  bad_sessions[0].slot = '\0';
  bad_sessions[1].state = refresh::status(3);
  bad_sessions[2].reason = refresh::end_reason(6);
  bad_sessions[3].version = too_large;
  for (const refresh::record& row : bad_sessions) CHECK_FALSE(db.answer(refresh::insert{row}).has_value());
  CHECK_FALSE(db.answer(refresh::advance{bad_sessions[0], 1}).has_value());
  CHECK_FALSE(db.answer(refresh::advance{session("fam_x"), ~std::uint64_t{0}}).has_value());
  CHECK_FALSE(db.answer(refresh::revoke{family_id("fam_x"), refresh::end_reason(6), fixed::noon}).has_value());
  CHECK_FALSE(db.answer(refresh::bump_epoch{subject_id("usr_1"), refresh::end_reason(6), fixed::noon}).has_value());
  CHECK((*db.answer(refresh::list{subject_id("usr_1"), {}, 10})).empty());
  CHECK(*db.answer(refresh::read_epoch{subject_id("usr_1")}) == 0);

  allowlists::record list{{subject_id("acc_1")}, true, {}, {}, 1};
  CHECK_FALSE(db.answer(allowlists::save{list, ~std::uint64_t{0}}).has_value());
  const cidr::range office = *cidr::range::parse("192.0.2.0/24");
  for (const std::string label : {"two\nlines", "x\nnet_1a2b3c4d5e 0.0.0.0/0 - everybody"}) {
    list.entries = {{"net_0000000001", office, label, std::nullopt}};
    CHECK_FALSE(db.answer(allowlists::save{list, 0}).has_value());
  }
  CHECK((*db.answer(allowlists::find{list.of})).account.version == 0);
}

TEST_CASE("rows lie in the server as they are documented", "[redis]") {
  written here;
  CHECK(here.ask({"HGET", "session:fam_b", "created_at"}) ==
        std::to_string(fixed::noon.time_since_epoch().count()));
  CHECK(here.ask({"HSTRLEN", "session:fam_b", "current_digest"}) == "32");
  CHECK(here.ask({"HSTRLEN", "key:key_a", "7.digest"}) == "32");
  CHECK(here.ask({"HGET", "key:key_a", "secrets"}) == "1 7 4294967295");
  CHECK(here.ask({"ZRANGE", "keys:acc_1", "0", "-1"}) == "key_a");
  CHECK(here.ask({"SMEMBERS", "unrevoked:acc_1"}) == "key_a");
  CHECK(here.ask({"ZRANGE", "sessions:usr_2", "0", "-1"}) == "fam_b");
  CHECK(here.ask({"ZRANGE", "deadlines", "0", "-1"}) == "5:fam_ausr_1\n5:fam_busr_2");
  CHECK(here.ask({"HGETALL", "subject:usr_1"}) ==
        "epoch\n1\nreason\n5\nchanged_at\n" + std::to_string(fixed::noon.time_since_epoch().count()));
}

TEST_CASE("what a batch is larger than one script takes is done in several", "[redis]") {
  redis::store db = fixed::fresh_redis_store();
  keys::touch uses;
  for (int i = 0; i < 1200; ++i) {
    const std::string id = "key_" + std::to_string(10'000 + i);
    REQUIRE(db.answer(keys::insert{key(id), 0}).has_value());
    REQUIRE(db.answer(refresh::insert{session(id)}).has_value());
    uses.uses.push_back({key_id(id), 1, fixed::noon});
  }
  CHECK(*db.answer(uses) == 1200);
  CHECK((*db.answer(keys::list{subject_id("acc_1"), {}, 1100})).size() == 1100);
  CHECK((*db.answer(refresh::list{subject_id("usr_1"), {}, 5000})).size() == 1200);
  CHECK(*db.answer(refresh::purge{time_point::max(), 1100}) == 1100);
  CHECK(*db.answer(refresh::purge{time_point::max(), 1100}) == 100);
}

TEST_CASE("times compare to the millisecond where Lua's numbers no longer do", "[redis]") {
  redis::store db = fixed::fresh_redis_store();
  REQUIRE(db.answer(keys::insert{key("key_a"), 0}).has_value());
  const auto touch = [&](time_point at) { return *db.answer(keys::touch{{{key_id("key_a"), 1, at}}}); };
  CHECK(touch(time_point::min() + duration(1)) == 1);
  CHECK(touch(time_point::min()) == 0);
  CHECK(touch(time_point::min() + duration(2)) == 1);
  CHECK(touch(time_point(duration(-9))) == 1);
  CHECK(touch(time_point(duration(-10))) == 0);
  CHECK(touch(time_point()) == 1);
  CHECK(touch(time_point::max() - duration(1)) == 1);
  CHECK(touch(time_point::max()) == 1);
  CHECK(touch(time_point::max() - duration(1)) == 0);

  refresh::record last = session("fam_a");
  last.idle_deadline = time_point::max();
  REQUIRE(db.answer(refresh::insert{last}).has_value());
  CHECK(*db.answer(refresh::purge{time_point::max() - duration(1), 10}) == 0);
  CHECK(*db.answer(refresh::purge{time_point::max(), 10}) == 1);
}
