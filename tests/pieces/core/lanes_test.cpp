#include "core/lanes.hpp"

#include "catch.hpp"

#include <mutex>
#include <thread>
#include <vector>

using namespace ekauth;

namespace {

// More threads than lanes, so that some share one.
template <class Call>
void in_many_threads(Call call) {
  std::vector<std::thread> all;
  for (std::size_t i = 0; i < lane_count + 3; ++i) all.emplace_back(call);
  for (std::thread& each : all) each.join();
}

}  // namespace

TEST_CASE("a thread keeps its lane, and threads take them in turn", "[core]") {
  std::array<std::atomic<int>, lane_count> taken{};
  in_many_threads([&] {
    const std::size_t mine = this_lane();
    for (int i = 0; i < 100; ++i)
      if (this_lane() != mine) std::abort();
    ++taken.at(mine);
  });
  for (const auto& each : taken) CHECK(each >= 1);
}

TEST_CASE("who writes under a laned mutex is alone, and readers see all of it or nothing", "[core]") {
  laned_mutex mutex;
  long first = 0, second = 0;
  std::atomic<int> torn = 0;
  in_many_threads([&] {
    for (int i = 0; i < 2000; ++i) {
      if (i % 10 == 0) {
        const std::unique_lock alone(mutex);
        ++first;
        std::this_thread::yield();  // whoever is let in comes now
        ++second;
      } else {
        const std::shared_lock reading(mutex);
        if (first != second) ++torn;
      }
    }
  });
  CHECK(torn == 0);
  CHECK(first == 200 * static_cast<long>(lane_count + 3));
}

TEST_CASE("readers of a laned mutex do not exclude each other", "[core]") {
  laned_mutex mutex;
  mutex.lock_shared();
  in_many_threads([&] { const std::shared_lock reading(mutex); });
  mutex.unlock_shared();
}

TEST_CASE("what is inside lives as long as the last owner, whichever lane it was taken in", "[core]") {
  struct inside {
    explicit inside(int& count) : alive(count) { ++alive; }
    inside(const inside&) = delete;
    ~inside() { --alive; }
    int& alive;
  };
  int alive = 0;
  auto all = make_shares<inside>(alive);
  std::mutex one_at_a_time;
  std::vector<std::shared_ptr<inside>> owners;
  in_many_threads([&] {
    const std::lock_guard held(one_at_a_time);
    owners.push_back(all->one());
  });
  for (const auto& each : owners) CHECK(each.get() == &all->inside);
  all.reset();
  while (!owners.empty()) {
    CHECK(alive == 1);
    owners.pop_back();
  }
  CHECK(alive == 0);
}
