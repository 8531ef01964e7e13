#include "testing/clauses.hpp"
#include "testing/rows.hpp"

#include <algorithm>

namespace ekauth::inline v1::testing {

namespace {

constexpr auto inserted = keys::insert::reply::inserted;

void limit_holds_in_a_crowd(keys_trial& t) {
  for (std::uint32_t round = 0; t.goes_on(round); ++round) {
    const subject_id owner = t.subject("owner" + std::to_string(round));
    const std::uint32_t limit = 1 + round % 5;
    std::atomic<std::uint32_t> answered = 0;
    together([&](std::size_t i) {
      const keys::record row = plain_key(t, numbered(crowd * round + i), owner);
      if (t.ask(keys::insert{row, limit}) == inserted) ++answered;
    });
    const std::size_t listed = t.ask(keys::list{owner, {}, 100}).size();
    t.expect(answered == limit && listed == limit,
             "with a limit of " + std::to_string(limit) + ", " + std::to_string(answered) +
                 " of 16 callers were answered inserted and " + std::to_string(listed) + " keys listed");
  }
}

void one_takes_an_id(keys_trial& t) {
  for (std::uint32_t round = 0; t.goes_on(round); ++round) {
    const std::string suffix = numbered(round);
    std::atomic<std::size_t> winners = 0, winner = 0;
    const auto owner = [&](std::size_t i) { return t.subject("owner" + std::to_string(i % 3)); };
    together([&](std::size_t i) {
      keys::record row = plain_key(t, suffix, owner(i));
      row.name = std::to_string(i);
      if (t.ask(keys::insert{row, 0}) != inserted) return;
      ++winners;
      winner = i;
    });
    if (!t.expect(winners == 1, std::to_string(winners) + " of 16 callers were answered inserted for one id"))
      return;
    keys::record row = plain_key(t, suffix, owner(winner));
    row.name = std::to_string(winner);
    expect_same(t, t.ask(keys::find{row.id}), row,
                "after many inserts of one id, one of them answered inserted");
  }
}

// Name, digests and number of secrets follow from each other, so that half a row shows.
void write_mark(keys::record& row, std::size_t i) {
  const auto mark = static_cast<char>('a' + i);
  row.name = std::string(1, mark);
  row.verifiers.assign(1 + i % 3, row.verifiers[0]);
  for (std::uint32_t n = 0; n < row.verifiers.size(); ++n) {
    row.verifiers[n].number = n + 1;
    row.verifiers[n].value = bytes(static_cast<std::uint8_t>(mark));
  }
}

bool is_whole(const keys::record& row) {
  const auto mark = static_cast<std::uint8_t>(row.name[0]);
  return row.verifiers.size() == 1 + (mark - std::size_t{'a'}) % 3 &&
         std::all_of(row.verifiers.begin(), row.verifiers.end(),
                     [&](const auto& secret) { return secret.value == bytes(mark); });
}

void one_replaces_a_version(keys_trial& t) {
  const std::uint64_t last = 5 * std::uint64_t{t.rounds()};
  add(t, plain_key(t, "0001", t.subject("owner")));
  constexpr std::string_view twice = "two callers were answered true for one version";
  std::vector<std::atomic<int>> winners(last + 1);
  std::vector<std::atomic<std::size_t>> winner(last + 1);
  together([&](std::size_t i) {
    for (std::uint64_t tries = 0; tries < 10 * last && !t.is_broken(); ++tries) {
      auto row = t.ask(keys::find{t.key("0001")});
      if (!row) return t.saw("a key that is being replaced was not found");
      const std::uint64_t version = row->version;
      if (version > 1 && !is_whole(*row))
        return t.saw("a find answered half of one replace and half of another");
      if (version > last) return;
      write_mark(*row, i);
      if (!t.ask(keys::replace{*row, version})) continue;
      if (++winners[version] > 1) return t.saw(twice);
      winner[version] = i;
    }
    t.saw("replace kept answering false at the version that was read just before");
  });
  for (std::uint64_t version = 1; version <= last; ++version)
    t.expect(winners[version] == 1, "nobody was answered true for a version that was replaced");
  const auto row = t.ask(keys::find{t.key("0001")});
  t.expect(row && row->name[0] == static_cast<char>('a' + winner[last]),
           "the last of many replaces is not the one that is found");
}

// One changes a key and at last revokes it, the others look: nobody sees it go back.
void nobody_sees_it_go_back(keys_trial& t) {
  keys::record row = plain_key(t, "0001", t.subject("owner"));
  add(t, row);
  std::atomic<std::uint64_t> floor = 1;
  std::atomic<bool> is_revoked = false;
  pace readers;
  const std::uint64_t last = 5 * std::uint64_t{t.rounds()};
  together([&](std::size_t i) {
    if (i == 0) {
      for (std::uint64_t version = 1; version <= last; ++version) {
        if (version == last) row.state = keys::status::revoked;
        t.expect(t.ask(keys::replace{row, version}), "the only caller to replace a key was answered false");
        floor = version + 1;
        readers.wait();
      }
      is_revoked = true;
      return;
    }
    for (bool over = false; !over;) {
      give_way();
      readers.read();
      over = is_revoked;
      const std::uint64_t least = floor;
      const auto found = t.ask(keys::find{row.id});
      if (!found) return t.saw("a key that is being replaced was not found");
      t.expect(found->version >= least, "a find answered an older version than one that was seen before it");
      t.expect(!over || found->state == keys::status::revoked, "a find after revocation answered a live key");
      for (auto seen = least; seen < found->version && !floor.compare_exchange_weak(seen, found->version);) {
      }
    }
  });
}

void latest_use_stays(keys_trial& t) {
  const subject_id owner = t.subject("owner");
  const std::vector<std::string_view> suffixes = {"000a", "000b", "000c"};
  for (const auto suffix : suffixes) add(t, plain_key(t, suffix, owner));
  for (std::uint32_t round = 0; t.goes_on(round); ++round) {
    const auto time_of = [&](std::size_t i) { return t.at(static_cast<std::int64_t>(crowd * round + i)); };
    together([&](std::size_t i) {
      keys::touch uses;
      for (const auto suffix : suffixes) uses.uses.push_back({t.key(suffix), 1, time_of(i)});
      t.ask(uses);
      if (i % 4 != 0) return;
      if (const auto row = t.ask(keys::find{t.key("000b")})) t.ask(keys::replace{*row, row->version});
    });
    for (const auto suffix : suffixes) {
      const auto row = t.ask(keys::find{t.key(suffix)});
      t.expect(row && row->verifiers.size() == 1 && row->verifiers[0].last_used == time_of(crowd - 1),
               "after many uses at once, the last use is not the latest of them");
    }
  }
}

constexpr judge<keys::store> all[] = {
    {{"keys.insert.limit_race",
      "Of many inserts at once, no more pass an owner's limit than one after another."},
     limit_holds_in_a_crowd},
    {{"keys.insert.collision_race",
      "Of many inserts of one id at once, one is answered inserted, and found."},
     one_takes_an_id},
    {{"keys.replace.race",
      "Of many replaces of one version at once, one is answered true; every find answers a whole row."},
     one_replaces_a_version},
    {{"keys.replace.visible_race",
      "No find answers an older version than one that was seen before; nor a live key, once it was revoked."},
     nobody_sees_it_go_back},
    {{"keys.touch.race", "Of many uses at once the latest stays, replaces between them or not."},
     latest_use_stays},
};

}  // namespace

keys_judges keys_races() { return all; }

}  // namespace ekauth::inline v1::testing
