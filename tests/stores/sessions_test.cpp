#include "stores/under_test.hpp"

using namespace records;
using refresh::end_reason;
using refresh::status;
using under_test::fresh_store;

namespace {

constexpr auto inserted = refresh::insert::reply::inserted;
constexpr auto exists = refresh::insert::reply::exists;
constexpr auto epoch_changed = refresh::insert::reply::epoch_changed;
constexpr auto revoked = refresh::revoke::reply::revoked;

refresh::find::found found(refresh::store& db, std::string_view id) {
  auto row = db.find_session({family_id(id)});
  REQUIRE(row.has_value());
  REQUIRE(row->has_value());
  return **std::move(row);
}

bool is_there(refresh::store& db, std::string_view id) {
  return db.find_session({family_id(id)})->has_value();
}

std::vector<std::string> ids(const result<refresh::list::reply>& rows) {
  REQUIRE(rows.has_value());
  std::vector<std::string> all;
  for (const auto& one : *rows) all.push_back(one.row.id.text());
  return all;
}

using texts = std::vector<std::string>;
const subject_id user("usr_1");

// A session whose every field that advance stores differs from session(id).
refresh::record advanced(std::string_view id) {
  refresh::record next = full_session(id);
  next.idle_deadline = fixed::noon + std::chrono::hours(1000);
  return next;
}

}  // namespace

TEST_CASE("a session is found as it was inserted", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  refresh::store& db = fresh.sessions();
  CHECK_FALSE(is_there(db, "fam_a"));
  CHECK(*db.insert_session({session("fam_a")}) == inserted);
  CHECK(*db.insert_session({full_session("fam_b")}) == inserted);
  CHECK(same(found(db, "fam_a"), {session("fam_a"), 0, end_reason::none}));
  CHECK(same(found(db, "fam_b"), {full_session("fam_b"), 0, end_reason::none}));
  CHECK_FALSE(is_there(db, "fam_A"));
  CHECK_FALSE(is_there(db, std::string_view("fam_a\0", 6)));
}

TEST_CASE("a family is taken once, and its first row stays", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  refresh::store& db = fresh.sessions();
  CHECK(*db.insert_session({session("fam_a")}) == inserted);
  CHECK(*db.insert_session({full_session("fam_a")}) == exists);
  CHECK(*db.insert_session({session("fam_a", "usr_2")}) == exists);
  CHECK(same(found(db, "fam_a"), {session("fam_a"), 0, end_reason::none}));
  CHECK(ids(db.list_sessions({subject_id("usr_2"), {}, 10})).empty());
}

TEST_CASE("a session is inserted at its subject's epoch only", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  refresh::store& db = fresh.sessions();
  const auto at_epoch = [](std::string_view id, std::uint64_t epoch) {
    refresh::record row = session(id);
    row.epoch = epoch;
    return refresh::insert{row};
  };
  CHECK(*db.insert_session(at_epoch("fam_a", 1)) == epoch_changed);
  CHECK(*db.insert_session(at_epoch("fam_a", 0)) == inserted);
  CHECK(*db.bump_subject_epoch({user, end_reason::password_changed, fixed::noon}) == 1);
  CHECK(*db.bump_subject_epoch({user, end_reason::admin, fixed::noon}) == 2);
  for (const std::uint64_t other : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{3}, ~std::uint64_t{0}})
    CHECK(*db.insert_session(at_epoch("fam_b", other)) == epoch_changed);
  CHECK_FALSE(is_there(db, "fam_b"));
  CHECK(*db.insert_session(at_epoch("fam_b", 2)) == inserted);
  CHECK(*db.insert_session({session("fam_c", "usr_2")}) == inserted);
}

TEST_CASE("an epoch counts from 0, subject by subject, and keeps the last reason", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  refresh::store& db = fresh.sessions();
  CHECK(*db.insert_session({session("fam_a")}) == inserted);
  CHECK(*db.insert_session({session("fam_b", "usr_2")}) == inserted);
  CHECK(*db.read_subject_epoch({user}) == 0);
  CHECK(*db.bump_subject_epoch({user, end_reason::password_changed, fixed::noon}) == 1);
  CHECK(*db.bump_subject_epoch({user, end_reason::signed_out_everywhere, fixed::noon - duration(5)}) == 2);
  CHECK(*db.read_subject_epoch({user}) == 2);
  CHECK(*db.read_subject_epoch({subject_id("usr_2")}) == 0);
  CHECK(*db.read_subject_epoch({subject_id("usr_3")}) == 0);
  CHECK(*db.bump_subject_epoch({subject_id("usr_3"), end_reason::admin, fixed::noon}) == 1);
  CHECK(same(found(db, "fam_a"), {session("fam_a"), 2, end_reason::signed_out_everywhere}));
  CHECK(same(found(db, "fam_b"), {session("fam_b", "usr_2"), 0, end_reason::none}));
}

TEST_CASE("advance stores the rotation, keeps the login, and moves the version by one", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  refresh::store& db = fresh.sessions();
  refresh::record row = session("fam_a");
  row.version = 3;
  row.absolute_deadline = fixed::noon + std::chrono::hours(2000);
  CHECK(*db.insert_session({row}) == inserted);

  refresh::record next = advanced("fam_a");
  next.granted = {subject_id("usr_2"), scopes("full_access")};
  next.client = "another";
  next.epoch = 12;
  for (const std::uint64_t stale : {0u, 2u, 4u}) CHECK_FALSE(*db.advance_session({next, stale}));
  CHECK(same(found(db, "fam_a").row, row));
  CHECK(*db.advance_session({next, 3}));
  CHECK_FALSE(*db.advance_session({next, 3}));

  refresh::record after = next;
  after.granted = row.granted;
  after.client = row.client;
  after.epoch = row.epoch;
  after.created_at = row.created_at;
  after.absolute_deadline = row.absolute_deadline;
  after.binding = row.binding;
  after.state = row.state;
  after.reason = row.reason;
  after.ended_at = row.ended_at;
  after.version = 4;
  CHECK(same(found(db, "fam_a").row, after));

  next.confirmed_at.reset();  // what was set can be unset
  CHECK(*db.advance_session({next, 4}));
  CHECK_FALSE(found(db, "fam_a").row.confirmed_at.has_value());
  CHECK_FALSE(*db.advance_session({advanced("fam_b"), 1}));
  CHECK_FALSE(is_there(db, "fam_b"));
}

TEST_CASE("nothing advances a revoked session, or one of another epoch", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  refresh::store& db = fresh.sessions();
  CHECK(*db.insert_session({session("fam_a")}) == inserted);
  CHECK(*db.insert_session({session("fam_b")}) == inserted);
  CHECK(*db.revoke_session({family_id("fam_a"), end_reason::admin, fixed::noon}) == revoked);
  CHECK_FALSE(*db.advance_session({advanced("fam_a"), 1}));
  CHECK_FALSE(*db.advance_session({advanced("fam_a"), 2}));

  CHECK(*db.bump_subject_epoch({user, end_reason::password_changed, fixed::noon}) == 1);
  refresh::record next = advanced("fam_b");
  next.epoch = 1;  // the stored epoch counts, not the caller's
  CHECK_FALSE(*db.advance_session({next, 1}));
  CHECK(same(found(db, "fam_b").row, session("fam_b")));

  refresh::record later = session("fam_c");
  later.epoch = 1;
  CHECK(*db.insert_session({later}) == inserted);
  CHECK(*db.advance_session({advanced("fam_c"), 1}));
}

TEST_CASE("revoke ends an active session once and is idempotent", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  refresh::store& db = fresh.sessions();
  refresh::record row = session("fam_a");
  CHECK(*db.insert_session({row}) == inserted);
  CHECK(*db.insert_session({session("fam_b")}) == inserted);
  CHECK(*db.revoke_session({family_id("fam_x"), end_reason::admin, fixed::noon}) ==
        refresh::revoke::reply::missing);
  CHECK(*db.revoke_session({row.id, end_reason::reuse_detected, fixed::noon}) == revoked);
  CHECK(*db.revoke_session({row.id, end_reason::admin, fixed::noon + duration(9)}) ==
        refresh::revoke::reply::already);
  row.state = status::revoked;
  row.reason = end_reason::reuse_detected;
  row.ended_at = fixed::noon;
  row.version = 2;
  CHECK(same(found(db, "fam_a").row, row));
  CHECK(same(found(db, "fam_b").row, session("fam_b")));
}

TEST_CASE("list answers a subject's sessions in byte order with its epoch, page by page", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  refresh::store& db = fresh.sessions();
  const texts ordered = {"F", "f", std::string("f\0", 2), "f0", "f00", "f1", "f\x7f", "f\x80", "f\xff", "g"};
  for (std::size_t i = 0; i < ordered.size(); ++i)
    CHECK(*db.insert_session({session(ordered[(i * 3) % ordered.size()])}) == inserted);
  CHECK(*db.insert_session({session("f01", "usr_10")}) == inserted);
  CHECK(*db.insert_session({session("f02", "usr_")}) == inserted);
  CHECK(*db.revoke_session({family_id("f1"), end_reason::admin, fixed::noon}) == revoked);
  CHECK(*db.bump_subject_epoch({user, end_reason::signed_out_everywhere, fixed::noon}) == 1);

  CHECK(ids(db.list_sessions({user, {}, 100})) == ordered);
  CHECK(ids(db.list_sessions({user, {}, 0})).empty());
  CHECK(ids(db.list_sessions({user, family_id("g"), 100})).empty());
  CHECK(ids(db.list_sessions({user, family_id("f000"), 2})) == texts{"f1", "f\x7f"});
  CHECK(ids(db.list_sessions({subject_id("usr_3"), {}, 100})).empty());
  for (const auto& one : *db.list_sessions({user, {}, 100})) CHECK(same(one, found(db, one.row.id.text())));
  CHECK(found(db, "f1").subject_epoch == 1);
}

TEST_CASE("purge removes what is at or past a deadline, at most so many", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  refresh::store& db = fresh.sessions();
  const auto at = [](int ms) { return fixed::noon + duration(ms); };
  const auto add = [&](std::string_view id, int idle, std::optional<int> absolute) {
    refresh::record row = session(id);
    row.idle_deadline = at(idle);
    if (absolute) row.absolute_deadline = at(*absolute);
    CHECK(*db.insert_session({row}) == inserted);
  };
  add("at_idle", 100, {});
  add("after_idle", 101, {});
  add("at_absolute", 900, 100);
  add("after_absolute", 900, 101);
  add("idle_first", 99, 900);
  CHECK(*db.revoke_session({family_id("after_idle"), end_reason::admin, fixed::noon}) == revoked);

  SECTION("at the limit's pleasure") {
    CHECK(*db.purge_sessions({at(100), 0}) == 0);
    CHECK(*db.purge_sessions({at(98), 100}) == 0);
    CHECK(*db.purge_sessions({at(100), 2}) == 2);
    CHECK(ids(db.list_sessions({user, {}, 100})).size() == 3);
    CHECK(*db.purge_sessions({at(100), 100}) == 1);
    CHECK(*db.purge_sessions({at(100), 100}) == 0);
    CHECK(ids(db.list_sessions({user, {}, 100})) == texts{"after_absolute", "after_idle"});
    CHECK_FALSE(is_there(db, "at_idle"));
    CHECK(*db.insert_session({session("at_idle")}) == inserted);
  }
  SECTION("an advance moves the deadline that counts") {
    refresh::record next = session("at_idle");
    next.idle_deadline = at(200);
    CHECK(*db.advance_session({next, 1}));
    next.id = family_id("at_absolute");
    next.idle_deadline = at(5000);
    CHECK(*db.advance_session({next, 1}));
    CHECK(*db.purge_sessions({at(100), 100}) == 2);
    CHECK(is_there(db, "at_idle"));
    CHECK_FALSE(is_there(db, "at_absolute"));
    CHECK(*db.purge_sessions({at(200), 100}) == 3);
    CHECK(ids(db.list_sessions({user, {}, 100})).empty());
  }
  SECTION("an epoch outlives the sessions") {
    CHECK(*db.bump_subject_epoch({user, end_reason::password_changed, fixed::noon}) == 1);
    CHECK(*db.purge_sessions({at(10'000), 100}) == 5);
    CHECK(*db.read_subject_epoch({user}) == 1);
    CHECK(*db.insert_session({session("new")}) == epoch_changed);
  }
}
