// Sessions that are due lie behind options::start and those that are not ahead of it, so that a store which
// drops them at their deadline by a clock of its own passes as well.
#include "testing/clauses.hpp"
#include "testing/rows.hpp"

#include <algorithm>
#include <array>

namespace ekauth::inline v1::testing {

namespace {

constexpr std::int64_t hour = 3'600'000;
constexpr std::uint32_t many = 1000;

refresh::record session_until(const notes& t, std::string_view suffix, time_point idle,
                              std::optional<time_point> absolute = {}) {
  refresh::record row = plain_session(t, suffix, t.subject("user"));
  row.idle_deadline = idle;
  row.absolute_deadline = absolute;
  return row;
}

// Removes all that is due, whoever made it.
void drain(sessions_trial& t, time_point before) {
  for (int calls = 0; calls < 10'000; ++calls)
    if (t.ask(refresh::purge{before, many}) == 0) return;
  t.saw("purge kept answering that it removed sessions");
}

std::size_t listed(sessions_trial& t) { return t.ask(refresh::list{t.subject("user"), {}, many}).size(); }

void due_ones_go(sessions_trial& t) {
  const time_point before = t.at(-hour);
  refresh::record revoked = session_until(t, "0005", before);
  revoked.state = refresh::status::revoked;
  revoked.reason = refresh::end_reason::admin;
  revoked.ended_at = t.at(-2 * hour);
  const refresh::record due[] = {session_until(t, "0001", before),
                                 session_until(t, "0002", before - duration(1), t.at(hour)),
                                 session_until(t, "0003", t.at(hour), before),
                                 session_until(t, "0004", t.at(hour), before - duration(1)), revoked};
  for (const refresh::record& row : due) add(t, row);
  drain(t, before);
  for (const refresh::record& row : due)
    t.expect(!t.ask(refresh::find{row.id}),
             "a session whose deadline is `before`, or earlier, was found after purge");
  t.expect(listed(t) == 0, "a purged session was listed");
  add(t, session_until(t, "0001", t.at(hour)));  // its family is free again
}

void others_stay(sessions_trial& t) {
  const time_point before = t.at(hour);
  refresh::record revoked = session_until(t, "0004", before + duration(1));
  revoked.state = refresh::status::revoked;
  revoked.ended_at = t.at(0);
  const refresh::record living[] = {session_until(t, "0001", before + duration(1)),
                                    session_until(t, "0002", before + duration(1), t.at(2 * hour)),
                                    session_until(t, "0003", t.at(2 * hour), before + duration(1)), revoked};
  for (const refresh::record& row : living) add(t, row);
  drain(t, before);
  for (const refresh::record& row : living)
    expect_same(t, t.ask(refresh::find{row.id}), {row, 0, refresh::end_reason::none},
                "after a purge just before its deadline");
}

void advanced_ones_stay(sessions_trial& t) {
  refresh::record later = session_until(t, "0001", t.at(hour)), sooner = session_until(t, "0002", t.at(hour));
  for (refresh::record* row : {&later, &sooner}) {
    add(t, *row);
    row->idle_deadline = row == &later ? t.at(3 * hour) : t.at(-hour);
    t.expect(t.ask(refresh::advance{*row, 1}), "advance answered false at the stored version");
  }
  drain(t, t.at(-hour));
  t.expect(!t.ask(refresh::find{sooner.id}), "a session was purged by the deadline before its last advance");
  drain(t, t.at(2 * hour));
  t.expect(t.ask(refresh::find{later.id}).has_value(),
           "a session was purged by the deadline before its last advance");
}

void limit_is_kept(sessions_trial& t) {
  const time_point before = t.at(-hour);
  drain(t, before);
  for (std::uint32_t n = 0; n < 5; ++n) add(t, session_until(t, numbered(n), before - duration(n)));
  std::size_t left = listed(t);
  for (const std::uint32_t limit : {0u, 2u, 0xffffffffu, 100u}) {
    const std::size_t removed = t.ask(refresh::purge{before, limit});
    t.expect(removed <= limit, "purge removed more than its limit");
    t.expect(removed == std::min<std::size_t>(limit, left),
             "purge left sessions that were due, and in its limit");
    left -= std::min(left, removed);
    t.expect(listed(t) == left, "purge answered another count than it removed");
  }
}

// A clock that went back must not make what is due later due now.
void earlier_purge_spares(sessions_trial& t) {
  drain(t, t.at(3 * hour));
  const refresh::record row = session_until(t, "0001", t.at(2 * hour));
  add(t, row);
  drain(t, t.at(hour));
  t.expect(t.ask(refresh::find{row.id}).has_value(),
           "after a purge at a later time, one at an earlier time removed a session that was not due");
}

void epochs_outlive_sessions(sessions_trial& t) {
  const subject_id user = t.subject("user");
  t.expect(t.ask(refresh::bump_epoch{user, refresh::end_reason::password_changed, t.at(-2 * hour)}) == 1,
           "the first bump of a subject did not answer 1");
  refresh::record row = session_until(t, "0001", t.at(-hour));
  row.epoch = 1;
  add(t, row);
  drain(t, t.at(-hour));
  t.expect(t.ask(refresh::read_epoch{user}) == 1, "a subject's epoch is gone with its last session");
  t.expect(t.ask(refresh::insert{plain_session(t, "0002", user)}) == refresh::insert::reply::epoch_changed,
           "after its sessions were purged, a subject was given one at epoch 0");
  t.expect(t.ask(refresh::bump_epoch{user, refresh::end_reason::admin, t.at(0)}) == 2,
           "after its sessions were purged, a subject's epoch started again");
}

void counted_once(sessions_trial& t) {
  const time_point before = t.at(-hour);
  for (std::uint32_t round = 0; t.goes_on(round); ++round) {
    drain(t, before);
    for (std::uint32_t n = 0; n < 8; ++n) add(t, session_until(t, numbered(8 * round + n), before));
    const std::size_t due = listed(t);
    std::atomic<std::size_t> removed = 0;
    together([&](std::size_t) { removed += t.ask(refresh::purge{before, 3}); });
    t.expect(removed == due && listed(t) == 0, "of " + std::to_string(due) +
                                                   " sessions that were due, 16 purges at once removed " +
                                                   std::to_string(removed));
  }
}

// Half of a crowd moves a deadline away while the other half purges by the old one.
void advance_beats_purge(sessions_trial& t) {
  for (std::uint32_t round = 0; t.goes_on(round); ++round) {
    std::array<std::atomic<bool>, crowd> advanced{};
    const auto row_of = [&](std::size_t i) {
      return session_until(t, numbered(crowd * round + i), t.at(hour));
    };
    for (std::size_t i = 0; i < crowd; i += 2) add(t, row_of(i));
    together([&](std::size_t i) {
      refresh::record row = row_of(i);
      if (i % 2 != 0) {
        t.ask(refresh::purge{t.at(2 * hour), many});
        return;
      }
      row.idle_deadline = t.at(3 * hour);
      advanced[i] = t.ask(refresh::advance{row, 1});
    });
    for (std::size_t i = 0; i < crowd; i += 2)
      t.expect(t.ask(refresh::find{row_of(i).id}).has_value() == advanced[i],
               advanced[i] ? "a session was removed though an advance had put its deadline off"
                           : "advance answered false for a session that was not removed");
  }
}

constexpr judge<refresh::store> all[] = {
    {{"sessions.purge.due",
      "A session goes once its idle or its absolute deadline is at or before `before`."},
     due_ones_go},
    {{"sessions.purge.living",
      "A session stays while both its deadlines are after `before`, revoked or not."},
     others_stay},
    {{"sessions.purge.advance", "The deadline that counts for purge is the one of the last advance."},
     advanced_ones_stay},
    {{"sessions.purge.limit", "purge removes at most as many as its limit says, and answers how many."},
     limit_is_kept},
    {{"sessions.purge.earlier", "A purge at an earlier time than the last removes what is due at its own."},
     earlier_purge_spares},
    {{"sessions.purge.epochs", "A subject's epoch outlives its sessions."}, epochs_outlive_sessions},
    {{"sessions.purge.race", "Of many purges at once, each session is removed and counted by one."},
     counted_once},
    {{"sessions.purge.advance_race", "A session that advanced is not purged by the deadline it had before."},
     advance_beats_purge},
};

}  // namespace

sessions_judges sessions_purge() { return all; }

}  // namespace ekauth::inline v1::testing
