#include "testing/clauses.hpp"
#include "testing/rows.hpp"

namespace ekauth::inline v1::testing {

namespace {

using texts = std::vector<std::string>;

// What paging needs to know of keys, and of sessions.
struct of_keys {
  using store = keys::store;
  static std::string id(const notes& t, const subject_id&, std::string_view suffix) {
    return t.key(suffix).text();
  }
  static void add(keys_trial& t, const subject_id& owner, std::string_view suffix) {
    testing::add(t, plain_key(t, suffix, owner));
  }
  static texts page(keys_trial& t, const subject_id& owner, const std::string& after, std::uint32_t limit) {
    return ids(t.ask(keys::list{owner, key_id(after), limit}));
  }
};

struct of_sessions {
  using store = refresh::store;
  static std::string id(const notes& t, const subject_id& user, std::string_view suffix) {
    return t.family(user, suffix).text();
  }
  static void add(sessions_trial& t, const subject_id& user, std::string_view suffix) {
    testing::add(t, plain_session(t, suffix, user));
  }
  static texts page(sessions_trial& t, const subject_id& user, const std::string& after,
                    std::uint32_t limit) {
    return ids(t.ask(refresh::list{user, family_id(after), limit}));
  }
};

// In another order than the one that is asked for; answers the ids in the one that is.
template <class Of>
texts add_ordered(trial<typename Of::store>& t, const subject_id& owner) {
  texts expected;
  for (std::size_t i = 0; i < ordered_count; ++i) {
    Of::add(t, owner, ordered[i * 7 % ordered_count]);
    expected.push_back(Of::id(t, owner, ordered[i]));
  }
  return expected;
}

template <class Of>
void pages_join(trial<typename Of::store>& t) {
  const subject_id owner = t.subject("owner");
  const texts expected = add_ordered<Of>(t, owner);
  for (const std::uint32_t limit : {1u, 2u, 5u, 15u}) {
    texts walked;
    while (walked.size() <= expected.size()) {
      const texts next = Of::page(t, owner, walked.empty() ? "" : walked.back(), limit);
      if (next.empty()) break;
      t.expect(next.size() <= limit, "a page is longer than its limit");
      walked.insert(walked.end(), next.begin(), next.end());
    }
    t.expect(walked == expected, "the pages together are not the list");
  }
  t.expect(Of::page(t, owner, "", 0).empty(), "a page of at most 0 has rows");
  t.expect(Of::page(t, owner, expected.back(), 100).empty(), "a page after the last row has rows");
  t.expect(Of::page(t, owner, Of::id(t, owner, "000b"), 2) == texts{expected[6], expected[7]},
           "a page after an id that no row has does not start with the next row");
  t.expect(Of::page(t, owner, "\xff'%", 100).empty(), "a page after the highest bytes has rows");
  t.expect(Of::page(t, owner, std::string(1, '\0'), 100) == expected,
           "a page after the lowest byte lacks rows");
}

template <class Of>
void pages_stay_joined(trial<typename Of::store>& t) {
  const subject_id owner = t.subject("owner");
  const texts before = add_ordered<Of>(t, owner);
  const texts first = Of::page(t, owner, "", 5);
  if (!t.expect(first.size() == 5, "a page of at most 5 does not have 5 of 15 rows")) return;
  Of::add(t, owner, "0005");  // before the page's end, and behind it
  Of::add(t, owner, "000q");
  texts expected(before.begin() + 5, before.end());
  expected.insert(expected.begin() + 1, Of::id(t, owner, "000q"));
  t.expect(Of::page(t, owner, first.back(), 100) == expected,
           "rows added between two pages made the second skip or repeat one");
}

template <class Of>
void listed_for_owner_only(trial<typename Of::store>& t) {
  const std::string name = t.subject("owner").text();
  const subject_id owners[] = {subject_id(name),
                               subject_id(name + "0"),
                               subject_id(name + " "),
                               subject_id(name + '\0'),
                               subject_id(name + "%"),
                               subject_id(capital(name)),
                               subject_id(name.substr(0, name.size() - 1))};
  std::uint32_t n = 0;
  for (const subject_id& owner : owners) Of::add(t, owner, numbered(n++));
  n = 0;
  for (const subject_id& owner : owners)
    t.expect(Of::page(t, owner, "", 100) == texts{Of::id(t, owner, numbered(n++))},
             "an owner's list does not have exactly its own row");
  t.expect(Of::page(t, t.subject("nobody"), "", 100).empty(), "an owner without rows was listed some");
}

constexpr const char* wrong_order = "the list has other rows, or another order than that of bytes";

void keys_listed_whole(keys_trial& t) {
  const subject_id owner = t.subject("owner");
  texts expected = add_ordered<of_keys>(t, owner);
  keys::record full = full_key(t, "zzzz", owner);
  full.state = keys::status::revoked;
  add(t, full);
  expected.push_back(full.id.text());
  for (const std::uint32_t limit : {100u, 0x7fffffffu, 0xffffffffu}) {
    const auto rows = t.ask(keys::list{owner, {}, limit});
    if (!t.expect(ids(rows) == expected, wrong_order)) return;
    expect_same(t, std::optional(rows.front()), plain_key(t, "0000", owner), "in a list");
    expect_same(t, std::optional(rows.back()), full, "in a list");
  }
}

// The limit counts keys, whatever else of them lies in rows of its own.
void pages_count_keys(keys_trial& t) {
  const subject_id owner = t.subject("owner");
  for (const char* suffix : {"0001", "0002", "0003"}) add(t, full_key(t, suffix, owner));
  const auto rows = t.ask(keys::list{owner, {}, 2});
  if (!t.expect(rows.size() == 2, "a page of at most 2 does not have 2 of 3 keys of three secrets")) return;
  expect_same(t, std::optional(rows[1]), full_key(t, "0002", owner), "at the end of a page");
}

void sessions_listed_whole(sessions_trial& t) {
  const subject_id user = t.subject("user");
  texts expected = add_ordered<of_sessions>(t, user);
  const refresh::record full = full_session(t, "zzzz", user);
  add(t, full);
  expected.push_back(full.id.text());
  t.ask(refresh::bump_epoch{user, refresh::end_reason::password_changed, t.at(1)});
  for (const std::uint32_t limit : {100u, 0x7fffffffu, 0xffffffffu}) {
    const auto rows = t.ask(refresh::list{user, {}, limit});
    if (!t.expect(ids(rows) == expected, wrong_order)) return;
    constexpr auto reason = refresh::end_reason::password_changed;
    expect_same(t, std::optional(rows.front()), {plain_session(t, "0000", user), 1, reason}, "in a list");
    expect_same(t, std::optional(rows.back()), {full, 1, reason}, "in a list");
  }
}

constexpr judge<keys::store> for_keys[] = {
    {{"keys.list.order", "list answers whole rows, those of revoked keys too, in byte order of their ids."},
     keys_listed_whole},
    {{"keys.list.pages",
      "A page starts after the id that it is asked for, whether a key has it or not, and keeps to its "
      "limit."},
     pages_join<of_keys>},
    {{"keys.list.limit", "The limit of a page counts keys, however many secrets each has."},
     pages_count_keys},
    {{"keys.list.growth", "Keys that are added between two pages make the second skip and repeat nothing."},
     pages_stay_joined<of_keys>},
    {{"keys.list.owner", "list answers the keys of one owner, told from others byte for byte."},
     listed_for_owner_only<of_keys>},
};

constexpr judge<refresh::store> for_sessions[] = {
    {{"sessions.list.order",
      "list answers whole rows, ended ones too, with their subject's epoch, in byte order of their ids."},
     sessions_listed_whole},
    {{"sessions.list.pages",
      "A page starts after the id that it is asked for, whether a session has it or not, and keeps to its "
      "limit."},
     pages_join<of_sessions>},
    {{"sessions.list.growth",
      "Sessions that are added between two pages make the second skip and repeat nothing."},
     pages_stay_joined<of_sessions>},
    {{"sessions.list.subject", "list answers the sessions of one subject, told from others byte for byte."},
     listed_for_owner_only<of_sessions>},
};

}  // namespace

keys_judges keys_pages() { return for_keys; }
sessions_judges sessions_pages() { return for_sessions; }

}  // namespace ekauth::inline v1::testing
