// Nanoseconds a lookup in an allowlist, beside three that a host might write: a scan of the entries, a scan
// with Asio's networks, and std::upper_bound in the merged ranges. Independent questions in random order, all
// of them hits or all misses; lists as routing tables have them.
//
//   cmake --preset release -DEKAUTH_BUILD_BENCHMARKS=ON && cmake --build --preset release --target cidr_bench
//   build/release/benchmarks/cidr_bench --benchmark_repetitions=5 --benchmark_report_aggregates_only
#include <ekauth/cidr.hpp>
#include <ekauth/cidr_published.hpp>
#include <ekauth/client_address.hpp>

#include <algorithm>
#include <asio/ip/network_v4.hpp>
#include <asio/ip/network_v6.hpp>
#include <bit>
#include <map>

#include <benchmark/benchmark.h>

#include "cidr/lists.hpp"

namespace {

using namespace ekauth::cidr;

enum family { ipv4 = 4, ipv6 = 6 };

const std::vector<range>& entries(family of, std::size_t count) {
  static std::map<std::pair<family, std::size_t>, std::vector<range>> made;
  std::vector<range>& all = made[{of, count}];
  if (all.empty()) all = of == ipv4 ? generated::routed_v4(count, 1) : generated::routed_v6(count, 1);
  return all;
}

constexpr std::size_t asked = 1 << 16;

// Hits: anywhere in an entry of any place. Misses: near an entry, or anywhere.
std::vector<address> questions(family of, std::size_t count, bool hits) {
  const std::vector<range>& all = entries(of, count);
  const allowlist list(all);
  generated::dice roll(2);
  std::vector<address> who;
  while (who.size() < asked) {
    const range& near = all[roll.below(static_cast<std::uint32_t>(count))];
    const std::uint64_t width = near.last().high() - near.first().high();
    const std::uint64_t low = near.last().low() - near.first().low();
    const std::uint64_t far = hits         ? 0
                              : of == ipv4 ? (roll.number() & 0xffff00)
                                           : (roll.number() & 0xffff) << 16;
    const address next =
        of == ipv4
            ? generated::v4(static_cast<std::uint32_t>((near.first().low() ^ far) | (roll.number() & low)))
            : generated::v6((near.first().high() ^ far) | (roll.number() & width), roll.number());
    if (list.contains(next) == hits) who.push_back(next);
  }
  return who;
}

template <class Question>
void ask(benchmark::State& state, const std::vector<address>& who, Question&& contains) {
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(contains(who[i++ % asked]));
}

void ours(benchmark::State& state, family of, bool hits) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const allowlist list(entries(of, count));
  ask(state, questions(of, count, hits), [&](const address& who) { return list.contains(who); });
  state.counters["ranges"] = static_cast<double>(list.ranges());
  state.counters["bytes/entry"] = static_cast<double>(list.memory_bytes()) / static_cast<double>(count);
}

// The next question depends on the answer: the time one lookup takes, not the time between two.
void ours_dependent(benchmark::State& state, family of) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const allowlist list(entries(of, count));
  std::vector<address> who = questions(of, count, true);
  const std::vector<address> misses = questions(of, count, false);
  for (std::size_t i = 0; i < asked; i += 2) who[i] = misses[i];
  std::size_t i = 0;
  for (auto _ : state) i += list.contains(who[i % asked]) ? 3 : 5;
  benchmark::DoNotOptimize(i);
}

void scan(benchmark::State& state, family of, bool hits) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const std::vector<range>& all = entries(of, count);
  ask(state, questions(of, count, hits), [&](const address& who) {
    for (const range& entry : all)
      if (entry.contains(who)) return true;
    return false;
  });
}

void binary_search(benchmark::State& state, family of, bool hits) {
  const auto count = static_cast<std::size_t>(state.range(0));
  std::vector<range> all = entries(of, count);
  std::sort(all.begin(), all.end(), [](const range& a, const range& b) { return a.first() < b.first(); });
  std::vector<range> merged;
  for (const range& entry : all) {
    if (merged.empty() || merged.back().last() < entry.first())
      merged.push_back(entry);
    else
      merged.back() = *range::between(merged.back().first(), std::max(merged.back().last(), entry.last()));
  }
  ask(state, questions(of, count, hits), [&](const address& who) {
    const auto after = std::upper_bound(merged.begin(), merged.end(), who,
                                        [](const address& a, const range& b) { return a < b.first(); });
    return after != merged.begin() && who <= std::prev(after)->last();
  });
}

// As its documentation suggests: an address is in a network when its canonical network is that one.
void asio_v4(benchmark::State& state, bool hits) {
  const auto count = static_cast<std::size_t>(state.range(0));
  std::vector<asio::ip::network_v4> all;
  for (const range& entry : entries(ipv4, count)) {
    const auto first = static_cast<std::uint32_t>(entry.first().low()),
               last = static_cast<std::uint32_t>(entry.last().low());
    all.emplace_back(asio::ip::address_v4(first),
                     static_cast<unsigned short>(std::countl_zero(first ^ last)));
  }
  ask(state, questions(ipv4, count, hits), [&](const address& who) {
    const asio::ip::address_v4 v4(static_cast<std::uint32_t>(who.low()));
    for (const auto& each : all)
      if (asio::ip::network_v4(v4, each.prefix_length()).network() == each.network()) return true;
    return false;
  });
}

void asio_v6(benchmark::State& state, bool hits) {
  const auto count = static_cast<std::size_t>(state.range(0));
  std::vector<asio::ip::network_v6> all;
  for (const range& entry : entries(ipv6, count)) {
    const int length = std::countl_zero(entry.first().high() ^ entry.last().high());
    all.emplace_back(asio::ip::address_v6(entry.first().bytes()), static_cast<unsigned short>(length));
  }
  ask(state, questions(ipv6, count, hits), [&](const address& who) {
    const asio::ip::address_v6 v6(who.bytes());
    for (const auto& each : all)
      if (asio::ip::network_v6(v6, each.prefix_length()).network() == each.network()) return true;
    return false;
  });
}

void build(benchmark::State& state, family of) {
  const std::vector<range>& all = entries(of, static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(allowlist(all));
}

// A hundred thousand customers with one to fifty entries each, asked in random order.
void accounts(benchmark::State& state) {
  static const std::vector<allowlist> all = [] {
    generated::dice roll(3);
    std::vector<allowlist> made;
    for (std::uint32_t i = 0; i < 100000; ++i)
      made.emplace_back(generated::routed_v4(1 + roll.below(1 + roll.below(50)), i));
    return made;
  }();
  std::size_t bytes = 0, count = 0;
  for (const allowlist& each : all) bytes += each.memory_bytes(), count += each.size();
  generated::dice roll(4);
  std::vector<std::pair<std::uint32_t, address>> who;
  for (std::size_t i = 0; i < asked * 4; ++i)
    who.emplace_back(roll.below(100000), generated::v4(static_cast<std::uint32_t>(roll.number())));
  std::size_t i = 0;
  for (auto _ : state) {
    const auto& [account, from] = who[i++ % who.size()];
    benchmark::DoNotOptimize(all[account].contains(from));
  }
  state.counters["bytes/entry"] = static_cast<double>(bytes) / static_cast<double>(count);
}

published& shared_setting() {
  static published setting({.list = allowlist(entries(ipv4, 10)), .enabled = true});
  return setting;
}

void published_allows(benchmark::State& state) {
  const published& setting = shared_setting();
  const address who = generated::v4(0xcb007109);
  for (auto _ : state) benchmark::DoNotOptimize(setting.allows(who));
}

void list_contains(benchmark::State& state) {
  const allowlist list = shared_setting().current().list;
  const address who = generated::v4(0xcb007109);
  for (auto _ : state) benchmark::DoNotOptimize(list.contains(who));
}

void published_replace(benchmark::State& state) {
  const std::vector<range>& ten = entries(ipv4, 10);
  published setting;
  for (auto _ : state) setting.replace({.list = allowlist(ten), .enabled = true});
}

void client_behind_proxy(benchmark::State& state, forwarding kind, std::string_view line, bool trusted) {
  const allowlist proxies = *allowlist::parse({"10.0.0.0/8"});
  const address peer = trusted ? generated::v4(0x0a000001) : generated::v4(0xcb007109);
  const std::array<std::string_view, 1> lines{line};
  for (auto _ : state) benchmark::DoNotOptimize(client_of(peer, kind, lines, proxies));
}

void sizes(benchmark::internal::Benchmark* all) { all->Arg(10)->Arg(1000)->Arg(100000)->Arg(1000000); }

BENCHMARK_CAPTURE(ours, v4_hit, ipv4, true)->Apply(sizes);
BENCHMARK_CAPTURE(ours, v4_miss, ipv4, false)->Apply(sizes);
BENCHMARK_CAPTURE(ours_dependent, v4, ipv4)->Apply(sizes);
BENCHMARK_CAPTURE(scan, v4_hit, ipv4, true)->Apply(sizes);
BENCHMARK_CAPTURE(scan, v4_miss, ipv4, false)->Apply(sizes);
BENCHMARK_CAPTURE(binary_search, v4_hit, ipv4, true)->Apply(sizes);
BENCHMARK_CAPTURE(binary_search, v4_miss, ipv4, false)->Apply(sizes);
BENCHMARK_CAPTURE(asio_v4, hit, true)->Apply(sizes);
BENCHMARK_CAPTURE(asio_v4, miss, false)->Apply(sizes);
BENCHMARK_CAPTURE(ours, v6_hit, ipv6, true)->Apply(sizes);
BENCHMARK_CAPTURE(ours, v6_miss, ipv6, false)->Apply(sizes);
BENCHMARK_CAPTURE(ours_dependent, v6, ipv6)->Apply(sizes);
BENCHMARK_CAPTURE(scan, v6_hit, ipv6, true)->Apply(sizes);
BENCHMARK_CAPTURE(scan, v6_miss, ipv6, false)->Apply(sizes);
BENCHMARK_CAPTURE(binary_search, v6_hit, ipv6, true)->Apply(sizes);
BENCHMARK_CAPTURE(binary_search, v6_miss, ipv6, false)->Apply(sizes);
BENCHMARK_CAPTURE(asio_v6, hit, true)->Apply(sizes);
BENCHMARK_CAPTURE(asio_v6, miss, false)->Apply(sizes);
BENCHMARK_CAPTURE(build, v4, ipv4)->Apply(sizes)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(build, v6, ipv6)->Apply(sizes)->Unit(benchmark::kMicrosecond);
BENCHMARK(accounts);
BENCHMARK(list_contains)->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(published_allows)->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(published_replace);
BENCHMARK_CAPTURE(client_behind_proxy, untrusted_peer, forwarding::x_forwarded_for, "192.0.2.1, 10.0.0.2",
                  false);
BENCHMARK_CAPTURE(client_behind_proxy, two_elements, forwarding::x_forwarded_for, "192.0.2.1, 10.0.0.2",
                  true);
BENCHMARK_CAPTURE(client_behind_proxy, two_forwarded, forwarding::forwarded, "for=192.0.2.1, for=10.0.0.2",
                  true);

}  // namespace
