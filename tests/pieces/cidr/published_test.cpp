#include <ekauth/cidr_published.hpp>

#include <atomic>
#include <chrono>
#include <thread>

#include "catch.hpp"
#if defined(__linux__)
#include "cidr/membarrier.hpp"
#include "support/aborts.hpp"
#include "support/figure.hpp"
#endif

namespace cidr = ekauth::cidr;
using cidr::address;
using cidr::allowlist;
using cidr::published;

namespace {

address at(std::string_view text) {
  const auto parsed = address::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

allowlist list(std::initializer_list<std::string_view> entries) {
  const auto parsed = allowlist::parse(entries);
  REQUIRE(parsed);
  return *parsed;
}

// Two readers and a writer. Every setting in force allows one of two addresses and not the other; a freed
// list would answer anything.
template <class Condition>
std::uint64_t replace_under_readers(Condition&& go_on) {
  const address even = at("192.0.2.2"), odd = at("2001:db8::1"), never = at("203.0.113.9");
  published setting({.list = list({"192.0.2.2"}), .enabled = true});
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> wrong{0}, reads{0};
  const auto read = [&] {
    while (!done.load(std::memory_order_relaxed)) {
      if (setting.allows(never)) ++wrong;
      const allowlist now = setting.current().list;
      if (now.contains(even) == now.contains(odd)) ++wrong;
      reads.fetch_add(1, std::memory_order_relaxed);
    }
  };
  std::thread first(read), second(read);
  const std::vector<cidr::range> many(200, cidr::range(even));
  for (std::uint64_t i = 0; go_on(i); ++i) {
    setting.replace({.list = i % 2 == 0 ? list({"2001:db8::/64"}) : allowlist(many), .enabled = true});
    if (setting.allows(i % 2 == 0 ? even : odd) || !setting.allows(i % 2 == 0 ? odd : even)) ++wrong;
    if (i % 500 == 0)
      std::thread([&] { wrong += setting.allows(never) ? 1 : 0; }).join();  // a thread that ends
    while (reads.load(std::memory_order_relaxed) == 0) std::this_thread::yield();
  }
  done = true;
  first.join();
  second.join();
  CHECK(wrong == 0);
  CHECK(reads > 0);
  return reads;
}

}  // namespace

TEST_CASE("a list that is off allows everybody, and one that is on and empty denies everybody",
          "[cidr][published]") {
  published setting;
  for (const std::string_view who : {"192.0.2.1", "::1"}) {
    setting.replace({});
    CHECK(setting.allows(at(who)));
    setting.replace({.list = {}, .enabled = true});
    CHECK_FALSE(setting.allows(at(who)));
    setting.replace({.list = list({"203.0.113.0/24"}), .enabled = false});
    CHECK(setting.allows(at(who)));
    setting.replace({.list = list({"203.0.113.0/24"}), .enabled = true});
    CHECK_FALSE(setting.allows(at(who)));
    setting.replace({.list = list({who}), .enabled = true});
    CHECK(setting.allows(at(who)));
    CHECK_FALSE(setting.allows(at("203.0.113.1")));
  }
}

TEST_CASE("the setting in force is what was put there, list and switch", "[cidr][published]") {
  published setting({.list = list({"192.0.2.0/24", "2001:db8::1"}), .enabled = false});
  const cidr::allowlist_setting was = setting.current();
  CHECK_FALSE(was.enabled);
  CHECK(was.list.size() == 2);
  setting.replace({.list = was.list, .enabled = true});
  CHECK(setting.current().enabled);
  CHECK(setting.current().list.contains(at("192.0.2.7")));
  setting.replace({});
  CHECK(setting.current().list.empty());
  CHECK(was.list.contains(at("192.0.2.7")));  // a copy outlives the setting
}

TEST_CASE("readers never see half a replacement, and what they read is not freed under them",
          "[cidr][published]") {
  CHECK(replace_under_readers([](std::uint64_t round) { return round < 20000; }) > 0);
}

TEST_CASE("for a minute, readers never see half a replacement", "[cidr][published][.long]") {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  std::uint64_t replaced = 0;
  const std::uint64_t reads = replace_under_readers([&](std::uint64_t round) {
    return std::chrono::steady_clock::now() < end && (replaced = round + 1) > 0;
  });
  fixed::figure(
      "reads of a list that is replaced all the time",
      std::to_string(reads) + " during " + std::to_string(replaced) + " replacements, 0 of half a list");
}

#if defined(__linux__)
// Not among those that run where it is refused from the beginning.
TEST_CASE("membarrier refused after it was granted ends the process, before anything is freed", "[cidr]") {
  published setting({.list = list({"192.0.2.2"}), .enabled = true});
  setting.replace({.list = list({"192.0.2.2"}), .enabled = true});
  CHECK_FALSE(fixed::aborts([&] { setting.replace({}); }));
  CHECK(fixed::aborts([&] {
    if (refuse_membarrier()) setting.replace({});
  }));
}
#endif

TEST_CASE("two writers leave one of their settings in force", "[cidr][published]") {
  published setting;
  const auto write = [&](const allowlist& mine) {
    for (int i = 0; i < 2000; ++i) setting.replace({.list = mine, .enabled = i % 3 != 0});
    setting.replace({.list = mine, .enabled = true});
  };
  const allowlist one = list({"192.0.2.1"}), two = list({"192.0.2.2"});
  std::thread first([&] { write(one); }), second([&] { write(two); });
  first.join();
  second.join();
  CHECK(setting.allows(at("192.0.2.1")) != setting.allows(at("192.0.2.2")));
  CHECK(setting.current().enabled);
}
