// What the property tests share: a fresh store of each adapter that fails now and then, a clock that jumps,
// and seeds.
//
// A failing test names its seed; EKAUTH_SEED=17 properties_tests "sessions…" runs that seed only.
#pragma once

#include "stores/under_test.hpp"
#include "support/dice.hpp"
#include "support/fault_store.hpp"
#include "support/figure.hpp"
#include "support/fixed.hpp"
#include "support/records.hpp"

#include <cstdlib>
#include <vector>

namespace properties {

using namespace ekauth;
using fixed::dice;

/// The seeds of a run: first to first + count - 1, or the one that is asked for.
inline std::vector<std::uint64_t> seeds(std::uint64_t first, std::uint64_t count) {
  std::vector<std::uint64_t> all;
  if (const char* const asked = std::getenv("EKAUTH_SEED")) return {std::strtoull(asked, nullptr, 10)};
  for (std::uint64_t i = 0; i < count; ++i) all.push_back(first + i);
  return all;
}

/// How many sequences of how many steps an adapter gets in every run: the more, the less a fresh store and a
/// request cost.
struct effort {
  std::uint64_t sequences;
  int steps;
};
inline effort effort_for(const under_test::adapter& which) {
  if (which.name == "memory") return {2000, 60};
  return which.name == "postgres" ? effort{70, 100} : effort{150, 100};
}
/// In the long run: together a million steps.
inline effort long_effort_for(const under_test::adapter& which) {
  return which.name == "memory" ? effort{8000, 100} : effort{1000, 100};
}

/// The stores of one adapter behind one face, as fault_store wants it; requests take turns between its two
/// handles.
class both_stores {
 public:
  explicit both_stores(const under_test::adapter& which) : open_(which.open()) {}

  template <class Request>
  result<typename Request::reply> answer(const Request& request) {
    return open_.stores[++turn_ % 2]->answer(request);
  }

 private:
  under_test::handles open_;
  unsigned turn_ = 0;
};

/// What became of an operation of so many storage requests, the last of which is its write if it has one.
enum class outcome { done, lost, undone };

/// A store of which one request may fail, before or after it was done.
class flaky_store {
 public:
  explicit flaky_store(const under_test::adapter& which) : inner_(which), store(inner_) {}

  /// Makes one of the next requests fail, once in so many calls of this.
  void maybe_fail(dice& roll, std::size_t one_in) {
    store.disarm();
    if (!roll.once_in(one_in)) return;
    using fault = fixed::fault_store<both_stores>::fault;
    store.arm(static_cast<int>(roll.below(2)), roll.once_in(2) ? fault::before : fault::after);
  }
  /// Of an operation that asks so many requests.
  [[nodiscard]] outcome of(int requests, bool writes) const {
    if (store.fail_at < 0 || store.fail_at >= requests) return outcome::done;
    const bool at_the_write = writes && store.fail_at == requests - 1;
    return at_the_write && store.how == fixed::fault_store<both_stores>::fault::after ? outcome::lost
                                                                                      : outcome::undone;
  }

 private:
  both_stores inner_;

 public:
  fixed::fault_store<both_stores> store;
};

/// The clock of a host: mostly a little later, sometimes days later, and now and then earlier than before.
inline time_point tick(dice& roll, time_point now) {
  const auto up_to = [&](duration most) {
    return duration(static_cast<std::int64_t>(roll.below(static_cast<std::size_t>(most.count()))));
  };
  using std::chrono::hours, std::chrono::minutes, std::chrono::seconds;
  switch (roll.below(20)) {
    case 0:
      return now - up_to(seconds(70));
    case 1:
      return roll.once_in(4) ? now - up_to(hours(48)) : now;
    case 2:
      return now + up_to(hours(24 * 20));
    case 3:
      return now + up_to(hours(24));
    case 4:
    case 5:
    case 6:
      return now + up_to(minutes(3));
    case 7:
      return now + seconds(30);  // the edge of a window
    case 8:
      return now;
    default:
      return now + up_to(seconds(20));
  }
}

}  // namespace properties
