#include "testing/clauses.hpp"
#include "testing/rows.hpp"

namespace ekauth::inline v1::testing {

namespace {

using allowlists::find;
using allowlists::holder;
using allowlists::record;
using allowlists::save;

allowlists::entry entry(const notes& t, std::size_t number, std::string_view networks, std::string_view label,
                        bool expires = false) {
  return {"net_" + numbered(number) + "ABCdef", *cidr::range::parse(networks), std::string(label),
          expires ? std::optional(t.at(static_cast<std::int64_t>(number))) : std::nullopt};
}

record full_list(const notes& t, holder of) {
  record row{std::move(of), true, {}, t.at(7)};
  row.entries = {
      entry(t, 1, "192.0.2.7", "Office"),
      entry(t, 2, "198.51.100.0/24", "", true),
      entry(t, 3, "203.0.113.9-203.0.113.77", "B\xc3\xbcro \xf0\x9f\x8f\xa2 ' \" \\ % _ ; -- $1 - :id {}"),
      entry(t, 4, "2001:db8::/32", " two  blanks ", true),
      entry(t, 5, "0.0.0.0/0", "-"),
      entry(t, 6, "::/0", std::string(100, 'x')),
      entry(t, 7, "192.0.2.7", "again")};
  return row;
}

void expect_answer(notes& t, const find::answer& got, const record& want, std::string_view when) {
  t.expect(got.version == want.version,
           std::string(when).append(", another version was answered than the stored"));
  expect_same(t, got.row, want, when);
}

void expect_none(notes& t, const find::answer& got, std::string_view which) {
  t.expect(got.version == 0 && !got.row, std::string("a list was answered ").append(which));
}

// Saves row where there is none; it is stored as version 1.
void add(allowlists_trial& t, record& row) {
  t.expect(t.ask(save{row, 0}), "save answered false where there was no such list");
  row.version = 1;
}

void found_as_saved(allowlists_trial& t) {
  const holder account{t.subject("account")}, key{t.subject("account"), t.key("0001")};
  expect_none(t, t.ask(find{account}).account, "for an account that has none");
  record of_account = full_list(t, account), of_key = full_list(t, key);
  of_key.enabled = false;
  of_key.entries.clear();
  of_key.changed_at = time_point();
  add(t, of_account);
  expect_none(t, t.ask(find{key}).key, "for a key that has none");
  add(t, of_key);
  const auto both = t.ask(find{key});
  expect_answer(t, both.account, of_account, "after save");
  expect_answer(t, both.key, of_key, "after save");
  const auto alone = t.ask(find{account});
  expect_answer(t, alone.account, of_account, "asked without a key");
  expect_none(t, alone.key, "for no key");
}

void known_ones_stay_home(allowlists_trial& t) {
  const holder of{t.subject("account"), t.key("0001")};
  record account = full_list(t, {of.account}), key = full_list(t, of);
  add(t, account);
  add(t, key);
  for (std::uint64_t version = 1; version < 3; ++version) {
    t.expect(t.ask(save{account, version}), "save answered false at the stored version");
    account.version = version + 1;
  }
  const auto ask = [&](std::uint64_t known_account, std::uint64_t known_key) {
    return t.ask(find{of, known_account, known_key});
  };
  const auto known = ask(3, 1);
  t.expect(known.account.version == 3 && !known.account.row, "an account's list was answered, known or not");
  t.expect(known.key.version == 1 && !known.key.row, "a key's list was answered, known or not");
  for (const std::uint64_t other : {0u, 1u, 2u, 4u})
    expect_answer(t, ask(other, 1).account, account, "asked by who knows another version of the account's");
  for (const std::uint64_t other : {0u, 2u, 3u})
    expect_answer(t, ask(3, other).key, key, "asked by who knows another version of the key's");
  const auto none = t.ask(find{{t.subject("nobody"), t.key("0002")}, 3, 1});
  expect_none(t, none.account, "for an account that has none, to who knows one");
  expect_none(t, none.key, "for a key that has none, to who knows one");
}

void saves_expected_version(allowlists_trial& t) {
  record row = full_list(t, {t.subject("account")});
  row.version = 5000;  // the store's to say, not the row's
  t.expect(!t.ask(save{row, 1}), "save answered true at version 1 where there is no such list");
  expect_none(t, t.ask(find{row.of}).account, "after a save that was refused");
  add(t, row);
  record next = row;
  next.enabled = false;
  next.entries.pop_back();
  next.changed_at = t.at(-9);  // a clock that went back
  next.version = 5000;
  for (const std::uint64_t other : {0u, 2u, 5000u})
    t.expect(!t.ask(save{next, other}), "save answered true at another version than the stored");
  expect_answer(t, t.ask(find{row.of}).account, row, "after a save at another version");
  t.expect(t.ask(save{next, 1}), "save answered false at the stored version");
  t.expect(!t.ask(save{next, 1}), "save answered true twice for one version");
  next.version = 2;
  for (int reads = 0; reads < 4; ++reads)
    expect_answer(t, t.ask(find{row.of}).account, next, "right after save");
}

void told_apart_exactly(allowlists_trial& t) {
  const std::string name = t.subject("account").text();
  const subject_id accounts[] = {subject_id(name),
                                 subject_id(name + "0"),
                                 subject_id(name + '\0'),
                                 subject_id(name + "%"),
                                 subject_id(capital(name)),
                                 t.subject(bytes_between(0, 127)),
                                 t.subject(bytes_between(128, 255)),
                                 t.subject(std::string(240, 'x'))};
  std::vector<record> rows;
  for (const subject_id& account : accounts) {
    for (const key_id& key : {key_id(), t.key("000a"), t.key("000A")}) {
      record row{{account, key}, true, {entry(t, rows.size(), "192.0.2.7", "")}, t.at(0)};
      add(t, row);
      rows.push_back(std::move(row));
    }
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto found = t.ask(find{rows[i].of});
    expect_answer(t, found.account, rows[i - i % 3], "among lists of accounts that resemble each other");
    if (!rows[i].of.key.empty())
      expect_answer(t, found.key, rows[i], "among lists of keys that resemble each other");
  }
  for (const std::string& other :
       {name + "1", name.substr(0, name.size() - 1), std::string("%"), std::string("*")})
    expect_none(t, t.ask(find{{subject_id(other)}}).account,
                "for an account that only resembles one that has it");
  const subject_id shorter(name.substr(0, name.size() - 1));
  expect_none(t, t.ask(find{{shorter, key_id(name.substr(name.size() - 1) + t.key("000a").text())}}).key,
              "for an account and a key whose names together are those of another pair");
  expect_none(t, t.ask(find{{accounts[0], t.key("000b")}}).key,
              "for a key that only resembles one that has it");
  expect_none(t, t.ask(find{{accounts[0], key_id(bytes_between(128, 255))}}).key,
              "for a key of unusual bytes");
}

// Saved and found as it was, or refused and not there. What the services never store may be refused.
void kept_or_refused(allowlists_trial& t, record row, std::string_view what) {
  const auto answer = t.handle().answer(allowlists::save{row, 0});
  const auto found = t.ask(find{row.of}).account;
  row.version = 1;
  if (answer && *answer)
    expect_answer(t, found, row, what);
  else
    expect_none(t, found, "after its save was refused");
}

void nothing_is_cut(allowlists_trial& t) {
  std::size_t n = 0;
  const auto next = [&] { return record{{t.subject("account" + std::to_string(n++))}, true, {}, t.at(0)}; };
  for (const std::string& label : {bytes_between(0, 255), std::string(65'536, 'l') + "!",
                                   std::string("a\0b", 3), std::string("a\nb"), std::string("\xff")}) {
    record row = next();
    row.entries = {entry(t, 1, "192.0.2.7", label), entry(t, 2, "192.0.2.8", "behind it")};
    kept_or_refused(t, row, "with a label of unusual bytes or length");
  }
  for (const time_point at :
       {time_point(), time_point(duration(-1)), time_point(duration(253'402'300'799'999)), time_point::min(),
        time_point::max()}) {
    record row = next();
    row.changed_at = at;
    row.entries = {entry(t, 1, "192.0.2.7", "", true)};
    row.entries[0].expires_at = at;
    kept_or_refused(t, row, "with times at an end of time");
  }
  record longest = next();
  for (std::size_t i = 0; i < 1000; ++i)
    longest.entries.push_back(
        entry(t, 997 * i % 1000, "2001:db8::" + std::to_string(i), "entry", i % 2 == 0));
  add(t, longest);
  expect_answer(t, t.ask(find{longest.of}).account, longest, "with 1,000 entries");
}

void one_saves_a_version(allowlists_trial& t) {
  const std::uint64_t last = 5 * std::uint64_t{t.rounds()};
  const holder of{t.subject("account")};
  std::vector<std::atomic<int>> winners(last + 1);
  std::vector<std::atomic<std::size_t>> winner(last + 1);
  together([&](std::size_t i) {
    for (std::uint64_t tries = 0; tries <= 10 * last && !t.is_broken(); ++tries) {
      const auto found = t.ask(find{of}).account;
      // Switch, time and entries were written together.
      if (found.row &&
          found.row->entries.size() != static_cast<std::size_t>((found.row->changed_at - t.at(0)).count()))
        return t.saw("a find answered half of one save and half of another");
      if (found.version > last) return;
      record row{of, true, {}, t.at(static_cast<std::int64_t>(i))};
      for (std::size_t n = 0; n < i; ++n) row.entries.push_back(entry(t, n, "192.0.2.7", ""));
      if (!t.ask(save{row, found.version})) continue;
      if (++winners[found.version] > 1) return t.saw("two callers were answered true for one version");
      winner[found.version] = i;
    }
    t.saw("save kept answering false at the version that was read just before");
  });
  for (std::uint64_t version = 0; version <= last; ++version)
    t.expect(winners[version] == 1, "nobody was answered true for a version that was saved over");
  const auto found = t.ask(find{of}).account;
  t.expect(found.row && found.row->entries.size() == winner[last],
           "the last of many saves is not the one that is found");
}

// One saves the key's list, then the account's, again and again: at every instant the key's is one version
// ahead, or none. And nobody sees either go back.
void found_at_one_instant(allowlists_trial& t) {
  const holder of{t.subject("account"), t.key("0001")};
  record account{{of.account}, true, {entry(t, 1, "192.0.2.7", "")}, t.at(0)}, key = account;
  key.of = of;
  std::atomic<std::uint64_t> floor = 0;
  const std::uint64_t last = 5 * std::uint64_t{t.rounds()};
  pace readers;
  together([&](std::size_t i) {
    if (i == 0) {
      for (std::uint64_t version = 0; version < last; ++version) {
        for (const record* list : {&key, &account}) {
          t.expect(t.ask(save{*list, version}), "the only caller to save a list was answered false");
          readers.wait();
        }
        floor = version + 1;
      }
      return;
    }
    for (std::uint64_t least = 0; least < last;) {
      give_way();
      readers.read();
      least = floor;
      const auto found = t.ask(find{of, i % 2 == 0 ? least : 0, 0});
      t.expect(found.account.version >= least,
               "a find answered an older version than one that was saved before it");
      const std::uint64_t ahead = found.key.version - found.account.version;
      t.expect(ahead <= 1, "a find answered an account's list and its key's as they never were at one time");
      t.expect(!found.account.row || found.account.row->version == found.account.version,
               "a find answered a version beside a row of another");
    }
  });
}

constexpr judge<allowlists::store> rows[] = {
    {{"allowlists.find.as_saved",
      "A list is found with every field and entry as it was saved, in its order."},
     found_as_saved},
    {{"allowlists.find.known",
      "Entries are answered unless their version is the known one, and versions always."},
     known_ones_stay_home},
    {{"allowlists.find.exact",
      "Lists are told apart by account and key, byte for byte; no key is the account's own."},
     told_apart_exactly},
    {{"allowlists.save.version",
      "A list is saved where the stored version is the expected one, which moves by one; else nothing is."},
     saves_expected_version},
    {{"allowlists.values", "A label, a time or a list that a store cannot hold is an error, never another."},
     nothing_is_cut},
};

constexpr judge<allowlists::store> races[] = {
    {{"allowlists.save.race",
      "Of many saves over one version at once, one is answered true; every find is whole."},
     one_saves_a_version},
    {{"allowlists.find.one_instant",
      "find answers an account's list and its key's as of one instant, never an old one."},
     found_at_one_instant},
};

}  // namespace

allowlists_judges allowlists_rows() { return rows; }
allowlists_judges allowlists_races() { return races; }

}  // namespace ekauth::inline v1::testing
