#include "postgres/blocking.hpp"

using namespace records;
using blocking::answer_during;
using blocking::until_waiting;
using refresh::end_reason;

namespace {

const subject_id user("usr_1");
const family_id family("fam_a");
constexpr auto session_added = refresh::insert::reply::inserted;
constexpr auto key_added = keys::insert::reply::inserted;

constexpr const char* bump = "UPDATE subjects SET epoch = epoch + 1 WHERE subject = 'usr_1'";

}  // namespace

TEST_CASE("an advance that meets a bump waits for it and loses", "[postgres]") {
  const fixed::postgres_schema schema;
  postgres::store db = schema.open();
  REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == session_added);
  CHECK_FALSE(*answer_during(schema, bump, [&] { return db.answer(refresh::advance{session("fam_a"), 1}); }));
  CHECK((*db.answer(refresh::find{family}))->row.version == 1);
}

TEST_CASE("a login that meets a bump waits for it and is refused", "[postgres]") {
  const fixed::postgres_schema schema;
  postgres::store db = schema.open();
  REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == session_added);
  CHECK(*answer_during(schema, bump, [&] { return db.answer(refresh::insert{session("fam_b")}); }) ==
        refresh::insert::reply::epoch_changed);
  CHECK_FALSE((*db.answer(refresh::find{family_id("fam_b")})).has_value());
}

TEST_CASE("a bump waits for an advance that came first, and then counts", "[postgres]") {
  const fixed::postgres_schema schema;
  postgres::store db = schema.open();
  REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == session_added);
  // What an advance holds while it commits.
  CHECK(*answer_during(schema, "SELECT FROM subjects WHERE subject = 'usr_1' FOR SHARE", [&] {
    return db.answer(refresh::bump_epoch{user, end_reason::admin, fixed::noon});
  }) == 1);
}

TEST_CASE("a login that meets its subject's first one waits for it and is added", "[postgres]") {
  const fixed::postgres_schema schema;
  postgres::store db = schema.open();
  const std::string first = GENERATE("INSERT INTO subjects VALUES ('usr_1', 0, 0, 0)",
                                     "INSERT INTO subjects VALUES ('usr_1', 1, 3, 0)");
  const bool is_bump = first.find("1, 3") != first.npos;
  const auto answer =
      answer_during(schema, first, [&] { return db.answer(refresh::insert{session("fam_a")}); });
  CHECK(*answer == (is_bump ? refresh::insert::reply::epoch_changed : session_added));
  CHECK((*db.answer(refresh::find{family})).has_value() == !is_bump);
}

TEST_CASE("the slower of two advances of one version loses", "[postgres]") {
  const fixed::postgres_schema schema;
  postgres::store db = schema.open();
  REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == session_added);
  CHECK_FALSE(*answer_during(schema, "UPDATE sessions SET version = 2, generation = 1", [&] {
    return db.answer(refresh::advance{session("fam_a"), 1});
  }));
  CHECK(*answer_during(schema, "UPDATE sessions SET version = 2, client = 'same version'", [&] {
    return db.answer(refresh::advance{session("fam_a"), 2});
  }));
  CHECK_FALSE(*answer_during(schema, "UPDATE sessions SET state = 2", [&] {
    return db.answer(refresh::advance{session("fam_a"), 3});
  }));
}

TEST_CASE("a revoke that meets a revoke, or a purge, says what that one left", "[postgres]") {
  const fixed::postgres_schema schema;
  postgres::store db = schema.open();
  REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == session_added);
  const refresh::revoke ended{family, end_reason::admin, fixed::noon};
  CHECK(*answer_during(schema, "UPDATE sessions SET state = 2, reason = 4",
                       [&] { return db.answer(ended); }) == refresh::revoke::reply::already);
  CHECK((*db.answer(refresh::find{family}))->row.reason == end_reason::reuse_detected);
  schema.raw().run("UPDATE sessions SET state = 1");
  CHECK(*answer_during(schema, "DELETE FROM sessions", [&] { return db.answer(ended); }) ==
        refresh::revoke::reply::missing);
}

TEST_CASE("a purge passes over a session that is being changed", "[postgres]") {
  const fixed::postgres_schema schema;
  postgres::store db = schema.open();
  REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == session_added);
  REQUIRE(*db.answer(refresh::insert{session("fam_b")}) == session_added);
  const fixed::postgres_connection other = schema.raw();
  other.run("BEGIN; SELECT FROM sessions WHERE id = 'fam_a' FOR UPDATE");
  CHECK(*db.answer(refresh::purge{time_point::max(), 10}) == 1);
  other.run("COMMIT");
  CHECK((*db.answer(refresh::find{family})).has_value());
  CHECK(*db.answer(refresh::purge{time_point::max(), 10}) == 1);
}

TEST_CASE("a key that meets its owner's last one finds no room", "[postgres]") {
  const fixed::postgres_schema schema;
  postgres::store db = schema.open();
  REQUIRE(*db.answer(keys::insert{key("key_a"), 0}) == key_added);
  CHECK(*answer_during(schema, "UPDATE api_key_subjects SET live = live + 1", [&] {
    return db.answer(keys::insert{key("key_b"), 2});
  }) == keys::insert::reply::limit_reached);
  CHECK(*answer_during(schema, "UPDATE api_key_subjects SET live = live - 1", [&] {
    return db.answer(keys::insert{key("key_b"), 2});
  }) == key_added);
}

TEST_CASE("a key whose id is being taken waits, and takes no room where it lost", "[postgres]") {
  const fixed::postgres_schema schema;
  postgres::store db = schema.open();
  REQUIRE(*db.answer(keys::insert{key("key_a", "acc_2"), 0}) == key_added);
  CHECK(*answer_during(schema, "INSERT INTO api_keys SELECT 'key_b', 1, '', 'acc_3', '', 1, 0, 0, 0, 0, 1",
                       [&] {
                         return db.answer(keys::insert{key("key_b", "acc_2"), 2});
                       }) == keys::insert::reply::exists);
  CHECK(schema.raw().ask("SELECT live FROM api_key_subjects") == "1");
  CHECK(*db.answer(keys::insert{key("key_c", "acc_2"), 2}) == key_added);
}

TEST_CASE("touches and replaces lock secrets in the order of their names", "[postgres]") {
  const fixed::postgres_schema schema;
  postgres::store db = schema.open();
  REQUIRE(*db.answer(keys::insert{full_key("key_a"), 0}) == key_added);
  REQUIRE(*db.answer(keys::insert{key("key_b"), 0}) == key_added);
  const fixed::postgres_connection first = schema.raw(), second = schema.raw();
  const auto holds_first_only = [&](auto request, const std::string& next) {
    first.run("BEGIN; SELECT FROM api_key_secrets WHERE key_id = 'key_a' AND number = 1 FOR UPDATE");
    auto answer = std::async(std::launch::async, request);
    until_waiting();
    second.run("BEGIN; SELECT FROM api_key_secrets WHERE " + next + " FOR UPDATE NOWAIT; COMMIT");
    first.run("COMMIT");
    return answer.get();
  };
  // Out of order on purpose: the statement sorts them.
  CHECK(*holds_first_only(
            [&] {
              return db.answer(
                  keys::touch{{{key_id("key_b"), 1, fixed::noon}, {key_id("key_a"), 1, fixed::noon}}});
            },
            "key_id = 'key_b'") == 2);
  keys::record kept = full_key("key_a");
  kept.verifiers.resize(1);
  CHECK(*holds_first_only(
      [&] {
        return db.answer(keys::replace{kept, 9});
      },
      "key_id = 'key_a' AND number = 7"));
  CHECK((*db.answer(keys::find{kept.id}))->verifiers.size() == 1);
}

TEST_CASE("a touch and a replace that meet are both done", "[postgres]") {
  const fixed::postgres_schema schema;
  postgres::store db = schema.open();
  REQUIRE(*db.answer(keys::insert{full_key("key_a"), 0}) == key_added);
  const time_point later = fixed::noon + duration(77'000);
  keys::record renamed = full_key("key_a");
  renamed.name = "Renamed";
  CHECK(*answer_during(schema,
                       "UPDATE api_key_secrets SET last_used = " +
                           std::to_string(later.time_since_epoch().count()) + " WHERE number = 7",
                       [&] {
                         return db.answer(keys::replace{renamed, 9});
                       }));
  CHECK((*db.answer(keys::find{renamed.id}))->verifiers[1].last_used == later);
  // A last use is never taken back by one that waited for it.
  CHECK(*answer_during(schema, "UPDATE api_key_secrets SET last_used = last_used + 2 WHERE number = 7", [&] {
    return db.answer(keys::touch{{{renamed.id, 7, later + duration(1)}}});
  }) == 0);
}
