// Times an operation beside others in the same moments: each takes a short turn after the other, so that what
// else the machine does slows all of them alike, and the ratios stand where nanoseconds do not.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace beside {

/// Allocations of this thread so far, by operator new and by malloc. Counted by allocations.cpp.
std::size_t allocations() noexcept;

/// Ends a program that would measure something else than it says.
inline void must(bool so) {
  if (!so) std::abort();
}

/// Something to compare with: its name and one call of it.
template <class Call>
struct other {
  const char* name;
  Call call;
};
template <class Call>
other(const char*, Call) -> other<Call>;

/// For BENCHMARK(…)->Apply(): how many turns.
inline void in_turns(benchmark::internal::Benchmark* each) { each->UseManualTime()->Iterations(4000); }

template <int Calls, class Call>
double turn(Call& call) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < Calls; ++i) benchmark::DoNotOptimize(call());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return took.count() / Calls;
}

inline double median(std::vector<double>& times) {
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

/// Nanoseconds and allocations of one call, and how many times as long as each of the others it takes; the
/// medians of all turns. Calls: how many are a turn.
template <int Calls = 32, class Call, class... Others>
void measure(benchmark::State& state, Call call, other<Others>... than) {
  std::vector<double> times;
  std::vector<double> theirs[sizeof...(Others) + 1];
  benchmark::DoNotOptimize(call());  // makes what is made once
  const std::size_t before = allocations();
  benchmark::DoNotOptimize(call());
  const std::size_t made = allocations() - before;
  for (auto _ : state) {
    times.push_back(turn<Calls>(call));
    std::size_t i = 0;
    (theirs[i++].push_back(turn<Calls>(than.call)), ...);
    state.SetIterationTime(times.back());
  }
  const double ours = median(times);
  state.counters["ns"] = ours * 1e9;
  state.counters["allocs"] = static_cast<double>(made);
  std::size_t i = 0;
  ((state.counters[std::string("x ") + than.name] = ours / median(theirs[i++])), ...);
}

}  // namespace beside
