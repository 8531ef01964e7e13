#include "testing/clauses.hpp"
#include "testing/rows.hpp"

namespace ekauth::inline v1::testing {

namespace {

using refresh::end_reason;
constexpr auto inserted = refresh::insert::reply::inserted;
constexpr auto exists = refresh::insert::reply::exists;
constexpr auto epoch_changed = refresh::insert::reply::epoch_changed;

// A session as it is found while its subject's epoch never changed.
refresh::find::found untouched(const refresh::record& row) { return {row, 0, end_reason::none}; }

void found_as_inserted(sessions_trial& t) {
  const subject_id user = t.subject("user");
  refresh::record bare = plain_session(t, "bare", user), zero = plain_session(t, "zero", user);
  bare.client.clear();
  bare.granted.scopes = {};
  zero.created_at = zero.rotated_at = zero.last_ok_at = time_point();
  zero.confirmed_at = zero.ended_at = time_point();
  zero.binding = digest{};
  for (const refresh::record& row :
       {plain_session(t, "norm", user), full_session(t, "full", user), bare, zero}) {
    add(t, row);
    expect_same(t, t.ask(refresh::find{row.id}), untouched(row), "after insert");
  }
}

void found_by_exact_id(sessions_trial& t) {
  const refresh::record row = plain_session(t, "aZ9z", t.subject("user"));
  t.expect(!t.ask(refresh::find{row.id}), "a family that was never inserted was found");
  add(t, row);
  auto others = resembling(row.id.text());
  others.push_back(t.family(row.granted.subject, "AZ9Z").text());
  for (const std::string& other : others)
    t.expect(!t.ask(refresh::find{family_id(other)}),
             "a family that only resembles an inserted one was found");
}

void first_row_stays(sessions_trial& t) {
  const subject_id user = t.subject("user"), other = t.subject("other");
  const refresh::record first = plain_session(t, "0001", user);
  add(t, first);
  refresh::record second = full_session(t, "0001", user), foreign = plain_session(t, "0001", other);
  foreign.id = first.id;
  for (const refresh::record& row : {first, second, foreign})
    t.expect(t.ask(refresh::insert{row}) == exists, "a second insert of a family did not answer exists");
  expect_same(t, t.ask(refresh::find{first.id}), untouched(first), "after a second insert of its family");
  t.expect(t.ask(refresh::list{other, {}, 10}).empty(), "a refused insert is listed for its subject");
}

void inserted_at_epoch(sessions_trial& t) {
  const subject_id user = t.subject("user");
  const auto insert = [&](std::string_view suffix, std::uint64_t epoch) {
    refresh::record row = plain_session(t, suffix, user);
    row.epoch = epoch;
    return t.ask(refresh::insert{row});
  };
  t.expect(insert("0001", 1) == epoch_changed, "an insert at epoch 1 of a new subject was not refused");
  t.expect(insert("0001", 0) == inserted, "an insert at epoch 0 of a new subject was refused");
  t.ask(refresh::bump_epoch{user, end_reason::password_changed, t.at(1)});
  t.ask(refresh::bump_epoch{user, end_reason::admin, t.at(2)});
  for (const std::uint64_t other : {0u, 1u, 3u, 0x7fffffffu})
    t.expect(insert("0002", other) == epoch_changed,
             "an insert at another epoch than its subject's was not refused");
  t.expect(!t.ask(refresh::find{t.family(user, "0002")}), "an insert at another epoch was stored");
  t.expect(insert("0002", 2) == inserted, "an insert at its subject's epoch was refused");
  refresh::record row = plain_session(t, "0002", user);
  row.epoch = 2;
  expect_same(t, t.ask(refresh::find{row.id}), {row, 2, end_reason::admin}, "after an insert at epoch 2");
  t.expect(t.ask(refresh::insert{plain_session(t, "0003", t.subject("other"))}) == inserted,
           "a bump of one subject refused another's login");
}

void epochs_count(sessions_trial& t) {
  const subject_id user = t.subject("user"), other = t.subject("other"), fresh = t.subject("fresh");
  const refresh::record mine = plain_session(t, "0001", user), theirs = plain_session(t, "0002", other);
  add(t, mine);
  add(t, theirs);
  const auto bump = [&](const subject_id& subject, end_reason reason, std::int64_t at, std::uint64_t epoch) {
    t.expect(t.ask(refresh::bump_epoch{subject, reason, t.at(at)}) == epoch,
             "a bump did not answer the epoch before plus one");
  };
  const auto read = [&](const subject_id& subject, std::uint64_t epoch) {
    t.expect(t.ask(refresh::read_epoch{subject}) == epoch,
             "read_epoch did not answer the last bump's epoch, or 0");
  };
  read(user, 0);
  bump(user, end_reason::password_changed, 9, 1);
  read(user, 1);
  expect_same(t, t.ask(refresh::find{mine.id}), {mine, 1, end_reason::password_changed}, "after a bump");
  bump(user, end_reason::signed_out_everywhere, 2, 2);  // at an earlier time than the last
  read(user, 2);
  expect_same(t, t.ask(refresh::find{mine.id}), {mine, 2, end_reason::signed_out_everywhere},
              "after two bumps");
  expect_same(t, t.ask(refresh::find{theirs.id}), untouched(theirs), "after bumps of another subject");
  read(other, 0);
  read(fresh, 0);
  bump(fresh, end_reason::admin, 1, 1);
  read(fresh, 1);
}

void subjects_hold_any_byte(sessions_trial& t) {
  std::uint32_t n = 0;
  for (const std::string& label : unusual_names()) {
    const refresh::record row = plain_session(t, numbered(n++), t.subject(label));
    add(t, row);
    t.expect(t.ask(refresh::bump_epoch{row.granted.subject, end_reason::admin, t.at(1)}) == 1,
             "the first bump of a subject of unusual bytes did not answer 1");
    expect_same(t, t.ask(refresh::find{row.id}), {row, 1, end_reason::admin},
                "under a subject of unusual bytes");
    t.expect(t.ask(refresh::list{row.granted.subject, {}, 10}).size() == 1,
             "a subject of unusual bytes was not listed exactly its session");
  }
}

// Inserted and found as it was, or refused and not there. What the services never store may be refused.
void kept_or_refused(sessions_trial& t, const refresh::record& row, std::string_view what) {
  const auto answer = t.handle().answer(refresh::insert{row});
  const auto found = t.ask(refresh::find{row.id});
  if (answer && *answer == inserted) {
    expect_same(t, found, untouched(row), what);
    return;
  }
  t.expect(!found, std::string(what).append(", the row was refused, and stored"));
}

void nothing_is_cut(sessions_trial& t) {
  const subject_id user = t.subject("user");
  std::uint32_t n = 0;
  refresh::record longest = plain_session(t, numbered(n++), user);
  longest.client = std::string(255, 'c');
  add(t, longest);
  expect_same(t, t.ask(refresh::find{longest.id}), untouched(longest), "with a client of 255 bytes");
  for (const std::string& client :
       {bytes_between(0, 255), std::string(65'536, 'n') + "!", std::string("a\0b", 3),
        std::string("\xff\xfe\xc0\x80\xed\xa0\x80"), std::string(" a ")}) {
    refresh::record row = plain_session(t, numbered(n++), user);
    row.client = client;
    kept_or_refused(t, row, "with a client of unusual bytes or length");
  }
}

void nothing_is_rounded(sessions_trial& t) {
  const subject_id user = t.subject("user");
  std::uint32_t n = 0;
  const auto next = [&] { return plain_session(t, numbered(n++), user); };
  for (const std::uint32_t number : {0x7fffffffu, 0x80000000u, 0xffffffffu}) {
    refresh::record row = next();
    row.generation = row.replays = number;
    kept_or_refused(t, row, "with a large generation");
  }
  for (const int bits : {31, 32, 53, 63, 64}) {
    refresh::record row = next();
    row.version = ~std::uint64_t{0} >> (64 - bits);
    kept_or_refused(t, row, "with a large version");
  }
  // 9999-12-31, and what no clock will show. Deadlines lie ahead: a session may be dropped at its deadline.
  for (const time_point at : {time_point(duration(253'402'300'799'999)), time_point(duration(-1)),
                              time_point::min(), time_point::max()}) {
    refresh::record row = next();
    row.created_at = row.rotated_at = row.last_ok_at = at;
    row.confirmed_at = row.ended_at = at;
    if (at > t.at(0)) row.idle_deadline = at;
    if (at > t.at(0)) row.absolute_deadline = at;
    kept_or_refused(t, row, "with times at an end of time");
  }
}

constexpr judge<refresh::store> all[] = {
    {{"sessions.find.as_inserted",
      "A session is found with every field as it was inserted: what is empty stays empty, zero stays zero."},
     found_as_inserted},
    {{"sessions.find.exact", "A family is compared byte for byte, whatever bytes are asked for."},
     found_by_exact_id},
    {{"sessions.insert.collision",
      "A family is taken once: a second insert answers exists and changes nothing."},
     first_row_stays},
    {{"sessions.insert.epoch", "A session is inserted where its epoch is its subject's, which starts at 0."},
     inserted_at_epoch},
    {{"sessions.epoch.counts",
      "A bump adds one to the epoch of one subject, and find answers it with the last bump's reason."},
     epochs_count},
    {{"sessions.values.subject", "A subject is 1 to 255 bytes of any value, compared byte for byte."},
     subjects_hold_any_byte},
    {{"sessions.values.text", "A text that a store cannot hold is an error, never another text."},
     nothing_is_cut},
    {{"sessions.values.number",
      "A number or a time that a store cannot hold is an error, never another number or time."},
     nothing_is_rounded},
};

}  // namespace

sessions_judges sessions_rows() { return all; }

}  // namespace ekauth::inline v1::testing
