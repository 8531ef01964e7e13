#include "allowlists/host.hpp"

using namespace listed;
using allowlists::draft;

TEST_CASE("without a list everybody is let in, and the list reads as off, empty and of version 0",
          "[allowlists]") {
  host h;
  CHECK(h.check(account, outside) == fine);
  CHECK(h.check(key, std::nullopt) == fine);
  const auto seen = run(h.lists.find(account, noon), h.store);
  REQUIRE(seen);
  CHECK(seen->of == account);
  CHECK_FALSE(seen->enabled);
  CHECK(seen->entries.empty());
  CHECK(seen->version == 0);
  CHECK_FALSE(seen->changed_at);
  const auto off = run(h.lists.disable(account, noon), h.store);  // it is already
  REQUIRE(off);
  CHECK(off->of == account);
  CHECK(off->version == 0);
}

TEST_CASE("a list lets in what it names while it is on, and everybody while it is off", "[allowlists]") {
  host h;
  const auto saved = h.save(account, {.entries = {{"192.0.2.0/24", "Office"}}, .enabled = true});
  REQUIRE(saved);
  CHECK(saved->version == 1);
  CHECK(saved->enabled);
  CHECK(saved->changed_at == noon);
  REQUIRE(saved->entries.size() == 1);
  CHECK(saved->entries[0].label == "Office");
  CHECK(h.check(account, inside) == fine);
  CHECK(h.check(account, outside) == errc::ip_not_allowed);
  CHECK(h.check(account, std::nullopt) == errc::ip_not_allowed);
  CHECK(h.check({subject_id("acc_other")}, outside) == fine);

  REQUIRE(run(h.lists.disable(account, noon), h.store));
  CHECK(h.check(account, outside) == fine);
  CHECK(h.check(account, std::nullopt) == fine);
  const auto on = run(h.lists.enable(account, inside, noon + 1s), h.store);
  REQUIRE(on);
  CHECK(on->version == 3);
  CHECK(on->entries == saved->entries);
  CHECK(h.check(account, outside) == errc::ip_not_allowed);
}

TEST_CASE("a key's list and its account's must both let a client in", "[allowlists]") {
  host h;
  REQUIRE(h.save(account, only("192.0.2.0/24")));
  REQUIRE(h.save(key, only("192.0.2.7-203.0.113.9")));
  CHECK(h.check(key, inside) == fine);
  CHECK(h.check(key, from("192.0.2.6")) == errc::ip_not_allowed);
  CHECK(h.check(key, outside) == errc::ip_not_allowed);
  CHECK(h.check(account, from("192.0.2.6")) == fine);
  CHECK(h.check({account.account, key_id("key_other")}, from("192.0.2.6")) == fine);
  const auto seen = run(h.lists.find(key, noon), h.store);
  REQUIRE(seen);
  CHECK(seen->of == key);
  CHECK(seen->entries.front().networks == *cidr::range::parse("192.0.2.7-203.0.113.9"));
}

TEST_CASE("an id that an entry of the list has already is drawn again", "[allowlists]") {
  struct stammering final : random_source {
    void fill(void* bytes, std::size_t size) override {
      const int number = draws++ / 2;  // each draw twice
      for (std::size_t i = 0; i < size; ++i)
        static_cast<unsigned char*>(bytes)[i] = static_cast<unsigned char>(number);
    }
    int draws = 0;
  } random;
  memory::store store;
  const auto lists = *allowlists::service::make({}, random);
  const auto saved =
      run(lists.save(account, {.entries = {{"192.0.2.1"}, {"192.0.2.2"}, {"192.0.2.3"}}}, noon), store);
  REQUIRE(saved);
  CHECK(saved->entries[0].id == "net_0000000000");
  CHECK(saved->entries[0].id != saved->entries[1].id);
  CHECK(saved->entries[0].id != saved->entries[2].id);
  CHECK(saved->entries[1].id != saved->entries[2].id);
  CHECK(random.draws == 5);  // the second and the fourth came to nothing
}

TEST_CASE("entries keep their identity through edits and new ones get one of their own", "[allowlists]") {
  host h;
  const auto first = h.save(account, {.entries = {{"192.0.2.7"}, {"192.0.2.0/24"}}});
  REQUIRE(first);
  const std::string wide = first->entries[1].id;
  CHECK(wide.size() == 14);
  CHECK(wide.starts_with("net_"));
  CHECK(wide != first->entries[0].id);
  const auto second = h.save(account, {.entries = {{"198.51.100.1"}, {"192.0.2.0/24", "Office", {}, wide}},
                                       .expected = first->version});
  REQUIRE(second);
  CHECK(second->entries[1].id == wide);
  CHECK(second->entries[1].label == "Office");
  CHECK(second->entries[0].id != first->entries[0].id);
}

TEST_CASE("removing one of two overlapping entries leaves the other in force", "[allowlists]") {
  host h;
  const auto both = h.save(account, {.entries = {{"192.0.2.0/24"}, {"192.0.2.7"}}, .enabled = true});
  REQUIRE(both);
  REQUIRE(h.save(account, {.entries = {{"192.0.2.7"}}, .enabled = true, .expected = both->version}));
  CHECK(h.check(account, inside) == fine);
  CHECK(h.check(account, from("192.0.2.8")) == errc::ip_not_allowed);
}

TEST_CASE("one bad entry refuses the whole edit, by its place, and asks storage nothing", "[allowlists]") {
  host h;
  struct row {
    draft bad;
    errc code;
  };
  const row rows[] = {
      {{"192.0.2.1/24"}, errc::invalid_network},
      {{"192.0.2"}, errc::invalid_network},
      {{""}, errc::invalid_network},
      {{"192.0.2.1", std::string(101, 'x')}, errc::validation_failed},
      {{"192.0.2.1", "two\nlines"}, errc::validation_failed},
      {{"192.0.2.1", "next\xc2\x85line"}, errc::validation_failed},
      {{"192.0.2.1", "\xff"}, errc::validation_failed},
      {{"192.0.2.1", "", noon}, errc::validation_failed},
      {{"192.0.2.1", "", noon - 1ms}, errc::validation_failed},
      {{"192.0.2.1", "", {}, "net_short"}, errc::validation_failed},
      {{"192.0.2.1", "", {}, "key_1a2b3c4d5e"}, errc::validation_failed},
      {{"192.0.2.1", "", {}, "net_1a2b3c4d5-"}, errc::validation_failed},
      {{"192.0.2.1", "", {}, "net_0000000001"}, errc::validation_failed},  // the first one's
  };
  for (const row& each : rows) {
    INFO(each.bad.networks << " " << each.bad.label << " " << each.bad.id);
    const auto saved =
        h.save(account, {.entries = {{"192.0.2.9", "", {}, "net_0000000001"}, each.bad, {"bad too"}}});
    REQUIRE_FALSE(saved);
    CHECK(saved.error().code() == each.code);
    CHECK(saved.error().position() == 1);
  }
  CHECK(h.store.calls == 0);
  CHECK(h.save(account, {.entries = {{"192.0.2.1", std::string(100, 'x'), noon + 1ms}}}));
}

TEST_CASE("a list has at most the entries that the options allow", "[allowlists]") {
  host h({.max_entries = 2});
  CHECK(h.save(account, {.entries = {{"192.0.2.1"}, {"192.0.2.2"}}}));
  const auto third =
      h.save(account, {.entries = {{"192.0.2.1"}, {"192.0.2.2"}, {"192.0.2.3"}}, .expected = 1});
  REQUIRE_FALSE(third);
  CHECK(third.error().code() == errc::validation_failed);
  CHECK(third.error().position() == 2);
}

TEST_CASE("an account without a name, or a name that is too long, is refused", "[allowlists]") {
  host h;
  for (const holder& of : {holder{}, holder{subject_id(std::string(256, 'a'))},
                           holder{account.account, key_id(std::string(256, 'k'))}}) {
    CHECK(code(h.save(of, only("192.0.2.1"))) == errc::validation_failed);
    CHECK(code(run(h.lists.find(of, noon), h.store)) == errc::validation_failed);
    CHECK(code(run(h.lists.enable(of, {}, noon), h.store)) == errc::validation_failed);
    CHECK(code(run(h.lists.disable(of, noon), h.store)) == errc::validation_failed);
    CHECK(h.check(of, inside) == errc::validation_failed);
  }
  CHECK(h.store.calls == 0);
}

TEST_CASE("a service of lists that was moved from goes on, and shares what is remembered", "[allowlists]") {
  host h({.max_age = 1h});
  const allowlists::service moved = std::move(h.lists);
  CHECK(h.check(account, inside) == fine);  // NOLINT: a move copies
  CHECK(h.store.calls == 1);
  CHECK(run(moved.check(account, inside, noon + 1s), h.store));
  CHECK(h.store.calls == 1);
}

TEST_CASE("a list that would lock out whoever saves it is reported, and saved once confirmed",
          "[allowlists]") {
  host h;
  edit locking = only("192.0.2.0/24");
  locking.caller = outside;
  CHECK(code(h.save(account, locking)) == errc::allowlist_excludes_caller);
  CHECK(h.store.calls == 0);
  locking.caller = inside;
  CHECK(h.save(account, locking));
  locking.caller = outside;
  locking.expected = 1;
  locking.confirmed = true;
  CHECK(h.save(account, locking));
  CHECK(h.check(account, outside) == errc::ip_not_allowed);

  locking.expected = 2;
  locking.confirmed = locking.enabled = false;  // off locks nobody out
  CHECK(h.save(account, locking));
  CHECK(code(run(h.lists.enable(account, outside, noon), h.store)) == errc::allowlist_excludes_caller);
  CHECK(h.check(account, outside) == fine);
  CHECK(run(h.lists.enable(account, inside, noon), h.store));
  CHECK(run(h.lists.enable(account, outside, noon), h.store));  // it is on already
}

TEST_CASE("an entry that has expired does not save the caller from being locked out", "[allowlists]") {
  host h;
  REQUIRE(h.save(account, {.entries = {{"203.0.113.9", "", noon + 1s}, {"192.0.2.0/24"}}}));
  CHECK(code(run(h.lists.enable(account, outside, noon + 1s), h.store)) == errc::allowlist_excludes_caller);
  CHECK(run(h.lists.enable(account, outside, noon + 999ms), h.store));
}

TEST_CASE("a list without an entry that is alive cannot be switched on", "[allowlists]") {
  host h;
  CHECK(code(run(h.lists.enable(account, {}, noon), h.store)) == errc::allowlist_empty);
  CHECK(code(h.save(account, {.entries = {}, .enabled = true, .confirmed = true})) == errc::allowlist_empty);
  REQUIRE(h.save(account, {.entries = {{"192.0.2.7", "", noon + 1s}}}));
  CHECK(code(run(h.lists.enable(account, {}, noon + 1s), h.store)) == errc::allowlist_empty);
  CHECK(h.check(account, outside, noon + 1s) == fine);
}

TEST_CASE("a list that is on and empty denies everybody", "[allowlists]") {
  host h;
  REQUIRE(*h.inner.answer(allowlists::save{{account, true, {}, noon, 1}, 0}));
  CHECK(h.check(account, inside) == errc::ip_not_allowed);
  CHECK(h.check(key, inside) == errc::ip_not_allowed);
}

TEST_CASE("an entry grants until exactly its expiry, remembered or not", "[allowlists]") {
  host h({.max_age = 1h});
  REQUIRE(h.save(account, {.entries = {{"192.0.2.7", "", noon + 1min}, {"198.51.100.1"}}, .enabled = true}));
  CHECK(h.check(account, inside, noon) == fine);
  CHECK(h.check(account, inside, noon + 1min - 1ms) == fine);
  const int before = h.store.calls;
  CHECK(h.check(account, inside, noon + 1min) == errc::ip_not_allowed);
  CHECK(h.store.calls == before + 1);
  CHECK(h.check(account, from("198.51.100.1"), noon + 1min) == fine);
}

TEST_CASE("covering a whole family is legal, and told", "[allowlists]") {
  host h;
  const auto v4 = h.save(account, {.entries = {{"0.0.0.0/1"}, {"128.0.0.0/1"}}, .enabled = true});
  REQUIRE(v4);
  CHECK(v4->covers_all_ipv4);
  CHECK_FALSE(v4->covers_all_ipv6);
  const auto v6 =
      h.save(account, {.entries = {{"::/0", "", noon + 1s}, {"192.0.2.1"}}, .enabled = true, .expected = 1});
  REQUIRE(v6);
  CHECK(v6->covers_all_ipv6);
  CHECK_FALSE(v6->covers_all_ipv4);
  CHECK_FALSE((*run(h.lists.find(account, noon + 1s), h.store)).covers_all_ipv6);
  CHECK(h.check(account, inside) == errc::ip_not_allowed);  // IPv6 never grants IPv4
}

TEST_CASE("of two edits of one version the second changes nothing", "[allowlists]") {
  host h;
  REQUIRE(h.save(account, only("192.0.2.0/24")));
  edit one = only("198.51.100.0/24"), two = only("203.0.113.0/24");
  one.expected = two.expected = 1;
  CHECK(h.save(account, one));
  CHECK(code(h.save(account, two)) == errc::version_conflict);
  CHECK(code(h.save(account, only("203.0.113.0/24"))) == errc::version_conflict);  // there is one by now
  CHECK(h.check(account, outside) == errc::ip_not_allowed);
  CHECK(code(h.save(key, two)) == errc::version_conflict);  // there is none yet
}

TEST_CASE("a check asks storage each time, and entries travel only when they changed", "[allowlists]") {
  host h;
  REQUIRE(h.save(account, only("192.0.2.0/24")));
  CHECK(h.check(account, inside) == fine);
  struct watching final : allowlists::store {
    explicit watching(memory::store& inner) : inner_(inner) {}
    result<allowlists::find::reply> answer(const allowlists::find& request) override {
      auto answer = inner_.answer(request);
      rows += answer->account.row ? 1 : 0;
      ++asked;
      return answer;
    }
    result<allowlists::save::reply> answer(const allowlists::save& request) override {
      return inner_.answer(request);
    }
    memory::store& inner_;
    int asked = 0, rows = 0;
  } watched(h.inner);
  for (int i = 0; i < 3; ++i) CHECK(run(h.lists.check(account, inside, noon), watched));
  CHECK(watched.asked == 3);
  CHECK(watched.rows == 0);
  edit next = only("198.51.100.0/24");
  next.expected = 1;
  REQUIRE(h.save(account, next));
  CHECK(code(run(h.lists.check(account, inside, noon), watched)) == errc::ip_not_allowed);
  CHECK(watched.rows == 1);
}

TEST_CASE(
    "a store that was restored, and came to a known version by another change, is read again in a minute",
    "[allowlists]") {
  host h;
  REQUIRE(h.save(account, only("203.0.113.0/24")));
  CHECK(h.check(account, outside) == fine);
  h.inner = memory::store();
  REQUIRE(h.save(account, only("192.0.2.0/24")));  // version 1 once more
  CHECK(h.check(account, outside, noon + 1min - 1ms) == fine);
  CHECK(h.check(account, outside, noon + 1min) == errc::ip_not_allowed);
  CHECK(h.check(account, inside, noon + 1min + 1ms) == fine);
}

TEST_CASE("with max_age a check trusts what it remembers for exactly as long", "[allowlists]") {
  host h({.max_age = 10s});
  REQUIRE(h.save(account, only("192.0.2.0/24")));
  CHECK(h.check(key, inside) == fine);
  const int asked = h.store.calls;
  REQUIRE(*h.inner.answer(allowlists::save{{account, true, {}, noon, 2}, 1}));
  CHECK(h.check(key, inside, noon + 10s - 1ms) == fine);
  CHECK(h.store.calls == asked);
  CHECK(h.check(key, inside, noon + 10s) == errc::ip_not_allowed);
  CHECK(h.store.calls == asked + 1);
  CHECK(h.check(key, inside, noon) == errc::ip_not_allowed);  // a clock that went back trusts nothing
  CHECK(h.store.calls == asked + 2);
}

TEST_CASE("a remembered account's list never stands for its key's, which is read in its own time",
          "[allowlists]") {
  host h({.max_age = 10s});
  REQUIRE(h.save(account, only("192.0.2.0/24")));
  REQUIRE(h.save(key, only("192.0.2.8")));
  CHECK(h.check(account, inside) == fine);                         // remembers the account's
  CHECK(h.check(key, inside, noon + 1s) == errc::ip_not_allowed);  // and both
  CHECK(h.check(key, from("192.0.2.8"), noon + 2s) == fine);
  CHECK(h.check(account, inside, noon + 11s) == fine);  // the account's again; the key's is too old now
  edit other = only("192.0.2.9");
  other.expected = 1;
  REQUIRE(h.save(key, other));
  CHECK(h.check(key, from("192.0.2.8"), noon + 12s) == errc::ip_not_allowed);
}

TEST_CASE("what does not fit is not remembered, and checked all the same", "[allowlists]") {
  host h({.remembered_lists = GENERATE(0u, 1u), .max_age = 1h});
  for (int i = 0; i < 50; ++i) {
    const holder of{subject_id("acc_" + std::to_string(i))};
    REQUIRE(h.save(of, only("192.0.2." + std::to_string(i))));
  }
  for (int i = 0; i < 50; ++i) {
    const holder of{subject_id("acc_" + std::to_string(i))};
    CHECK(h.check(of, from("192.0.2." + std::to_string(i))) == fine);
    CHECK(h.check(of, outside) == errc::ip_not_allowed);
  }
}

TEST_CASE("holders whose names run together are told apart", "[allowlists]") {
  host h({.max_age = 1h});
  const holder one{subject_id("a"), key_id("bc")}, two{subject_id("ab"), key_id("c")},
      three{subject_id("abc")};
  REQUIRE(h.save(one, only("192.0.2.1")));
  REQUIRE(h.save(two, only("192.0.2.2")));
  REQUIRE(h.save(three, only("192.0.2.3")));
  for (int round = 0; round < 2; ++round) {
    CHECK(h.check(one, from("192.0.2.1")) == fine);
    CHECK(h.check(two, from("192.0.2.2")) == fine);
    CHECK(h.check(three, from("192.0.2.3")) == fine);
    CHECK(h.check(one, from("192.0.2.2")) == errc::ip_not_allowed);
  }
}

TEST_CASE("options outside their limits are refused", "[allowlists]") {
  CHECK(code(allowlists::service::make({.max_entries = 0})) == errc::option_invalid);
  CHECK(code(allowlists::service::make({.max_entries = 1'000'001})) == errc::option_invalid);
  CHECK(code(allowlists::service::make({.max_age = -1ms})) == errc::option_invalid);
  CHECK(code(allowlists::service::make({.max_age = 1h + 1ms})) == errc::option_invalid);
  CHECK(allowlists::service::make({.max_entries = 1'000'000, .remembered_lists = 0, .max_age = 1h}));
}
