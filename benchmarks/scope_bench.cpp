// Scopes: whether a credential's cover what a route demands, beside what a host would write without a
// registry; and what is done once for each record or token. A name says the operation; "strings" looks the
// demanded names up among the granted ones, "hashed" in a set of them.
//
//   cmake --preset release -DEKAUTH_BUILD_BENCHMARKS=ON && cmake --build --preset release --target
//   scope_bench build/release/benchmarks/scope_bench
#include <ekauth/scope.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <benchmark/benchmark.h>

#include "beside.hpp"
#include "threads.hpp"

namespace {

using namespace ekauth;

constexpr scope::registry scopes{
    {"events:read"},    {"events:write"}, {"events:delete"}, {"reports:read"},
    {"reports:export"}, {"billing:read"}, {"billing:write"}, {"full_access", scope::kind::superuser}};
constexpr scope::requirement may_export = scopes.all_of({"reports:read", "reports:export"});
constexpr scope::requirement may_see = scopes.any_of({"billing:read", "reports:export"});
constexpr std::string_view spaced = "events:read events:write reports:read reports:export billing:read";

// Of different credentials, so that no answer is known before.
const std::vector<scope::set>& granted() {
  static const std::vector<scope::set> made = [] {
    std::vector<scope::set> all;
    for (int i = 0; i < 64; ++i) {
      const auto text = i % 7 == 0   ? "events:read events:write"
                        : i % 3 == 0 ? "full_access"
                                     : "events:read reports:read reports:export";
      all.push_back(scopes.compile(*scope::list::parse_spaced(text)));
    }
    return all;
  }();
  return made;
}

bool covers(const scope::requirement& what) {
  static thread_local std::size_t i = 0;
  return granted()[++i % 64].covers(what);
}

void covers_all_of(benchmark::State& state) {
  const auto& all = granted();
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(all[++i % 64].covers(may_export));
}
void covers_any_of(benchmark::State& state) {
  const auto& all = granted();
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(all[++i % 64].covers(may_see));
}

void covers_by_strings(benchmark::State& state) {
  const std::vector<std::string> has = (*scope::list::parse_spaced(spaced)).entries();
  const std::vector<std::string> demanded{"reports:read", "reports:export"};
  for (auto _ : state) {
    benchmark::DoNotOptimize(has.data());
    benchmark::DoNotOptimize(std::all_of(demanded.begin(), demanded.end(), [&](const std::string& one) {
      return std::find(has.begin(), has.end(), one) != has.end();
    }));
  }
}
void covers_by_hashed(benchmark::State& state) {
  const auto list = (*scope::list::parse_spaced(spaced)).entries();
  const std::unordered_set<std::string> has(list.begin(), list.end());
  const std::vector<std::string> demanded{"reports:read", "reports:export"};
  for (auto _ : state) {
    benchmark::DoNotOptimize(&has);
    benchmark::DoNotOptimize(std::all_of(demanded.begin(), demanded.end(),
                                         [&](const std::string& one) { return has.count(one) != 0; }));
  }
}

void compile(benchmark::State& state) {
  const auto list = *scope::list::parse_spaced(spaced);
  beside::measure(state, [&] { return scopes.compile(list).covers(may_export); });
}
void parse_spaced(benchmark::State& state) {
  beside::measure(state, [] { return scope::list::parse_spaced(spaced).has_value(); });
}
void check_spaced(benchmark::State& state) {
  beside::measure(state, [] { return scope::list::check_spaced(spaced); });
}
void covers_in_two_threads(benchmark::State& state) {
  beside::measure_two(state, [] { return covers(may_export); });
}

BENCHMARK(covers_all_of);
BENCHMARK(covers_any_of);
BENCHMARK(covers_by_strings);
BENCHMARK(covers_by_hashed);
BENCHMARK(check_spaced)->Apply(beside::in_turns);
BENCHMARK(parse_spaced)->Apply(beside::in_turns);
BENCHMARK(compile)->Apply(beside::in_turns);
BENCHMARK(covers_in_two_threads)->Apply(beside::in_bursts);

}  // namespace
