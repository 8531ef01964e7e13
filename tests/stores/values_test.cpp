#include "stores/under_test.hpp"

#include <limits>

using namespace records;
using under_test::fresh_store;

namespace {

constexpr time_point earliest{duration(std::numeric_limits<std::int64_t>::min())};
constexpr time_point latest{duration(std::numeric_limits<std::int64_t>::max())};

// Texts that ekauth's services refuse, and a store must not trip over.
std::vector<std::string> hostile_texts() {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every.push_back(static_cast<char>(byte));
  return {"",
          std::string(1, '\0'),
          std::string("a\0b", 3),
          std::string("a\0c", 3),
          every,
          std::string(65'536, 'x') + '\0' + every,
          "'; DROP TABLE api_keys; --",
          "?1 %s %n {} \\ \" ` $1 :id",
          "\xff\xfe\xc0\x80\xed\xa0\x80",
          "NULL"};
}

}  // namespace

TEST_CASE("a key keeps any text in any field", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  keys::store& db = fresh.keys();
  const auto texts = hostile_texts();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    keys::record row = key("id" + texts[i], texts[i]);
    row.name = texts[texts.size() - 1 - i];
    CHECK(*db.insert_key({row, 1}) == keys::insert::reply::inserted);
    CHECK(*db.insert_key({row, 2}) == keys::insert::reply::exists);
    CHECK(same(**db.find_key({row.id}), row));
    row.name = texts[i];
    CHECK(*db.replace_key({row, 1}));
    CHECK(*db.touch_keys({{{row.id, 1, fixed::noon}}}) == 1);
    row.version = 2;
    row.verifiers[0].last_used = fixed::noon;
    const auto listed = db.list_keys({row.granted.subject, {}, 10});
    REQUIRE(listed->size() == 1);
    CHECK(same(listed->front(), row));
  }
}

TEST_CASE("a session keeps any text in any field", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  refresh::store& db = fresh.sessions();
  const auto texts = hostile_texts();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    refresh::record row = session("id" + texts[i], texts[i]);
    row.client = texts[texts.size() - 1 - i];
    CHECK(*db.insert_session({row}) == refresh::insert::reply::inserted);
    CHECK(*db.insert_session({row}) == refresh::insert::reply::exists);
    CHECK(*db.advance_session({row, 1}));
    row.version = 2;
    CHECK(*db.bump_subject_epoch({row.granted.subject, refresh::end_reason::admin, latest}) == 1);
    CHECK(*db.read_subject_epoch({row.granted.subject}) == 1);
    CHECK(same(**db.find_session({row.id}), {row, 1, refresh::end_reason::admin}));
    const auto listed = db.list_sessions({row.granted.subject, {}, 10});
    REQUIRE(listed->size() == 1);
    CHECK(same(listed->front().row, row));
    CHECK(*db.revoke_session({row.id, refresh::end_reason::admin, earliest}) ==
          refresh::revoke::reply::revoked);
  }
}

TEST_CASE("times at both ends of time, and the last numbers, survive", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  for (const time_point at : {earliest, time_point(duration(-1)), time_point(), latest}) {
    const std::string id = std::to_string(at.time_since_epoch().count());
    keys::record row = key(id);
    row.created_at = at;
    row.not_before = row.expires_at = row.revoked_at = at;
    row.verifiers[0].created_at = at;
    row.verifiers[0].not_after = row.verifiers[0].last_used = at;
    row.version = std::numeric_limits<std::int64_t>::max();
    CHECK(*fresh.keys().insert_key({row, 0}) == keys::insert::reply::inserted);
    CHECK(same(**fresh.keys().find_key({row.id}), row));

    refresh::record login = session(id);
    login.created_at = login.rotated_at = login.last_ok_at = login.idle_deadline = at;
    login.confirmed_at = login.absolute_deadline = login.ended_at = at;
    login.version = std::numeric_limits<std::int64_t>::max();
    CHECK(*fresh.sessions().insert_session({login}) == refresh::insert::reply::inserted);
    CHECK(same((*fresh.sessions().find_session({login.id}))->row, login));
  }
  CHECK(*fresh.sessions().purge_sessions({earliest, 10}) == 1);
  CHECK(*fresh.sessions().purge_sessions({latest, 10}) == 3);
}

TEST_CASE("the longest list of scopes comes back in its order", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  std::vector<std::string> names;
  for (std::size_t i = 0; i < scope::max_listed; ++i)
    names.push_back("s" + std::to_string(997 * i % 256) + ":read");
  keys::record row = key("key_a");
  row.granted.scopes = *scope::list::parse(names);
  CHECK(*fresh.keys().insert_key({row, 0}) == keys::insert::reply::inserted);
  CHECK((*fresh.keys().find_key({row.id}))->granted.scopes.entries() == names);
}

TEST_CASE("a store that moved answers at its new place", "[stores]") {
  memory::store first;
  CHECK(*first.insert_key({key("key_a"), 0}) == keys::insert::reply::inserted);
  memory::store second(std::move(first));
  CHECK((*second.find_key({key_id("key_a")})).has_value());
  first = memory::store();
  CHECK_FALSE((*first.find_key({key_id("key_a")})).has_value());
}
