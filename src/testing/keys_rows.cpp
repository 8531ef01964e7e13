#include "testing/clauses.hpp"
#include "testing/rows.hpp"

#include <limits>

namespace ekauth::inline v1::testing {

namespace {

using keys::status;
constexpr auto inserted = keys::insert::reply::inserted;
constexpr auto exists = keys::insert::reply::exists;
constexpr auto limit_reached = keys::insert::reply::limit_reached;

void found_as_inserted(keys_trial& t) {
  const subject_id owner = t.subject("owner");
  keys::record bare = plain_key(t, "bare", owner), zero = plain_key(t, "zero", owner);
  bare.verifiers.clear();
  bare.granted.scopes = {};
  zero.created_at = time_point();
  zero.not_before = zero.expires_at = zero.revoked_at = time_point();
  zero.verifiers[0].created_at = time_point();
  zero.verifiers[0].not_after = zero.verifiers[0].last_used = time_point();
  keys::record revoked = plain_key(t, "gone", owner);
  revoked.state = status::revoked;
  for (const keys::record& row :
       {plain_key(t, "norm", owner), full_key(t, "full", owner), bare, zero, revoked}) {
    add(t, row);
    expect_same(t, t.ask(keys::find{row.id}), row, "after insert");
  }
}

void found_by_exact_id(keys_trial& t) {
  const keys::record row = plain_key(t, "aZ9z", t.subject("owner"));
  t.expect(!t.ask(keys::find{row.id}), "an id that was never inserted was found");
  add(t, row);
  auto others = resembling(row.id.text());
  others.push_back(t.key("AZ9Z").text());
  for (const std::string& other : others)
    t.expect(!t.ask(keys::find{key_id(other)}), "an id that only resembles an inserted one was found");
}

void first_row_stays(keys_trial& t) {
  const subject_id owner = t.subject("owner"), other = t.subject("other");
  const keys::record first = plain_key(t, "0001", owner);
  add(t, first);
  t.expect(t.ask(keys::insert{full_key(t, "0001", owner), 0}) == exists,
           "a second insert of an id did not answer exists");
  t.expect(t.ask(keys::insert{plain_key(t, "0001", other), 5}) == exists,
           "a second insert of an id, for another owner, did not answer exists");
  expect_same(t, t.ask(keys::find{first.id}), first, "after a second insert of its id");
  t.expect(t.ask(keys::list{other, {}, 10}).empty(), "a refused insert is listed for its owner");
  t.expect(t.ask(keys::insert{plain_key(t, "0002", other), 1}) == inserted,
           "a refused insert counts against its owner's limit");
}

void limit_counts(keys_trial& t) {
  const subject_id owner = t.subject("owner"), full = t.subject("full");
  keys::record disabled = plain_key(t, "0002", owner), revoked = plain_key(t, "0003", owner);
  disabled.state = status::disabled;
  revoked.state = status::revoked;
  const auto insert = [&](std::string_view suffix, std::uint32_t limit) {
    return t.ask(keys::insert{plain_key(t, suffix, owner), limit});
  };
  t.expect(insert("0001", 2) == inserted, "a first key was refused by a limit of 2");
  t.expect(t.ask(keys::insert{disabled, 2}) == inserted, "a second key was refused by a limit of 2");
  t.expect(t.ask(keys::insert{revoked, 3}) == inserted, "a third key was refused by a limit of 3");
  t.expect(insert("000x", 2) == limit_reached, "an owner of 2 keys, one disabled, passed a limit of 2");
  t.expect(insert("000x", 1) == limit_reached, "an owner of 2 keys passed a limit of 1");
  t.expect(!t.ask(keys::find{t.key("000x")}), "a key that the limit refused was stored");
  t.expect(insert("0004", 3) == inserted, "a revoked key counted against a limit of 3");
  t.expect(insert("0005", 3) == limit_reached, "an owner of 3 keys passed a limit of 3");
  t.expect(t.ask(keys::insert{plain_key(t, "0006", full), 1}) == inserted,
           "another owner's keys counted against a limit");

  keys::record ended = plain_key(t, "0001", owner);
  ended.state = status::revoked;
  t.expect(t.ask(keys::replace{ended, 1}), "a key could not be revoked");
  t.expect(!t.ask(keys::replace{ended, 2}), "a revoked key was replaced");
  t.expect(insert("0007", 3) == inserted, "revoking a key did not make room under the limit");
  t.expect(insert("0008", 3) == limit_reached, "revoking one key made room for two");
  t.expect(insert("0009", 0) == inserted, "a limit of 0 refused a key");
  t.expect(insert("000a", 0xffffffff) == inserted, "the largest limit refused a key");
}

void owners_hold_any_byte(keys_trial& t) {
  std::uint32_t n = 0;
  for (const std::string& label : unusual_names()) {
    keys::record row = plain_key(t, numbered(n++), t.subject(label));
    t.expect(t.ask(keys::insert{row, 1}) == inserted, "an owner's first key was refused by a limit of 1");
    expect_same(t, t.ask(keys::find{row.id}), row, "under an owner of unusual bytes");
    t.expect(t.ask(keys::list{row.granted.subject, {}, 10}).size() == 1,
             "an owner of unusual bytes was not listed exactly its key");
  }
}

// Inserted and found as it was, or refused and not there. What the services never store may be refused.
void kept_or_refused(keys_trial& t, const keys::record& row, std::string_view what) {
  const auto answer = t.handle().answer(keys::insert{row, 0});
  const auto found = t.ask(keys::find{row.id});
  if (answer && *answer == inserted) {
    expect_same(t, found, row, what);
    return;
  }
  t.expect(!found, std::string(what).append(", the row was refused, and stored"));
}

void nothing_is_cut(keys_trial& t) {
  const subject_id owner = t.subject("owner");
  std::uint32_t n = 0;
  for (const std::string& name :
       {bytes_between(0, 255), std::string(65'536, 'n') + "!", std::string("a\0b", 3),
        std::string("\xff\xfe\xc0\x80\xed\xa0\x80"), std::string(" a "), std::string()}) {
    keys::record row = plain_key(t, numbered(n++), owner);
    row.name = name;
    kept_or_refused(t, row, "with a name of unusual bytes or length");
  }
  keys::record most = plain_key(t, "most", owner);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < scope::max_listed; ++i)
    names.push_back(std::string(24, 'a').append(std::to_string(997 * i % 256)).append(":read"));
  most.granted.scopes = *scope::list::parse(names);
  add(t, most);
  expect_same(t, t.ask(keys::find{most.id}), most, "with the longest list of scopes");
}

void nothing_is_rounded(keys_trial& t) {
  const subject_id owner = t.subject("owner");
  std::uint32_t n = 0;
  const auto next = [&] { return plain_key(t, numbered(n++), owner); };
  for (const std::uint32_t number : {0x7fffffffu, 0x80000000u, 0xffffffffu}) {
    keys::record row = next();
    row.verifiers[0].number = number;
    kept_or_refused(t, row, "with a large number of a secret");
  }
  for (const int bits : {31, 32, 53, 63, 64}) {
    keys::record row = next();
    row.version = ~std::uint64_t{0} >> (64 - bits);
    kept_or_refused(t, row, "with a large version");
  }
  // 9999-12-31, and what no clock will show.
  for (const time_point at : {time_point(duration(253'402'300'799'999)), time_point(duration(-1)),
                              time_point::min(), time_point::max()}) {
    keys::record row = next();
    row.created_at = at;
    row.not_before = row.expires_at = row.revoked_at = at;
    row.verifiers[0].created_at = at;
    row.verifiers[0].not_after = row.verifiers[0].last_used = at;
    kept_or_refused(t, row, "with times at an end of time");
  }
}

constexpr judge<keys::store> all[] = {
    {{"keys.find.as_inserted",
      "A key is found with every field as it was inserted: what is empty stays empty, and zero stays zero."},
     found_as_inserted},
    {{"keys.find.exact", "An id is compared byte for byte, whatever bytes are asked for."},
     found_by_exact_id},
    {{"keys.insert.collision", "An id is taken once: a second insert answers exists and changes nothing."},
     first_row_stays},
    {{"keys.insert.limit",
      "An owner is given keys while fewer than owner_limit of its own are not revoked; 0 is no limit."},
     limit_counts},
    {{"keys.values.owner", "An owner is 1 to 255 bytes of any value, compared byte for byte."},
     owners_hold_any_byte},
    {{"keys.values.text", "A text that a store cannot hold is an error, never another text."},
     nothing_is_cut},
    {{"keys.values.number",
      "A number or a time that a store cannot hold is an error, never another number or time."},
     nothing_is_rounded},
};

}  // namespace

keys_judges keys_rows() { return all; }

}  // namespace ekauth::inline v1::testing
