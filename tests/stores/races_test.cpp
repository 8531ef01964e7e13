#include "stores/under_test.hpp"

#include <array>
#include <atomic>
#include <latch>
#include <thread>

using namespace records;
using under_test::fresh_store;

namespace {

constexpr std::size_t crowd = 16;

// Runs act(i) in as many threads at once as there are in a crowd, and waits for all.
template <class Act>
void together(const Act& act) {
  std::latch start(crowd);
  std::vector<std::thread> all;
  for (std::size_t i = 0; i < crowd; ++i) {
    all.emplace_back([&, i] {
      start.arrive_and_wait();
      act(i);
    });
  }
  for (std::thread& one : all) one.join();
}

using tally = std::atomic<std::uint32_t>;

}  // namespace

TEST_CASE("of many at once, exactly as many keys as the limit says are inserted", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  keys::store& db = fresh.keys();
  constexpr std::uint32_t limit = 5;
  tally added = 0, refused = 0, other = 0;
  together([&](std::size_t i) {
    for (int round = 0; round < 3; ++round) {
      const auto answer = db.insert_key({key(std::to_string(i) + "." + std::to_string(round)), limit});
      if (!answer || *answer == keys::insert::reply::exists)
        ++other;
      else
        ++(*answer == keys::insert::reply::inserted ? added : refused);
    }
  });
  CHECK(added == limit);
  CHECK(refused == 3 * crowd - limit);
  CHECK(other == 0);
  CHECK(db.list_keys({subject_id("acc_1"), {}, 100})->size() == limit);
}

TEST_CASE("of many at once, one takes an id", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  for (int round = 0; round < 8; ++round) {
    tally keys_added = 0, sessions_added = 0;
    const std::string id = std::to_string(round);
    together([&](std::size_t i) {
      const std::string owner = "acc_" + std::to_string(i % 3);
      if (*fresh.keys().insert_key({key(id, owner), 100}) == keys::insert::reply::inserted) ++keys_added;
      if (*fresh.sessions().insert_session({session(id, owner)}) == refresh::insert::reply::inserted)
        ++sessions_added;
    });
    CHECK(keys_added == 1);
    CHECK(sessions_added == 1);
  }
}

TEST_CASE("of many who advance one version, one wins, and its row is the one that is read", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  refresh::store& db = fresh.sessions();
  REQUIRE(*db.insert_session({session("fam_a")}) == refresh::insert::reply::inserted);
  constexpr std::uint64_t versions = 40;
  std::array<std::atomic<int>, versions + 1> winners{};
  std::array<std::atomic<std::uint32_t>, versions + 1> winner{};
  tally wrong = 0;
  together([&](std::size_t i) {
    for (;;) {
      const auto found = db.find_session({family_id("fam_a")});
      if (!found || !*found) return void(++wrong);
      refresh::record row = (*found)->row;
      const std::uint64_t version = row.version;
      // What is read at a version is what its winner wrote.
      if (version > 1 && row.replays != row.generation) ++wrong;
      if (version > versions) return;
      row.generation = static_cast<std::uint32_t>(version * 100 + i);
      row.replays = row.generation;
      const auto stored = db.advance_session({row, version});
      if (!stored) return void(++wrong);
      if (!*stored) continue;
      ++winners[version];
      winner[version] = row.generation;
    }
  });
  CHECK(wrong == 0);
  for (std::uint64_t version = 1; version <= versions; ++version) CHECK(winners[version] == 1);
  CHECK((*db.find_session({family_id("fam_a")}))->row.generation == winner[versions]);
}

TEST_CASE("of many who replace one version of a key, one wins, and no read sees half of it", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  keys::store& db = fresh.keys();
  REQUIRE(*db.insert_key({key("key_a"), 0}) == keys::insert::reply::inserted);
  constexpr std::uint64_t versions = 40;
  std::array<std::atomic<int>, versions + 1> winners{};
  tally wrong = 0;
  together([&](std::size_t i) {
    for (;;) {
      const auto found = db.find_key({key_id("key_a")});
      if (!found || !*found) return void(++wrong);
      keys::record row = **found;
      const std::uint64_t version = row.version;
      if (version > 1) {  // name and secrets were written together
        const auto& secrets = row.verifiers;
        if (secrets.size() != 1 + version % 3 ||
            secrets[0].value != bytes(static_cast<std::uint8_t>(row.name[0])))
          ++wrong;
      }
      if (version > versions) return;
      row.name = std::string(1, static_cast<char>('a' + i));
      row.verifiers.assign(1 + (version + 1) % 3, row.verifiers[0]);
      for (std::uint32_t number = 0; number < row.verifiers.size(); ++number) {
        row.verifiers[number].number = number;
        row.verifiers[number].value = bytes(static_cast<std::uint8_t>(row.name[0]));
      }
      const auto stored = db.replace_key({row, version});
      if (!stored) return void(++wrong);
      if (*stored) ++winners[version];
    }
  });
  CHECK(wrong == 0);
  for (std::uint64_t version = 1; version <= versions; ++version) CHECK(winners[version] == 1);
}

TEST_CASE("once a bump has answered, nothing more succeeds under the old epoch", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  refresh::store& db = fresh.sessions();
  const subject_id user("usr_1");
  for (std::uint64_t epoch = 0; epoch < 6; ++epoch) {
    for (std::size_t i = 0; i < crowd; ++i) {
      refresh::record row = session(std::to_string(epoch) + "." + std::to_string(i));
      row.epoch = epoch;
      REQUIRE(*db.insert_session({row}) == refresh::insert::reply::inserted);
    }
    std::atomic<bool> bumped = false;
    tally late = 0, errors = 0;
    together([&](std::size_t i) {
      if (i == 0) {
        const auto now = db.bump_subject_epoch({user, refresh::end_reason::password_changed, fixed::noon});
        if (!now || *now != epoch + 1) ++errors;
        bumped = true;
        return;
      }
      refresh::record row = session(std::to_string(epoch) + "." + std::to_string(i));
      row.epoch = epoch;
      for (std::uint64_t version = 1; version < 60; ++version) {
        const bool after = bumped;
        const auto stored = db.advance_session({row, version});
        refresh::record login = row;
        login.id = family_id(row.id.text() + "." + std::to_string(version));
        const auto added = db.insert_session({login});
        if (!stored || !added) ++errors;
        if (after && (*stored || *added == refresh::insert::reply::inserted)) ++late;
        if (!*stored) return;
      }
    });
    CHECK(late == 0);
    CHECK(errors == 0);
  }
  CHECK(*db.read_subject_epoch({user}) == 6);
}

TEST_CASE("bumps of many at once are all counted, each with a number of its own", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  std::array<std::atomic<int>, 5 * crowd + 1> answered{};
  together([&](std::size_t) {
    for (int round = 0; round < 5; ++round)
      ++answered[*fresh.sessions().bump_subject_epoch(
          {subject_id("u"), refresh::end_reason::admin, fixed::noon})];
  });
  for (std::size_t epoch = 1; epoch < answered.size(); ++epoch) CHECK(answered[epoch] == 1);
}

TEST_CASE("of many who revoke or purge one session, one did it", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  refresh::store& db = fresh.sessions();
  REQUIRE(*db.insert_session({session("fam_a")}) == refresh::insert::reply::inserted);
  tally revoked = 0, purged = 0;
  together([&](std::size_t) {
    if (*db.revoke_session({family_id("fam_a"), refresh::end_reason::admin, fixed::noon}) ==
        refresh::revoke::reply::revoked)
      ++revoked;
  });
  together([&](std::size_t) { purged += *db.purge_sessions({time_point::max(), 10}); });
  CHECK(revoked == 1);
  CHECK(purged == 1);
}

TEST_CASE("last uses written by many at once end at the latest", "[stores]") {
  fresh_store fresh(GENERATE(from_range(under_test::adapters)));
  keys::store& db = fresh.keys();
  for (const char* id : {"a", "b", "c"})
    REQUIRE(*db.insert_key({key(id), 0}) == keys::insert::reply::inserted);
  together([&](std::size_t i) {
    for (std::size_t round = 0; round < 4; ++round) {
      const time_point at = fixed::noon + duration((i * 7 + round * 5) % 50);
      keys::touch uses;
      for (const char* id : {"a", "b", "c"}) uses.uses.push_back({key_id(id), 1, at});
      static_cast<void>(db.touch_keys(uses));
    }
  });
  duration latest(0);
  for (std::size_t i = 0; i < crowd; ++i)
    for (std::size_t round = 0; round < 4; ++round)
      latest = std::max(latest, duration((i * 7 + round * 5) % 50));
  for (const char* id : {"a", "b", "c"})
    CHECK((*db.find_key({key_id(id)}))->verifiers[0].last_used == fixed::noon + latest);
}
