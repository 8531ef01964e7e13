// Each request that changes a memory store, by itself.
#include <ekauth/memory.hpp>

#include "exhaustion/allocations.hpp"
#include "support/figure.hpp"
#include "support/fixed.hpp"
#include "support/records.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace ekauth;
using namespace std::chrono_literals;
using namespace exhausted;
using fixed::noon;

namespace {

// No name fits into a string without memory, and all keys are in one table.
std::string name_of(int number) {
  return "one of many names that are long, number " + std::to_string(number) + ", with one end";
}
subject_id owner_of(int number) { return subject_id(name_of(number)); }

keys::record key_of(int number, int owner) {
  keys::record row = records::full_key(name_of(number));
  row.granted.subject = owner_of(owner);
  row.version = 1;
  return row;
}
refresh::record session_of(int number, int owner) {
  refresh::record row = records::session(name_of(number), name_of(owner));
  row.idle_deadline += std::chrono::seconds(number);
  return row;
}
allowlists::record list_of(int number, std::string label) {
  return {{owner_of(number), key_id(name_of(number))},
          true,
          {{"net_0000000001", *cidr::range::parse("192.0.2.0/24"), std::move(label), {}}},
          noon};
}

// A row of each kind for each number, and one owner for each.
void fill(memory::store& store, int count) {
  for (int i = 0; i < count; ++i) {
    REQUIRE(*store.answer(keys::insert{key_of(i, i)}) == keys::insert::reply::inserted);
    REQUIRE(*store.answer(refresh::insert{session_of(i, i)}) == refresh::insert::reply::inserted);
    REQUIRE(*store.answer(allowlists::save{list_of(i, "the first label of the list"), 0}));
  }
}

// All that a store tells of the first numbers, found and listed.
struct told {
  keys::list::reply keys;
  refresh::list::reply sessions;
  std::vector<allowlists::record> lists;
  std::vector<std::uint64_t> numbers;  // epochs, and how many rows each list has

  told(memory::store& store, int count) {
    const auto add = [&](auto& all, const auto& rows) {
      all.insert(all.end(), rows.begin(), rows.end());
      numbers.push_back(rows.size());
    };
    for (int i = 0; i < count; ++i) {
      keys.push_back((*store.answer(keys::find{key_id(name_of(i))})).value_or(keys::record{}));
      sessions.push_back((*store.answer(refresh::find{family_id(name_of(i))})).value_or(refresh::find::found{}));
      lists.push_back((*store.answer(allowlists::find{list_of(i, "").of})).key.row.value_or(allowlists::record{}));
      add(keys, *store.answer(keys::list{owner_of(i), {}, 100}));
      add(sessions, *store.answer(refresh::list{owner_of(i), {}, 100}));
      numbers.push_back(*store.answer(refresh::read_epoch{owner_of(i)}));
    }
  }
  friend bool operator==(const told& a, const told& b) {
    const auto same = [](const allowlists::record& x, const allowlists::record& y) {
      return x.of == y.of && x.enabled == y.enabled && x.entries == y.entries &&
             x.changed_at == y.changed_at && x.version == y.version;
    };
    return records::same(a.keys, b.keys) && records::same(a.sessions, b.sessions) && a.numbers == b.numbers &&
           std::equal(a.lists.begin(), a.lists.end(), b.lists.begin(), b.lists.end(), same);
  }
};

// What is left when all sessions are gone: how many those were, what became of the memory, and what is told.
struct remains {
  std::uint32_t purged;
  long more;
  told rest;

  remains(memory::store& store, int count, long before)
      : purged(*store.answer(refresh::purge{noon + 1000 * 24h, 1000})), more(alive - before), rest(store, count) {}
  friend bool operator==(const remains&, const remains&) = default;
};

// Makes the request of a store with so many rows of each kind, with its first, second, third … allocation
// failing, until none fails any more. After each failure the store is as before, and the request repeated
// does what it does the first time. Answers how many failures there were.
template <class Request>
int is_whole_or_not_at_all(int count, const Request& request) {
  const int numbers = count + 1;  // one more, of which the request may be
  // The table of owners or subjects, where it had none, keeps the places that it made for its first row.
  const long places = count == 0 ? 1 : 0;
  memory::store calm;
  fill(calm, count);
  const told first(calm, numbers);
  const long held = alive;
  const auto answer = calm.answer(request);
  const long grown = alive - held;
  const told changed(calm, numbers);
  if (changed == first) CHECK(grown <= places);
  const remains left(calm, numbers, alive - grown);

  for (int failures = 0;; ++failures) {
    INFO("rows: " << count << ", allocation: " << failures);
    memory::store store;
    fill(store, count);
    const long full = alive;
    if (!fails_after(failures, [&] { (void)store.answer(request); })) return failures;
    CHECK(alive - full >= 0);
    CHECK(alive - full <= places);
    CHECK(told(store, numbers) == first);
    CHECK(*store.answer(request) == *answer);
    CHECK(told(store, numbers) == changed);
    CHECK(remains(store, numbers, full) == left);
  }
}

}  // namespace

TEST_CASE("memory running out in a request of the memory store leaves the store as it was", "[exhaustion]") {
  const std::uint64_t before = failed_so_far;
  // Tables grow on the way.
  for (int count = 0; count <= 14; ++count) {
    const int fresh = count;
    CHECK(is_whole_or_not_at_all(count, keys::insert{key_of(fresh, fresh)}) >= 5);
    CHECK(is_whole_or_not_at_all(count, refresh::insert{session_of(fresh, fresh)}) >= 5);
    refresh::record late = session_of(fresh, fresh);
    late.epoch = 1;
    (void)is_whole_or_not_at_all(count, refresh::insert{late});
    CHECK(is_whole_or_not_at_all(count, refresh::bump_epoch{owner_of(fresh)}) > 0);
    CHECK(is_whole_or_not_at_all(count, allowlists::save{list_of(fresh, "a label that is long"), 0}) > 0);
    if (count == 0) continue;

    // Of an owner that is known, and under an id that is taken.
    CHECK(is_whole_or_not_at_all(count, keys::insert{key_of(fresh, 0), 2}) > 0);
    (void)is_whole_or_not_at_all(count, keys::insert{key_of(fresh, 0), 1});
    (void)is_whole_or_not_at_all(count, keys::insert{key_of(0, fresh)});
    CHECK(is_whole_or_not_at_all(count, refresh::insert{session_of(fresh, 0)}) > 0);
    (void)is_whole_or_not_at_all(count, refresh::insert{session_of(0, fresh)});

    keys::record next = key_of(0, 0);
    next.name = "another name that is longer than the one before it";
    next.granted.scopes = records::scopes("events:read events:write and:another:one");
    next.verifiers.push_back(next.verifiers.front());
    next.state = count % 2 == 0 ? keys::status::active : keys::status::revoked;
    CHECK(is_whole_or_not_at_all(count, keys::replace{next, 1}) > 0);
    (void)is_whole_or_not_at_all(count, keys::touch{{{next.id, 1, noon + 1h}, {next.id, 7, noon + 1h}}});
    refresh::record later = session_of(0, 0);
    later.generation = 1;
    later.idle_deadline += 24h;
    (void)is_whole_or_not_at_all(count, refresh::advance{later, 1});
    (void)is_whole_or_not_at_all(count, refresh::revoke{later.id, refresh::end_reason::admin, noon});
    (void)is_whole_or_not_at_all(count, refresh::bump_epoch{owner_of(0)});
    (void)is_whole_or_not_at_all(count, refresh::purge{session_of(count / 2, 0).idle_deadline});
    CHECK(is_whole_or_not_at_all(count, allowlists::save{list_of(0, "another label, which is longer"), 1}) >
          0);
  }
  fixed::figure("allocations that failed, one at a time, in requests of the memory store",
                std::to_string(failed_so_far - before) + ", the store as before after each");
}
