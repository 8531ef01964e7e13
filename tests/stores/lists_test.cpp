#include "stores/under_test.hpp"

#include <thread>

using namespace records;
using allowlists::entry;
using allowlists::holder;
using under_test::fresh_store;

namespace {

const holder account{subject_id("acc_1")}, key_a{subject_id("acc_1"), key_id("key_a")};

std::vector<entry> office() {
  return {{"net_1a2b3c4d5e", *cidr::range::parse("192.0.2.0/24"), "Head office", fixed::noon},
          {"net_9i8h7g6f5e", *cidr::range::parse("2001:db8::7"), "", {}}};
}

allowlists::record row(const holder& of, std::vector<entry> entries, bool enabled = true) {
  return {of, enabled, std::move(entries), fixed::noon + duration(7), 77};
}

allowlists::find::found found(allowlists::store& db, allowlists::find what) {
  auto answer = db.find_allowlists(what);
  REQUIRE(answer.has_value());
  return *std::move(answer);
}

}  // namespace

TEST_CASE("a list is found as it was saved, beside the other of its holder", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  allowlists::store& db = fresh.lists();
  CHECK(*db.save_allowlist({row(account, office()), 0}));
  CHECK(*db.save_allowlist({row(key_a, {}, false), 0}));
  const auto both = found(db, {key_a});
  REQUIRE(both.account.row);
  CHECK(both.account.version == 1);
  CHECK(both.account.row->version == 1);
  CHECK(both.account.row->of == account);
  CHECK(both.account.row->enabled);
  CHECK(both.account.row->entries == office());
  CHECK(both.account.row->changed_at == fixed::noon + duration(7));
  REQUIRE(both.key.row);
  CHECK(both.key.row->of == key_a);
  CHECK_FALSE(both.key.row->enabled);
  CHECK(both.key.row->entries.empty());
}

TEST_CASE("a list that was never saved has version 0", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  allowlists::store& db = fresh.lists();
  REQUIRE(*db.save_allowlist({row(key_a, office()), 0}));
  const auto both = found(db, {account});
  CHECK(both.account.version == 0);
  CHECK_FALSE(both.account.row);
  CHECK(both.key.version == 0);
  CHECK(found(db, {{subject_id("acc_1"), key_id("key_b")}}).key.version == 0);
  CHECK(found(db, {{subject_id("acc_2"), key_id("key_a")}}).key.version == 0);
  CHECK(found(db, {{subject_id("acc"), key_id("_1key_a")}}).key.version == 0);
}

TEST_CASE("entries of a version that is known do not travel", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  allowlists::store& db = fresh.lists();
  REQUIRE(*db.save_allowlist({row(account, office()), 0}));
  REQUIRE(*db.save_allowlist({row(account, office()), 1}));
  REQUIRE(*db.save_allowlist({row(key_a, office()), 0}));
  const auto known = found(db, {key_a, 2, 1});
  CHECK(known.account.version == 2);
  CHECK_FALSE(known.account.row);
  CHECK(known.key.version == 1);
  CHECK_FALSE(known.key.row);
  const auto crossed = found(db, {key_a, 1, 2});  // each is compared with its own
  CHECK(crossed.account.row);
  CHECK(crossed.key.row);
  CHECK(found(db, {key_a, 3, 0}).account.row);
}

TEST_CASE("a list is saved over exactly the version that was expected", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  allowlists::store& db = fresh.lists();
  CHECK_FALSE(*db.save_allowlist({row(account, {}), 1}));
  CHECK(*db.save_allowlist({row(account, office()), 0}));
  CHECK_FALSE(*db.save_allowlist({row(account, {}), 0}));
  CHECK_FALSE(*db.save_allowlist({row(account, {}), 2}));
  CHECK(found(db, {account}).account.row->entries == office());
  CHECK(*db.save_allowlist({row(account, {}, false), 1}));
  const auto now = found(db, {account}).account;
  CHECK(now.version == 2);
  CHECK_FALSE(now.row->enabled);
  CHECK(now.row->entries.empty());
}

TEST_CASE("of many who save one version exactly one succeeds", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  allowlists::store& db = fresh.lists();
  for (std::uint64_t version = 0; version < 20; ++version) {
    std::atomic<int> saved = 0, failed = 0;
    std::vector<std::thread> all;
    for (int i = 0; i < 8; ++i)
      all.emplace_back([&] {
        const auto done = db.save_allowlist({row(account, office()), version});
        if (!done) ++failed;
        if (done && *done) ++saved;
      });
    for (auto& one : all) one.join();
    CHECK(saved == 1);
    CHECK(failed == 0);
  }
}
