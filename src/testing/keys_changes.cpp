#include "testing/clauses.hpp"
#include "testing/rows.hpp"

namespace ekauth::inline v1::testing {

namespace {

using keys::status;

keys::record added(keys_trial& t, const keys::record& row) {
  add(t, row);
  return row;
}

void replaces_expected_version(keys_trial& t) {
  keys::record row = plain_key(t, "0001", t.subject("owner"));
  row.version = 5;
  added(t, row);
  keys::record next = row;
  next.name = "Renamed";
  next.version = 5000;  // the store's to say, not the row's
  for (const std::uint64_t other : {0u, 1u, 4u, 6u, 5000u})
    t.expect(!t.ask(keys::replace{next, other}), "replace answered true at another version than the stored");
  expect_same(t, t.ask(keys::find{row.id}), row, "after a replace at another version");
  t.expect(t.ask(keys::replace{next, 5}), "replace answered false at the stored version");
  t.expect(!t.ask(keys::replace{next, 5}), "replace answered true twice for one version");
  next.version = 6;
  expect_same(t, t.ask(keys::find{row.id}), next, "after replace");

  const keys::record absent = plain_key(t, "0002", t.subject("owner"));
  t.expect(!t.ask(keys::replace{absent, 1}), "replace answered true for an id without a row");
  t.expect(!t.ask(keys::replace{absent, 0}), "replace answered true for an id without a row");
  t.expect(!t.ask(keys::find{absent.id}), "replace made a row where there was none");
}

void replace_keeps(keys_trial& t) {
  const subject_id owner = t.subject("owner"), other = t.subject("other");
  const keys::record before = added(t, full_key(t, "0001", owner));
  keys::record next = before;
  next.env = keys::environment::live;
  next.granted = {other, *scope::list::parse({"full_access"})};
  next.created_at += duration(1000);
  next.not_before.reset();
  next.expires_at = t.at(20);
  next.revoked_at.reset();
  next.state = status::active;
  next.verifiers[1].slot = 'k';
  next.verifiers[1].value = bytes(33);
  next.verifiers[1].created_at += duration(7);
  next.verifiers[1].not_after.reset();
  for (keys::verifier& secret : next.verifiers) secret.last_used = t.at(999'999);
  t.expect(t.ask(keys::replace{next, before.version}), "replace answered false at the stored version");

  next.env = before.env;
  next.granted.subject = owner;
  next.created_at = before.created_at;
  next.version = before.version + 1;
  for (std::size_t i = 0; i < 3; ++i) next.verifiers[i].last_used = before.verifiers[i].last_used;
  expect_same(t, t.ask(keys::find{before.id}), next, "after a replace that tried to change everything");
  t.expect(ids(t.ask(keys::list{owner, {}, 10})) == std::vector{before.id.text()} &&
               t.ask(keys::list{other, {}, 10}).empty(),
           "a replace with another owner moved the key to that owner's list");
}

void replace_settles_secrets(keys_trial& t) {
  const subject_id owner = t.subject("owner");
  keys::record row = added(t, full_key(t, "0001", owner));
  const keys::record bystander = added(t, full_key(t, "0002", owner));
  const auto replace = [&](std::string_view when) {
    t.expect(t.ask(keys::replace{row, row.version}), "replace answered false at the stored version");
    ++row.version;
    for (keys::verifier& secret : row.verifiers)
      if (secret.number == 8) secret.last_used.reset();
    expect_same(t, t.ask(keys::find{row.id}), row, when);
  };
  row.verifiers.erase(row.verifiers.begin());
  row.verifiers.insert(row.verifiers.begin() + 1, {8, '2', bytes(8), t.at(0), {}, t.at(1)});
  replace("after a replace that drops one secret and adds another");
  t.ask(keys::touch{{{row.id, 8, t.at(50)}}});
  row.verifiers = {{1, '1', bytes(1), t.at(0), {}, {}}};
  replace("after a replace that drops the others");
  row.verifiers.push_back({8, '2', bytes(8), t.at(0), {}, {}});
  replace("after a replace that brings a number back");
  row.verifiers.clear();
  replace("after a replace without secrets");
  expect_same(t, t.ask(keys::find{bystander.id}), bystander, "after another key's replace");
}

void replace_keeps_new_uses(keys_trial& t) {
  keys::record row = added(t, plain_key(t, "0001", t.subject("owner")));
  t.expect(t.ask(keys::touch{{{row.id, 1, t.at(60)}}}) == 1, "touch did not move a first use");
  row.state = status::disabled;
  t.expect(t.ask(keys::replace{row, 1}), "a use between reading and replacing made replace fail");
  row.version = 2;
  row.verifiers[0].last_used = t.at(60);
  expect_same(t, t.ask(keys::find{row.id}), row, "after a use between reading and replacing");
}

void revoked_for_good(keys_trial& t) {
  keys::record row = added(t, plain_key(t, "0001", t.subject("owner")));
  row.state = status::revoked;
  row.revoked_at = t.at(5);
  t.expect(t.ask(keys::replace{row, 1}), "a key could not be revoked");
  row.version = 2;
  expect_same(t, t.ask(keys::find{row.id}), row, "after it was revoked");
  for (const status next : {status::active, status::disabled, status::revoked}) {
    keys::record changed = plain_key(t, "0001", t.subject("owner"));
    changed.state = next;
    changed.verifiers.clear();
    t.expect(!t.ask(keys::replace{changed, 2}), "replace answered true for a revoked key");
  }
  expect_same(t, t.ask(keys::find{row.id}), row, "after attempts to replace a revoked key");
}

// Each handle, asked right after the other one answered.
void seen_at_once(keys_trial& t) {
  const subject_id owner = t.subject("owner");
  for (std::uint32_t round = 0; round < 4; ++round) {
    keys::record row = added(t, plain_key(t, numbered(round), owner));
    expect_same(t, t.ask(keys::find{row.id}), row, "right after insert");
    row.name = "Renamed";
    t.expect(t.ask(keys::replace{row, 1}), "replace answered false at the stored version");
    row.version = 2;
    for (int reads = 0; reads < 3; ++reads)
      expect_same(t, t.ask(keys::find{row.id}), row, "right after replace");
    row.state = status::revoked;
    t.expect(t.ask(keys::replace{row, 2}), "a key could not be revoked");
    row.version = 3;
    for (int reads = 0; reads < 3; ++reads) {
      expect_same(t, t.ask(keys::find{row.id}), row, "right after it was revoked");
      const auto listed = t.ask(keys::list{owner, {}, 10});
      if (t.expect(listed.size() == round + 1, "list does not have every key inserted before"))
        expect_same(t, std::optional(listed.back()), row, "right after it was revoked, in a list");
    }
  }
}

void uses_move_forward(keys_trial& t) {
  const subject_id owner = t.subject("owner");
  keys::record a = added(t, plain_key(t, "000a", owner)), b = added(t, full_key(t, "000b", owner));
  const auto touch = [&](std::vector<keys::touch::use> uses, std::uint32_t moved) {
    t.expect(t.ask(keys::touch{std::move(uses)}) == moved, "touch answered another count than it moved");
  };
  touch({}, 0);
  touch({{a.id, 1, t.at(50)}, {b.id, 7, t.at(7)}}, 2);
  touch({{a.id, 1, t.at(50)}}, 0);
  touch({{a.id, 1, t.at(49)}, {b.id, 7, t.at(6)}}, 0);
  touch({{b.id, 1, t.at(-99)}, {b.id, 1'000'000, t.at(9)}}, 2);  // a first use may be any time
  touch({{a.id, 1, t.at(51)}, {b.id, 7, t.at(5)}}, 1);
  a.verifiers[0].last_used = t.at(51);
  b.verifiers[0].last_used = t.at(-99);
  b.verifiers[1].last_used = t.at(7);
  b.verifiers[2].last_used = t.at(9);
  expect_same(t, t.ask(keys::find{a.id}), a, "after touch");
  expect_same(t, t.ask(keys::find{b.id}), b, "after touch");
}

void unknown_uses_are_passed_over(keys_trial& t) {
  const subject_id owner = t.subject("owner");
  keys::record a = added(t, plain_key(t, "000a", owner)), c = added(t, plain_key(t, "000c", owner));
  const keys::touch uses{{{a.id, 0, t.at(1)},
                          {a.id, 1, t.at(2)},
                          {a.id, 2, t.at(3)},
                          {t.key("000b"), 1, t.at(4)},
                          {c.id, 1, t.at(5)},
                          {c.id, 0xffffffff, t.at(6)},
                          {t.key("zzzz"), 1, t.at(7)}}};
  t.expect(t.ask(uses) == 2, "of two known and five unknown uses, touch did not answer two");
  a.verifiers[0].last_used = t.at(2);
  c.verifiers[0].last_used = t.at(5);
  expect_same(t, t.ask(keys::find{a.id}), a, "after touch");
  expect_same(t, t.ask(keys::find{c.id}), c, "after touch");
  t.expect(!t.ask(keys::find{t.key("000b")}), "touch made a row where there was none");
}

constexpr judge<keys::store> all[] = {
    {{"keys.replace.version",
      "A key is replaced where the stored version is the expected one, which moves by one; else nothing is."},
     replaces_expected_version},
    {{"keys.replace.keeps",
      "Whatever a replace says, environment, owner, created_at and last uses stay as stored; all else "
      "changes."},
     replace_keeps},
    {{"keys.replace.secrets",
      "After a replace a key has the secrets of its row: a number that is new, or is back, was never used."},
     replace_settles_secrets},
    {{"keys.replace.uses",
      "A use between reading and replacing neither fails the replace nor is lost by it."},
     replace_keeps_new_uses},
    {{"keys.replace.revoked", "Nothing replaces a revoked key."}, revoked_for_good},
    {{"keys.replace.visible",
      "What a write answered is what every later find and list shows, on any handle."},
     seen_at_once},
    {{"keys.touch.forward", "Last uses move forward, never back, and nothing else moves with them."},
     uses_move_forward},
    {{"keys.touch.unknown", "Uses of unknown ids and numbers are passed over, and the others count."},
     unknown_uses_are_passed_over},
};

}  // namespace

keys_judges keys_changes() { return all; }

}  // namespace ekauth::inline v1::testing
