#include "testing/clauses.hpp"
#include "testing/rows.hpp"

#include <algorithm>

namespace ekauth::inline v1::testing {

namespace {

using refresh::end_reason;
constexpr auto inserted = refresh::insert::reply::inserted;

void one_takes_a_family(sessions_trial& t) {
  const subject_id user = t.subject("user");
  for (std::uint32_t round = 0; t.goes_on(round); ++round) {
    std::atomic<std::size_t> winners = 0, winner = 0;
    const auto row_of = [&](std::size_t i) {
      refresh::record row = plain_session(t, numbered(round), user);
      row.client = std::to_string(i);
      return row;
    };
    together([&](std::size_t i) {
      if (t.ask(refresh::insert{row_of(i)}) != inserted) return;
      ++winners;
      winner = i;
    });
    if (!t.expect(winners == 1,
                  std::to_string(winners) + " of 16 callers were answered inserted for one family"))
      return;
    const refresh::record row = row_of(winner);
    expect_same(t, t.ask(refresh::find{row.id}), {row, 0, end_reason::none},
                "after many inserts of one family, one of them answered inserted");
  }
}

void one_advances_a_version(sessions_trial& t) {
  const std::uint64_t last = 5 * std::uint64_t{t.rounds()};
  const refresh::record first = plain_session(t, "0001", t.subject("user"));
  add(t, first);
  constexpr std::string_view twice = "two callers were answered true for one version";
  std::vector<std::atomic<int>> winners(last + 1);
  std::vector<std::atomic<std::uint32_t>> winner(last + 1);
  together([&](std::size_t i) {
    for (std::uint64_t tries = 0; tries < 10 * last && !t.is_broken(); ++tries) {
      auto found = t.ask(refresh::find{first.id});
      if (!found) return t.saw("a session that is being advanced was not found");
      refresh::record& row = found->row;
      const std::uint64_t version = row.version;
      if (version > 1 &&
          (row.replays != row.generation || row.current != bytes(static_cast<std::uint8_t>(row.replays))))
        return t.saw("a find answered half of one advance and half of another");
      if (version > last) return;
      row.generation = row.replays = static_cast<std::uint32_t>(version * crowd + i);
      row.current = bytes(static_cast<std::uint8_t>(row.replays));
      if (!t.ask(refresh::advance{row, version})) continue;
      if (++winners[version] > 1) return t.saw(twice);
      winner[version] = row.generation;
    }
    t.saw("advance kept answering false at the version that was read just before");
  });
  for (std::uint64_t version = 1; version <= last; ++version)
    t.expect(winners[version] == 1, "nobody was answered true for a version that was advanced");
  const auto found = t.ask(refresh::find{first.id});
  t.expect(found && found->row.generation == winner[last],
           "the last of many advances is not the one that is found");
}

// A crowd advances, each its own session; end ends them all, at once, while they do. What is read right after
// it answered must be what is read when all is over.
template <class End>
void stands_still_after(sessions_trial& t, const std::vector<refresh::record>& rows, const End& end,
                        std::string_view late) {
  for (const refresh::record& row : rows) add(t, row);
  const auto versions = [&] {
    std::vector<std::uint64_t> all;
    for (const refresh::record& row : rows) {
      const auto found = t.ask(refresh::find{row.id});
      all.push_back(found ? found->row.version : 0);
    }
    return all;
  };
  std::atomic<std::size_t> advanced = 0, stopped = 0;
  std::atomic<bool> is_over = false;
  std::vector<std::uint64_t> after;
  together([&](std::size_t i) {
    if (i == 0) {
      while (advanced < crowd && stopped < crowd - 1) give_way();
      end();
      after = versions();
      is_over = true;
      return;
    }
    const refresh::record& row = rows[i % rows.size()];
    for (int fruitless = 0; fruitless < 1000;) {
      give_way();
      const bool over = is_over;
      const auto found = t.ask(refresh::find{row.id});
      const bool stored = found && t.ask(refresh::advance{row, found->row.version});
      if (stored) ++advanced;
      if (stored && over) t.saw(late);
      if (over) break;
      if (advanced == 0) ++fruitless;
    }
    ++stopped;
  });
  t.expect(versions() == after, late);
}

void bump_stops_rotations(sessions_trial& t) {
  for (std::uint32_t round = 0; t.goes_on(round); ++round) {
    const subject_id user = t.subject("user" + std::to_string(round));
    std::vector<refresh::record> rows;
    for (std::size_t i = 0; i < crowd; ++i)
      rows.push_back(plain_session(t, numbered(crowd * round + i), user));
    stands_still_after(
        t, rows,
        [&] {
          t.ask(refresh::bump_epoch{user, end_reason::password_changed, t.at(1)});
        },
        "a session advanced under the old epoch after the bump had answered");
  }
}

void revoke_stops_rotations(sessions_trial& t) {
  const subject_id user = t.subject("user");
  for (std::uint32_t round = 0; t.goes_on(round); ++round) {
    const refresh::record row = plain_session(t, numbered(round), user);
    stands_still_after(
        t, {row},
        [&] {
          t.expect(
              t.ask(refresh::revoke{row.id, end_reason::admin, t.at(1)}) == refresh::revoke::reply::revoked,
              "the only revoke of a live session did not answer revoked");
        },
        "a session advanced after its revocation had answered");
    const auto found = t.ask(refresh::find{row.id});
    t.expect(found && found->row.state == refresh::status::revoked, "a session is live after it was revoked");
  }
}

void bump_stops_logins(sessions_trial& t) {
  for (std::uint32_t round = 0; t.goes_on(round); ++round) {
    const subject_id user = t.subject("user" + std::to_string(round));
    const auto listed = [&] { return ids(t.ask(refresh::list{user, {}, 100'000})); };
    std::atomic<std::size_t> added = 0, stopped = 0;
    std::atomic<bool> is_over = false;
    std::vector<std::string> after;
    constexpr std::string_view late = "a session was inserted at the old epoch after the bump had answered";
    together([&](std::size_t i) {
      if (i == 0) {
        while (added < crowd && stopped < crowd - 1) give_way();
        t.ask(refresh::bump_epoch{user, end_reason::password_changed, t.at(1)});
        after = listed();
        is_over = true;
        return;
      }
      for (std::uint64_t n = 0;; ++n) {
        give_way();
        const bool over = is_over;
        const bool stored =
            t.ask(refresh::insert{plain_session(t, numbered(crowd * n + i), user)}) == inserted;
        if (stored) ++added;
        if (stored && over) t.saw(late);
        if (over || !stored) break;
      }
      ++stopped;
    });
    t.expect(listed() == after, late);
  }
}

void bumps_all_count(sessions_trial& t) {
  const subject_id user = t.subject("user");
  const std::size_t each = t.rounds();
  std::vector<std::atomic<int>> answered(each * crowd + 2);
  together([&](std::size_t) {
    for (std::size_t round = 0; round < each; ++round)
      ++answered[std::min<std::uint64_t>(t.ask(refresh::bump_epoch{user, end_reason::admin, t.at(1)}),
                                         answered.size() - 1)];
  });
  for (std::size_t epoch = 1; epoch <= each * crowd; ++epoch)
    t.expect(answered[epoch] == 1, "of many bumps at once, " + std::to_string(answered[epoch]) +
                                       " were answered the epoch " + std::to_string(epoch));
  t.expect(t.ask(refresh::read_epoch{user}) == each * crowd,
           "after many bumps at once, the epoch is not their number");
}

void one_revokes(sessions_trial& t) {
  const subject_id user = t.subject("user");
  for (std::uint32_t round = 0; t.goes_on(round); ++round) {
    refresh::record row = plain_session(t, numbered(round), user);
    add(t, row);
    std::atomic<std::size_t> winners = 0, winner = 0;
    together([&](std::size_t i) {
      const auto at = t.at(static_cast<std::int64_t>(i));
      if (t.ask(refresh::revoke{row.id, end_reason::admin, at}) != refresh::revoke::reply::revoked) return;
      ++winners;
      winner = i;
    });
    if (!t.expect(winners == 1,
                  std::to_string(winners) + " of 16 callers were answered revoked for one session"))
      return;
    row.state = refresh::status::revoked;
    row.reason = end_reason::admin;
    row.ended_at = t.at(static_cast<std::int64_t>(winner));
    row.version = 2;
    expect_same(t, t.ask(refresh::find{row.id}), {row, 0, end_reason::none}, "after many revokes at once");
  }
}

// One logs in, rotates and bumps, session after session, each at the next epoch; the others look at the
// session of the hour. Every answer must be one that existed.
void found_at_one_instant(sessions_trial& t) {
  const subject_id user = t.subject("user");
  const auto reason_of = [](std::uint64_t epoch) {
    return epoch == 0 ? end_reason::none : epoch % 2 == 0 ? end_reason::admin : end_reason::password_changed;
  };
  const std::uint64_t last = 5 * std::uint64_t{t.rounds()};
  std::atomic<std::uint64_t> current = 0;
  pace readers;
  together([&](std::size_t i) {
    if (i == 0) {
      for (std::uint64_t epoch = 0; epoch < last; ++epoch) {
        refresh::record row = plain_session(t, numbered(epoch), user);
        row.epoch = epoch;
        add(t, row);
        readers.wait();
        row.generation = 1;
        t.expect(t.ask(refresh::advance{row, 1}), "the only caller to advance a session was answered false");
        current = epoch + 1;  // before the bump: they look for what is not there yet
        readers.wait();
        t.ask(refresh::bump_epoch{user, reason_of(epoch + 1), t.at(1)});
        readers.wait();
      }
      return;
    }
    for (std::uint64_t wanted = 0; wanted < last; wanted = current) {
      give_way();
      readers.read();
      wanted -= wanted > 0 && i % 2 == 0 ? 1 : 0;  // half of them look at the one before
      const auto found = t.ask(refresh::find{t.family(user, numbered(wanted))});
      if (!found) continue;
      t.expect(found->subject_epoch >= found->row.epoch,
               "a find answered a new session with its subject's epoch before it");
      t.expect(found->subject_epoch == found->row.epoch || found->row.generation == 1,
               "a find answered a session from before its advance with the epoch of a later bump");
      t.expect(found->subject_reason == reason_of(found->subject_epoch),
               "a find answered the epoch of one bump with the reason of another");
    }
  });
}

// One advances a session and at last revokes it, the others look: nobody sees it go back.
void nobody_sees_it_go_back(sessions_trial& t) {
  const refresh::record row = plain_session(t, "0001", t.subject("user"));
  add(t, row);
  std::atomic<std::uint64_t> floor = 1;
  std::atomic<bool> is_revoked = false;
  pace readers;
  const std::uint64_t last = 5 * std::uint64_t{t.rounds()};
  together([&](std::size_t i) {
    if (i == 0) {
      for (std::uint64_t version = 1; version < last; ++version) {
        t.expect(t.ask(refresh::advance{row, version}),
                 "the only caller to advance a session was answered false");
        floor = version + 1;
        readers.wait();
      }
      t.ask(refresh::revoke{row.id, end_reason::admin, t.at(1)});
      is_revoked = true;
      return;
    }
    for (bool over = false; !over;) {
      give_way();
      readers.read();
      over = is_revoked;
      const std::uint64_t least = floor;
      const auto found = t.ask(refresh::find{row.id});
      if (!found) return t.saw("a session that is being advanced was not found");
      const std::uint64_t version = found->row.version;
      t.expect(version >= least, "a find answered an older version than one that was seen before it");
      t.expect(!over || found->row.state == refresh::status::revoked,
               "a find after revoke answered a live session");
      for (auto seen = least; seen < version && !floor.compare_exchange_weak(seen, version);) {
      }
    }
  });
}

constexpr judge<refresh::store> all[] = {
    {{"sessions.insert.collision_race",
      "Of many inserts of one family at once, one is answered inserted, and found."},
     one_takes_a_family},
    {{"sessions.advance.race",
      "Of many advances of one version at once, one is answered true; every find answers a whole row."},
     one_advances_a_version},
    {{"sessions.epoch.advance_race", "Once a bump has answered, no session advances under the old epoch."},
     bump_stops_rotations},
    {{"sessions.epoch.insert_race", "Once a bump has answered, no session is inserted at the old epoch."},
     bump_stops_logins},
    {{"sessions.epoch.race", "Of many bumps at once, each is counted and answered an epoch of its own."},
     bumps_all_count},
    {{"sessions.revoke.race", "Of many revokes of one session at once, one is answered revoked, and kept."},
     one_revokes},
    {{"sessions.revoke.advance_race", "Once a revoke has answered, its session does not advance."},
     revoke_stops_rotations},
    {{"sessions.find.one_instant",
      "find answers a session and its subject's epoch and reason as of one instant."},
     found_at_one_instant},
    {{"sessions.write.visible_race",
      "No find answers an older version than one that was seen before; nor a live session, once it was "
      "revoked."},
     nobody_sees_it_go_back},
};

}  // namespace

sessions_judges sessions_races() { return all; }

}  // namespace ekauth::inline v1::testing
