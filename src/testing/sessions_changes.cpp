#include "testing/clauses.hpp"
#include "testing/rows.hpp"

namespace ekauth::inline v1::testing {

namespace {

using refresh::end_reason;
using refresh::status;

refresh::record added(sessions_trial& t, const refresh::record& row) {
  add(t, row);
  return row;
}

void expect_row(sessions_trial& t, const refresh::record& row, std::string_view when) {
  const auto found = t.ask(refresh::find{row.id});
  expect_same(t, found ? std::optional(found->row) : std::nullopt, row, when);
}

void advances_expected_version(sessions_trial& t) {
  const subject_id user = t.subject("user");
  refresh::record row = plain_session(t, "0001", user);
  row.version = 3;
  added(t, row);
  refresh::record next = row;
  next.generation = 1;
  next.version = 5000;  // the store's to say, not the row's
  for (const std::uint64_t other : {0u, 1u, 2u, 4u, 5000u})
    t.expect(!t.ask(refresh::advance{next, other}),
             "advance answered true at another version than the stored");
  expect_row(t, row, "after an advance at another version");
  t.expect(t.ask(refresh::advance{next, 3}), "advance answered false at the stored version");
  t.expect(!t.ask(refresh::advance{next, 3}), "advance answered true twice for one version");
  next.version = 4;
  expect_row(t, next, "after advance");

  const refresh::record absent = plain_session(t, "0002", user);
  t.expect(!t.ask(refresh::advance{absent, 1}), "advance answered true for a family without a row");
  t.expect(!t.ask(refresh::advance{absent, 0}), "advance answered true for a family without a row");
  t.expect(!t.ask(refresh::find{absent.id}), "advance made a row where there was none");
}

void advance_keeps(sessions_trial& t) {
  const subject_id user = t.subject("user");
  refresh::record row = plain_session(t, "0001", user);
  row.absolute_deadline = t.at(10'000'000'000);
  row.binding = bytes(50);
  added(t, row);
  refresh::record next = full_session(t, "0001", t.subject("other"));
  next.id = row.id;
  next.epoch = 12;
  t.expect(t.ask(refresh::advance{next, 1}), "advance answered false at the stored version");

  const auto expect_stored = [&](std::string_view when) {
    refresh::record after = row;
    after.generation = next.generation;
    after.slot = next.slot;
    after.current = next.current;
    after.previous = next.previous;
    after.salt = next.salt;
    after.rotated_at = next.rotated_at;
    after.last_ok_at = next.last_ok_at;
    after.confirmed_at = next.confirmed_at;
    after.replays = next.replays;
    after.idle_deadline = next.idle_deadline;
    expect_row(t, after, when);
  };
  row.version = 2;
  expect_stored("after an advance that tried to change everything");
  next.confirmed_at.reset();
  next.rotated_at = next.last_ok_at = t.at(-500);  // a clock that went back is the service's to judge
  t.expect(t.ask(refresh::advance{next, 2}), "advance answered false at the stored version");
  row.version = 3;
  expect_stored("after an advance that unsets confirmed_at and goes back in time");
}

void ended_for_good(sessions_trial& t) {
  const subject_id user = t.subject("user");
  refresh::record row = added(t, plain_session(t, "0001", user));
  const refresh::record bystander = added(t, plain_session(t, "0002", user));
  t.expect(
      t.ask(refresh::revoke{row.id, end_reason::reuse_detected, t.at(5)}) == refresh::revoke::reply::revoked,
      "the first revoke of a live session did not answer revoked");
  row.state = status::revoked;
  row.reason = end_reason::reuse_detected;
  row.ended_at = t.at(5);
  row.version = 2;
  expect_row(t, row, "after revoke");
  t.expect(t.ask(refresh::revoke{row.id, end_reason::admin, t.at(9)}) == refresh::revoke::reply::already,
           "a second revoke did not answer already");
  expect_row(t, row, "after a second revoke");
  refresh::record next = row;
  next.state = status::active;
  next.generation = 1;
  for (const std::uint64_t version : {1u, 2u, 3u})
    t.expect(!t.ask(refresh::advance{next, version}), "advance answered true for a revoked session");
  expect_row(t, row, "after attempts to advance a revoked session");
  t.expect(t.ask(refresh::revoke{t.family(user, "0003"), end_reason::admin, t.at(5)}) ==
               refresh::revoke::reply::missing,
           "a revoke of a family without a row did not answer missing");
  t.expect(!t.ask(refresh::find{t.family(user, "0003")}), "revoke made a row where there was none");
  expect_row(t, bystander, "after another session was revoked");
  t.expect(t.ask(refresh::revoke{bystander.id, end_reason::signed_out, t.at(-5)}) ==
               refresh::revoke::reply::revoked,
           "a revoke at a time before the login did not answer revoked");
}

void each_reason_is_kept(sessions_trial& t) {
  std::uint32_t n = 0;
  for (const end_reason reason :
       {end_reason::signed_out, end_reason::signed_out_everywhere, end_reason::password_changed,
        end_reason::reuse_detected, end_reason::admin}) {
    const subject_id user = t.subject("user" + numbered(n));
    const refresh::record row = added(t, plain_session(t, numbered(n++), user));
    t.ask(refresh::revoke{row.id, reason, t.at(5)});
    t.ask(refresh::bump_epoch{user, reason, t.at(6)});
    const auto found = t.ask(refresh::find{row.id});
    t.expect(found && found->row.reason == reason, "a session was revoked for another reason than was said");
    t.expect(found && found->subject_reason == reason, "a bump kept another reason than was said");
  }
}

void old_epochs_stand_still(sessions_trial& t) {
  const subject_id user = t.subject("user");
  const refresh::record old = added(t, plain_session(t, "0001", user));
  t.ask(refresh::bump_epoch{user, end_reason::password_changed, t.at(1)});
  refresh::record next = old;
  next.generation = 1;
  for (const std::uint64_t claimed : {0u, 1u}) {
    next.epoch = claimed;  // the stored epoch counts, not the caller's
    t.expect(!t.ask(refresh::advance{next, 1}), "advance answered true for a session of an old epoch");
  }
  expect_row(t, old, "after attempts to advance it under another epoch");
  refresh::record fresh = plain_session(t, "0002", user);
  fresh.epoch = 1;
  added(t, fresh);
  fresh.generation = 1;
  fresh.epoch = 0;
  t.expect(t.ask(refresh::advance{fresh, 1}), "advance answered false for a session of its subject's epoch");
}

// Each handle, asked right after the other one answered.
void seen_at_once(sessions_trial& t) {
  for (std::uint32_t round = 0; round < 4; ++round) {
    const subject_id user = t.subject("user" + numbered(round));
    refresh::record row = added(t, plain_session(t, numbered(round), user));
    const auto expect_everywhere = [&](std::uint64_t epoch, end_reason reason, std::string_view when) {
      for (int reads = 0; reads < 3; ++reads) {
        expect_same(t, t.ask(refresh::find{row.id}), {row, epoch, reason}, when);
        const auto listed = t.ask(refresh::list{user, {}, 10});
        if (t.expect(listed.size() == 1, "list does not have the one session of a subject"))
          expect_same(t, std::optional(listed[0]), {row, epoch, reason}, std::string(when) + ", in a list");
        t.expect(t.ask(refresh::read_epoch{user}) == epoch,
                 "read_epoch did not answer the last bump's epoch");
      }
    };
    expect_everywhere(0, end_reason::none, "right after insert");
    row.generation = 1;
    t.expect(t.ask(refresh::advance{row, 1}), "advance answered false at the stored version");
    row.version = 2;
    expect_everywhere(0, end_reason::none, "right after advance");
    t.ask(refresh::bump_epoch{user, end_reason::admin, t.at(1)});
    expect_everywhere(1, end_reason::admin, "right after a bump");
    t.ask(refresh::revoke{row.id, end_reason::signed_out, t.at(2)});
    row.state = status::revoked;
    row.reason = end_reason::signed_out;
    row.ended_at = t.at(2);
    row.version = 3;
    expect_everywhere(1, end_reason::admin, "right after revoke");
  }
}

constexpr judge<refresh::store> all[] = {
    {{"sessions.advance.version",
      "A session advances where the stored version is the expected one, which moves by one; else nothing "
      "does."},
     advances_expected_version},
    {{"sessions.advance.keeps",
      "Whatever an advance says, it stores what belongs to the rotation; what belongs to the login stays."},
     advance_keeps},
    {{"sessions.advance.epoch",
      "Nothing advances a session whose stored epoch is not its subject's any more."},
     old_epochs_stand_still},
    {{"sessions.revoke.once", "A session is revoked once, as the first said, and nothing advances it after."},
     ended_for_good},
    {{"sessions.revoke.reason", "The reason of a revoke and that of a bump are kept as they were given."},
     each_reason_is_kept},
    {{"sessions.write.visible", "What a write answered is what every later read shows, on any handle."},
     seen_at_once},
};

}  // namespace

sessions_judges sessions_changes() { return all; }

}  // namespace ekauth::inline v1::testing
