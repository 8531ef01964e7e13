// Allowlists beside three that a host might write: a scan of the entries, std::upper_bound in their merged
// ranges, and a scan of Asio's networks; addresses from text beside inet_pton; who the client is; and what it
// costs to replace a list. Lists are as routing tables have them. A name says what is measured:
//
//   v4/ekauth/hit/1000     ns a lookup, of independent addresses in random order that are all in the list
//   v4/ekauth/alone/1000   ns a lookup that begins when the last one is answered; the fence between them
//   included v4/ekauth/build/1000   time to build the list from its entries, and bytes it takes for each
//
//   cmake --preset release -DEKAUTH_BUILD_BENCHMARKS=ON && cmake --build --preset release --target cidr_bench
//   build/release/benchmarks/cidr_bench --benchmark_repetitions=9 --benchmark_report_aggregates_only
//       --benchmark_enable_random_interleaving
#include <ekauth/cidr.hpp>
#include <ekauth/cidr_published.hpp>
#include <ekauth/client_address.hpp>

#include <arpa/inet.h>

#include <atomic>
#include <map>
#include <thread>
#include <tuple>

#include <benchmark/benchmark.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "cidr/lists.hpp"
#include "cidr_peers.hpp"
#include "threads.hpp"

namespace {

using namespace ekauth::cidr;
using namespace peers;

// ------------------------------------------------------------------------------------------ lists

const std::vector<range>& entries(family of, std::size_t count) {
  static std::map<std::pair<family, std::size_t>, std::vector<range>> made;
  std::vector<range>& all = made[{of, count}];
  if (all.empty()) all = of == ipv4 ? generated::routed_v4(count, 1) : generated::routed_v6(count, 1);
  return all;
}

constexpr std::size_t asked = 1 << 16;
enum outcome { hit, miss, alone };

// Hits: anywhere in an entry of any place. Misses: near an entry. Alone: by turns.
const std::vector<address>& questions(family of, std::size_t count, outcome wanted) {
  static std::map<std::tuple<family, std::size_t, outcome>, std::vector<address>> made;
  std::vector<address>& who = made[{of, count, wanted}];
  const std::vector<range>& all = entries(of, count);
  const allowlist list(who.empty() ? all : std::vector<range>());
  generated::dice roll(2);
  while (who.size() < asked) {
    const bool inside = wanted == hit || (wanted == alone && who.size() % 2 == 0);
    const range& near = all[roll.below(static_cast<std::uint32_t>(count))];
    const std::uint64_t width = near.last().high() - near.first().high();
    const std::uint64_t low = near.last().low() - near.first().low();
    const std::uint64_t far = inside       ? 0
                              : of == ipv4 ? (roll.number() & 0xffff00)
                                           : (roll.number() & 0xffff) << 16;
    const address next =
        of == ipv4
            ? generated::v4(static_cast<std::uint32_t>((near.first().low() ^ far) | (roll.number() & low)))
            : generated::v6((near.first().high() ^ far) | (roll.number() & width), roll.number());
    if (list.contains(next) == inside) who.push_back(next);
  }
  return who;
}

// Lets a question begin only when the last one is answered, also where a processor guessed the answer.
void wait_for_answer() {
#if defined(__SSE2__)
  _mm_lfence();
#endif
}

template <class List>
void look_up(benchmark::State& state, family of, outcome wanted) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const List list(entries(of, count));
  const std::vector<address>& who = questions(of, count, wanted);
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(list.contains(who[i++ % asked]));
    if (wanted == alone) wait_for_answer();
  }
}

template <class List>
void build(benchmark::State& state, family of) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const std::vector<range>& all = entries(of, count);
  for (auto _ : state) benchmark::DoNotOptimize(List(all));
  state.counters["bytes/entry"] = static_cast<double>(List(all).memory_bytes()) / static_cast<double>(count);
  state.counters["ranges"] = static_cast<double>(allowlist(all).ranges());
}

template <template <family> class List, family of>
void add(std::string name) {
  name = (of == ipv4 ? "v4/" : "v6/") + name;
  const auto sizes = [](auto* each) { return each->Arg(10)->Arg(1000)->Arg(100000)->Arg(1000000); };
  for (const auto& [kind, wanted] : {std::pair("/hit", hit), {"/miss", miss}, {"/alone", alone}})
    sizes(benchmark::RegisterBenchmark((name + kind).c_str(), look_up<List<of>>, of, wanted));
  sizes(benchmark::RegisterBenchmark((name + "/build").c_str(), build<List<of>>, of))
      ->Unit(benchmark::kMicrosecond);
}

// ------------------------------------------------------------------------------------------ many small lists

constexpr std::uint32_t customers = 100000;

// With one to fifty entries each.
std::vector<range> entries_of_customer(std::uint32_t which) {
  generated::dice roll(which);
  return generated::routed_v4(1 + roll.below(1 + roll.below(50)), which);
}

// Customers in an order that no prefetcher follows, half of them at an address of theirs.
const std::vector<std::pair<std::uint32_t, address>>& customers_questions() {
  static const auto all = [] {
    generated::dice roll(5);
    std::vector<std::pair<std::uint32_t, address>> made;
    while (made.size() < asked) {
      const std::uint32_t which = roll.below(customers);
      const bool inside = roll.below(2) == 0;
      made.emplace_back(which, inside ? entries_of_customer(which).back().last()
                                      : generated::v4(static_cast<std::uint32_t>(roll.number())));
    }
    return made;
  }();
  return all;
}

template <class List, class Ask>
void ask_customers(benchmark::State& state, Ask&& ask) {
  static const std::vector<List> all = [] {
    std::vector<List> made;
    for (std::uint32_t i = 0; i < customers; ++i) made.emplace_back(entries_of_customer(i));
    return made;
  }();
  const auto& questions = customers_questions();
  std::size_t i = 0;
  for (auto _ : state) {
    const auto& [which, who] = questions[i++ % asked];
    benchmark::DoNotOptimize(ask(all[which], who));
    wait_for_answer();
  }
}

template <class List>
void customers_contain(benchmark::State& state) {
  ask_customers<List>(state, [](const List& list, const address& who) { return list.contains(who); });
}

void fence(benchmark::State& state) {
  for (auto _ : state) wait_for_answer();
}

// What remains when a list is only looked at: the time until its first cache line is there.
void customers_touch(benchmark::State& state) {
  using list = ekauth_list<ipv4>;
  ask_customers<list>(state, [](const list& one, const address&) { return one.list.size() % 2 == 0; });
}

// ------------------------------------------------------------------------------------------ replacing

const address outsider = generated::v4(0xcb007109);

published& shared_setting() {
  static published setting({.list = allowlist(entries(ipv4, 10)), .enabled = true});
  return setting;
}

void list_contains(benchmark::State& state) {
  const allowlist list = shared_setting().current().list;
  for (auto _ : state) benchmark::DoNotOptimize(list.contains(outsider));
}

void published_allows(benchmark::State& state) {
  const published& setting = shared_setting();
  for (auto _ : state) benchmark::DoNotOptimize(setting.allows(outsider));
}

// Of 1,000 entries, asked under the guard; so few addresses that the caches hold them for both.
void published_in_two_threads(benchmark::State& state) {
  static const published setting({.list = allowlist(entries(ipv4, 1000)), .enabled = true});
  const std::vector<address>& who = questions(ipv4, 1000, hit);
  beside::measure_two(state, [&who] {
    static thread_local std::size_t i = 0;
    return setting.allows(who[i++ % 1024]);
  });
}

// Builds a list of that many entries and puts it in force, alone or while another thread asks without pause.
void published_replace(benchmark::State& state, bool reader) {
  const std::vector<range>& all = entries(ipv4, static_cast<std::size_t>(state.range(0)));
  published setting;
  std::atomic<bool> done{false};
  std::thread asking([&] {
    while (reader && !done.load(std::memory_order_relaxed))
      benchmark::DoNotOptimize(setting.allows(outsider));
  });
  if (!reader) asking.join();
  for (auto _ : state) setting.replace({.list = allowlist(all), .enabled = true});
  done = true;
  if (reader) asking.join();
}

// ------------------------------------------------------------------------------------------ texts

const std::vector<std::string>& texts(family of) {
  static std::map<family, std::vector<std::string>> made;
  std::vector<std::string>& all = made[of];
  for (const address& who : all.empty() ? questions(of, 1000, hit) : std::vector<address>())
    all.push_back(who.to_string());
  return all;
}

void parse(benchmark::State& state, family of) {
  const std::vector<std::string>& all = texts(of);
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(address::parse(all[i++ % asked]));
}

void parse_by_inet_pton(benchmark::State& state, family of) {
  const std::vector<std::string>& all = texts(of);
  const int kind = of == ipv4 ? AF_INET : AF_INET6;
  std::array<unsigned char, 16> bytes{};
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(inet_pton(kind, all[i++ % asked].c_str(), bytes.data()));
    benchmark::DoNotOptimize(bytes);
  }
}

void parse_list(benchmark::State& state, family of) {
  std::vector<std::string> all;
  for (const range& entry : entries(of, static_cast<std::size_t>(state.range(0))))
    all.push_back(entry.to_string());
  for (auto _ : state) benchmark::DoNotOptimize(allowlist::parse(all));
}

void client_behind_proxy(benchmark::State& state, forwarding kind, std::string_view line, bool trusted) {
  const allowlist proxies = *allowlist::parse({"10.0.0.0/8"});
  const address peer = trusted ? generated::v4(0x0a000001) : outsider;
  const std::array<std::string_view, 1> lines{line};
  for (auto _ : state) benchmark::DoNotOptimize(client_of(peer, kind, lines, proxies));
}

const bool added = [] {
  add<ekauth_list, ipv4>("ekauth");
  add<binary_search, ipv4>("binary_search");
  add<scan, ipv4>("scan");
  add<asio_networks, ipv4>("asio");
  add<ekauth_list, ipv6>("ekauth");
  add<binary_search, ipv6>("binary_search");
  add<scan, ipv6>("scan");
  add<asio_networks, ipv6>("asio");
  return true;
}();

BENCHMARK(fence);
BENCHMARK(customers_touch);
BENCHMARK_TEMPLATE(customers_contain, ekauth_list<ipv4>);
BENCHMARK_TEMPLATE(customers_contain, scan<ipv4>);
BENCHMARK_TEMPLATE(customers_contain, asio_networks<ipv4>);
BENCHMARK(list_contains);
BENCHMARK(published_allows);
BENCHMARK(published_in_two_threads)->Apply(beside::in_bursts);
BENCHMARK_CAPTURE(published_replace, alone, false)
    ->Arg(1)
    ->Arg(10)
    ->Arg(50)
    ->Arg(1000)
    ->Arg(100000)
    ->Arg(1000000);
BENCHMARK_CAPTURE(published_replace, under_a_reader, true)->Arg(10)->Arg(50)->Arg(1000)->UseRealTime();
BENCHMARK_CAPTURE(parse, v4, ipv4);
BENCHMARK_CAPTURE(parse_by_inet_pton, v4, ipv4);
BENCHMARK_CAPTURE(parse, v6, ipv6);
BENCHMARK_CAPTURE(parse_by_inet_pton, v6, ipv6);
BENCHMARK_CAPTURE(parse_list, v4, ipv4)->Arg(1000000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(parse_list, v6, ipv6)->Arg(1000000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(client_behind_proxy, untrusted_peer, forwarding::x_forwarded_for, "192.0.2.1, 10.0.0.2",
                  false);
BENCHMARK_CAPTURE(client_behind_proxy, two_elements, forwarding::x_forwarded_for, "192.0.2.1, 10.0.0.2",
                  true);
BENCHMARK_CAPTURE(client_behind_proxy, two_forwarded, forwarding::forwarded, "for=192.0.2.1, for=10.0.0.2",
                  true);

}  // namespace
