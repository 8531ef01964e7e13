#include "stores/under_test.hpp"

using namespace records;
using keys::status;
using under_test::fresh_store;

namespace {

constexpr auto inserted = keys::insert::reply::inserted;
constexpr auto exists = keys::insert::reply::exists;
constexpr auto limit_reached = keys::insert::reply::limit_reached;

keys::record found(keys::store& db, std::string_view id) {
  auto row = db.find_key({key_id(id)});
  REQUIRE(row.has_value());
  REQUIRE(row->has_value());
  return **std::move(row);
}

std::vector<std::string> ids(const result<std::vector<keys::record>>& rows) {
  REQUIRE(rows.has_value());
  std::vector<std::string> all;
  for (const auto& row : *rows) all.push_back(row.id.text());
  return all;
}

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a key is found as it was inserted", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  keys::store& db = fresh.keys();
  const keys::record plain = key("key_a"), full = full_key("key_b");
  CHECK(*db.insert_key({plain, 0}) == inserted);
  CHECK(*db.insert_key({full, 0}) == inserted);
  CHECK(same(found(db, "key_a"), plain));
  CHECK(same(found(db, "key_b"), full));

  keys::record bare = key("key_c");
  bare.verifiers.clear();
  bare.granted.scopes = {};
  CHECK(*db.insert_key({bare, 0}) == inserted);
  CHECK(same(found(db, "key_c"), bare));
}

TEST_CASE("an id that was not inserted is not found, whatever it shares with one that was", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  keys::store& db = fresh.keys();
  CHECK_FALSE(db.find_key({key_id("key_a")})->has_value());
  CHECK(*db.insert_key({key("key_a"), 0}) == inserted);
  for (const std::string id : {"key_", "key_A", "key_a ", "key_aa", ""})
    CHECK_FALSE(db.find_key({key_id(id)})->has_value());
  CHECK_FALSE(db.find_key({key_id(std::string("key_a\0", 6))})->has_value());
}

TEST_CASE("an id is taken once, and its first row stays", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  keys::store& db = fresh.keys();
  const keys::record first = key("key_a");
  CHECK(*db.insert_key({first, 0}) == inserted);
  CHECK(*db.insert_key({full_key("key_a"), 0}) == exists);
  CHECK(*db.insert_key({key("key_a", "acc_2"), 5}) == exists);
  CHECK(same(found(db, "key_a"), first));
  CHECK(ids(db.list_keys({subject_id("acc_2"), {}, 10})).empty());
}

TEST_CASE("an owner's limit counts its own keys that are not revoked", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  keys::store& db = fresh.keys();
  keys::record disabled = key("key_b");
  disabled.state = status::disabled;
  keys::record revoked = key("key_c");
  revoked.state = status::revoked;
  CHECK(*db.insert_key({key("key_a"), 2}) == inserted);
  CHECK(*db.insert_key({disabled, 2}) == inserted);
  CHECK(*db.insert_key({key("key_x"), 2}) == limit_reached);
  CHECK(*db.insert_key({key("key_x"), 1}) == limit_reached);
  CHECK_FALSE(db.find_key({key_id("key_x")})->has_value());

  SECTION("a higher limit, none, and another owner have room") {
    CHECK(*db.insert_key({key("key_x"), 3}) == inserted);
    CHECK(*db.insert_key({key("key_y"), 0}) == inserted);
    CHECK(*db.insert_key({key("key_z", "acc_2"), 1}) == inserted);
  }
  SECTION("a key inserted as revoked takes no room") {
    CHECK(*db.insert_key({revoked, 3}) == inserted);
    CHECK(*db.insert_key({key("key_x"), 3}) == inserted);
    CHECK(*db.insert_key({key("key_y"), 3}) == limit_reached);
  }
  SECTION("revoking makes room once") {
    keys::record ended = key("key_a");
    ended.state = status::revoked;
    CHECK(*db.replace_key({ended, 1}));
    CHECK_FALSE(*db.replace_key({ended, 2}));
    CHECK(*db.insert_key({key("key_x"), 2}) == inserted);
    CHECK(*db.insert_key({key("key_y"), 2}) == limit_reached);
  }
}

TEST_CASE("replace stores at exactly the expected version, which it moves by one", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  keys::store& db = fresh.keys();
  keys::record row = key("key_a");
  row.version = 5;
  CHECK(*db.insert_key({row, 0}) == inserted);

  keys::record next = row;
  next.name = "Renamed";
  next.version = 5000;  // the store's to say, not the row's
  for (const std::uint64_t stale : {0u, 4u, 6u}) CHECK_FALSE(*db.replace_key({next, stale}));
  CHECK(same(found(db, "key_a"), row));
  CHECK(*db.replace_key({next, 5}));
  CHECK_FALSE(*db.replace_key({next, 5}));
  next.version = 6;
  CHECK(same(found(db, "key_a"), next));

  CHECK_FALSE(*db.replace_key({key("key_b"), 1}));
  CHECK_FALSE(db.find_key({key_id("key_b")})->has_value());
}

TEST_CASE("replace keeps environment, owner, creation and last uses as stored", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  keys::store& db = fresh.keys();
  const keys::record before = full_key("key_a");
  CHECK(*db.insert_key({before, 0}) == inserted);

  keys::record next = before;
  next.env = keys::environment::live;
  next.granted = {subject_id("acc_2"), scopes("full_access")};
  next.created_at += duration(1000);
  next.not_before.reset();
  next.expires_at = fixed::noon + duration(20);
  next.revoked_at.reset();
  next.state = status::active;
  next.verifiers[1].slot = 'k';
  next.verifiers[1].value = bytes(33);
  next.verifiers[1].created_at += duration(7);
  next.verifiers[1].not_after.reset();
  for (auto& secret : next.verifiers) secret.last_used = fixed::noon + duration(999'999);
  CHECK(*db.replace_key({next, before.version}));

  keys::record after = next;
  after.env = before.env;
  after.granted.subject = before.granted.subject;
  after.created_at = before.created_at;
  after.version = before.version + 1;
  for (std::size_t i = 0; i < 3; ++i) after.verifiers[i].last_used = before.verifiers[i].last_used;
  CHECK(same(found(db, "key_a"), after));
  CHECK(ids(db.list_keys({subject_id("acc_1"), {}, 10})) == texts{"key_a"});
  CHECK(ids(db.list_keys({subject_id("acc_2"), {}, 10})).empty());
}

TEST_CASE("replace drops the secrets that are gone, and a new one was never used", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  keys::store& db = fresh.keys();
  keys::record row = full_key("key_a");
  CHECK(*db.insert_key({row, 0}) == inserted);
  CHECK(*db.insert_key({full_key("key_b"), 0}) == inserted);

  row.verifiers.erase(row.verifiers.begin());
  row.verifiers.insert(row.verifiers.begin() + 1, {8, '2', bytes(8), fixed::noon, {}, fixed::noon});
  CHECK(*db.replace_key({row, 9}));
  row.version = 10;
  row.verifiers[1].last_used.reset();
  CHECK(same(found(db, "key_a"), row));

  // A number that comes back does not bring its old use back.
  row.verifiers = {{1, '1', bytes(1), fixed::noon, {}, {}}};
  CHECK(*db.replace_key({row, 10}));
  row.verifiers.push_back({8, '2', bytes(8), fixed::noon, {}, {}});
  CHECK(*db.replace_key({row, 11}));
  row.version = 12;
  CHECK(same(found(db, "key_a"), row));

  row.verifiers.clear();
  CHECK(*db.replace_key({row, 12}));
  CHECK(found(db, "key_a").verifiers.empty());
  CHECK(same(found(db, "key_b"), full_key("key_b")));
}

TEST_CASE("nothing replaces a revoked key", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  keys::store& db = fresh.keys();
  keys::record row = key("key_a");
  CHECK(*db.insert_key({row, 0}) == inserted);
  row.state = status::revoked;
  row.revoked_at = fixed::noon;
  CHECK(*db.replace_key({row, 1}));
  row.version = 2;
  for (const status next : {status::active, status::disabled, status::revoked}) {
    keys::record changed = key("key_a");
    changed.state = next;
    changed.verifiers.clear();
    CHECK_FALSE(*db.replace_key({changed, 2}));
  }
  CHECK(same(found(db, "key_a"), row));
}

TEST_CASE("list answers an owner's keys in byte order, page by page", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  keys::store& db = fresh.keys();
  const std::string nul("k\0", 2);
  const texts ordered = {"K", "k", nul, "k ", "k1", "k10", "k2", "ka", "k\x7f", "k\x80", "k\xff", "l"};
  for (std::size_t i = 0; i < ordered.size(); ++i)  // in another order than the one expected
    CHECK(*db.insert_key({key(ordered[(i * 5) % ordered.size()]), 0}) == inserted);
  CHECK(*db.insert_key({key("k1x", "acc_10"), 0}) == inserted);
  CHECK(*db.insert_key({key("k1y", "acc_"), 0}) == inserted);
  CHECK(*db.insert_key({key("k1z", std::string("acc_1\0", 6)), 0}) == inserted);
  keys::record ended = full_key("k2");
  ended.state = status::revoked;
  CHECK(*db.replace_key({ended, 1}));

  const subject_id owner("acc_1");
  CHECK(ids(db.list_keys({owner, {}, 100})) == ordered);
  CHECK(ids(db.list_keys({owner, {}, 0})).empty());
  CHECK(ids(db.list_keys({owner, key_id("l"), 100})).empty());
  CHECK(ids(db.list_keys({owner, key_id("k11"), 2})) == texts{"k2", "ka"});
  CHECK(ids(db.list_keys({subject_id("acc_3"), {}, 100})).empty());
  CHECK(ids(db.list_keys({owner, {}, 0xffffffff})) == ordered);
  for (const std::uint32_t limit : {1u, 2u, 5u}) {
    texts walked;
    while (walked.size() <= ordered.size()) {
      const auto page = ids(db.list_keys({owner, key_id(walked.empty() ? "" : walked.back()), limit}));
      if (page.empty()) break;
      CHECK(page.size() <= limit);
      walked.insert(walked.end(), page.begin(), page.end());
    }
    CHECK(walked == ordered);
  }
  // A page holds whole rows, however many secrets each has.
  const auto rows = db.list_keys({owner, key_id("k10"), 2});
  CHECK((*rows)[0].verifiers.size() == 3);
  CHECK(same((*rows)[1], key("ka")));
}

TEST_CASE("touch moves last uses forward, never back, and nothing else", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  keys::store& db = fresh.keys();
  keys::record a = key("key_a"), b = full_key("key_b");
  CHECK(*db.insert_key({a, 0}) == inserted);
  CHECK(*db.insert_key({b, 0}) == inserted);
  const auto at = [](int ms) { return fixed::noon + duration(ms); };

  CHECK(*db.touch_keys({}) == 0);
  CHECK(*db.touch_keys(
            {{{a.id, 1, at(50)}, {key_id("key_ab"), 1, at(50)}, {b.id, 2, at(50)}, {b.id, 7, at(7)}}}) == 2);
  CHECK(*db.touch_keys({{{a.id, 1, at(50)}}}) == 0);
  CHECK(*db.touch_keys({{{a.id, 1, at(49)}, {b.id, 7, at(6)}}}) == 0);
  CHECK(*db.touch_keys({{{a.id, 0, at(99)}, {b.id, 1, at(-99)}, {b.id, 0xffffffff, at(1)}}}) == 2);
  CHECK(*db.touch_keys({{{a.id, 1, at(51)}}}) == 1);

  a.verifiers[0].last_used = at(51);
  b.verifiers[0].last_used = at(-99);  // the first use may be any time
  b.verifiers[1].last_used = at(7);
  b.verifiers[2].last_used = at(1);
  CHECK(same(found(db, "key_a"), a));
  CHECK(same(found(db, "key_b"), b));

  a.state = status::revoked;
  CHECK(*db.replace_key({a, 1}));
  CHECK(*db.touch_keys({{{a.id, 1, at(60)}}}) == 1);
  CHECK(found(db, "key_a").verifiers[0].last_used == at(60));
}
