// Two threads beside one at the same operation, in turns: 2.0 where nothing is shared but the machine.
#pragma once

#include <atomic>
#include <chrono>
#include <ctime>
#include <thread>

#include "beside.hpp"

namespace beside {

/// A second thread that joins in when it is asked to.
template <class Call>
class helper {
 public:
  explicit helper(Call& call) : call_(call), thread_([this] { serve(); }) {}
  helper(const helper&) = delete;
  helper& operator=(const helper&) = delete;
  ~helper() {
    post(stop);
    thread_.join();
  }

  struct took {
    double clock, processor;  // seconds; the second leaves out what others ran meanwhile
  };

  took alone(int calls) { return timed(calls); }
  /// Both make that many calls at the same time.
  took together(int calls) {
    post(calls);
    while (ready_.load(std::memory_order_acquire) == 0) {
    }
    ready_.store(2, std::memory_order_release);
    const took mine = timed(calls);
    while (done_.load(std::memory_order_acquire) == 0) {
    }
    done_.store(0, std::memory_order_relaxed);
    return {std::max(mine.clock, theirs_.clock), std::max(mine.processor, theirs_.processor)};
  }

 private:
  static constexpr int idle = 0, stop = -1;

  void post(int what) {
    asked_.store(what, std::memory_order_release);
    asked_.notify_one();
  }

  static double processor_time() {
    timespec at{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) * 1e-9;
  }

  took timed(int calls) {
    const auto start = std::chrono::steady_clock::now();
    const double before = processor_time();
    for (int i = 0; i < calls; ++i) benchmark::DoNotOptimize(call_());
    const double processor = processor_time() - before;
    return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), processor};
  }

  void serve() {
    for (;;) {
      asked_.wait(idle, std::memory_order_acquire);
      const int calls = asked_.exchange(idle, std::memory_order_acquire);
      if (calls == stop) return;
      ready_.store(1, std::memory_order_release);
      while (ready_.load(std::memory_order_acquire) != 2) {
      }
      ready_.store(0, std::memory_order_relaxed);
      theirs_ = timed(calls);
      done_.store(1, std::memory_order_release);
    }
  }

  Call& call_;
  std::atomic<int> asked_{idle}, ready_{0}, done_{0};
  took theirs_{};
  std::thread thread_;  // last: it uses what is above
};

/// Bursts of about a millisecond: one thread, then two. "x one": by the clock, how many times the calls
/// of one thread two make; "x one running": by processor time, which others' work on the machine does not
/// touch.
template <class Call>
void measure_two(benchmark::State& state, Call call) {
  helper<Call> other(call);
  other.alone(4096);  // fetches what it needs
  const int calls = std::max(4096, static_cast<int>(4096 * 0.001 / other.alone(4096).processor));
  std::vector<double> one, by_clock, by_processor;
  for (auto _ : state) {
    const auto single = other.alone(calls);
    const auto both = other.together(calls);
    one.push_back(single.clock / calls);
    by_clock.push_back(2 * single.clock / both.clock);
    by_processor.push_back(2 * single.processor / both.processor);
    state.SetIterationTime(single.clock / calls);
  }
  state.counters["ns"] = median(one) * 1e9;
  state.counters["x one"] = median(by_clock);
  state.counters["x one running"] = median(by_processor);
}

/// For BENCHMARK(…)->Apply(): how many bursts.
inline void in_bursts(benchmark::internal::Benchmark* each) { each->UseManualTime()->Iterations(400); }

}  // namespace beside
