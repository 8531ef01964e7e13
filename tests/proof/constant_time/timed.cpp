// Welch's t of the time that a comparison takes when the first byte differs and when none does, over many
// rounds in random order, without the slowest tenth of each. Reports figures; a machine at other work is no
// judge, so only what is far beyond noise fails. The comparison that stops at a difference has to be told
// apart.
#include <ekauth/secret.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "support/dice.hpp"
#include "support/figure.hpp"

namespace {

[[gnu::noinline]] bool stops_at_a_difference(std::string_view a, std::string_view b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i]) return false;
  return true;
}

struct spread {
  double mean = 0, variance = 0, count = 0;
};
spread of(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  times.resize(times.size() * 9 / 10);
  spread all;
  all.count = static_cast<double>(times.size());
  for (const double each : times) all.mean += each / all.count;
  for (const double each : times) all.variance += (each - all.mean) * (each - all.mean) / (all.count - 1);
  return all;
}

template <class Equal>
double t_of(Equal equal, std::size_t size) {
  fixed::dice roll(size);
  const std::string secret(size, 'a');
  std::string early = secret;
  early[0] = 'b';
  std::vector<double> times[2];
  for (int i = 0; i < 200'000; ++i) {
    const std::size_t kind = roll.below(2);
    const std::string presented = kind == 0 ? early : secret;  // a copy, so that both lie alike
    volatile bool same = false;
    const auto begun = std::chrono::steady_clock::now();
    for (int repeat = 0; repeat < 20; ++repeat) same = equal(presented, secret);
    times[kind].push_back(
        std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begun).count());
    (void)same;
  }
  const spread a = of(std::move(times[0])), b = of(std::move(times[1]));
  return (a.mean - b.mean) / std::sqrt(a.variance / a.count + b.variance / b.count);
}

}  // namespace

int main() {
  int wrong = 0;
  for (const std::size_t size : {6u, 11u, 32u, 43u}) {
    const double ours = t_of([](auto a, auto b) { return ekauth::constant_time_equal(a, b); }, size);
    const double control = t_of(stops_at_a_difference, size);
    char said[80];
    std::snprintf(said, sizeof said, "%.1f; %.1f where it stops at a difference", ours, control);
    fixed::figure("Welch's t of a comparison of " + std::to_string(size) + " bytes", said);
    wrong += std::abs(control) < 100 || std::abs(ours) > std::abs(control) / 4 ? 1 : 0;
  }
  return wrong;
}
