// What many threads read at once without writing into one another's cache lines: a lock that a reader takes,
// or a reference that it counts, is such a write. So there are several of each, every one for some of the
// threads.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <thread>
#include <utility>

namespace ekauth::inline v1 {

inline constexpr std::size_t lane_count = 8;

/// The lane of this thread, the same all its life; threads take them in turn.
[[nodiscard]] std::size_t this_lane() noexcept;

// A shared mutex in which writers get their turn: the standard's may let a crowd of readers that never all
// leave keep one waiting for ever, and a revocation is a writer. Readers let those who wait pass, but not
// endlessly.
class fair_mutex {
 public:
  void lock() {
    ++waiting_;
    inner_.lock();
    --waiting_;
  }
  void unlock() { inner_.unlock(); }
  void lock_shared() {
    for (int turns = 0; turns < 100 && waiting_.load(std::memory_order_relaxed) != 0; ++turns)
      std::this_thread::yield();
    inner_.lock_shared();
  }
  void unlock_shared() { inner_.unlock_shared(); }

 private:
  std::atomic<std::uint32_t> waiting_ = 0;
  std::shared_mutex inner_;
};

/// A shared mutex of one in each lane: a reader takes its own, a writer all of them, in order. What a writer
/// did is seen by every reader that begins afterwards, and none reads meanwhile, as with a single one.
class laned_mutex {
 public:
  void lock() {
    for (lane& each : lanes_) each.mutex.lock();
  }
  void unlock() {
    for (lane& each : lanes_) each.mutex.unlock();
  }
  void lock_shared() { lanes_[this_lane()].mutex.lock_shared(); }
  void unlock_shared() { lanes_[this_lane()].mutex.unlock_shared(); }

 private:
  struct alignas(64) lane {
    fair_mutex mutex;
  };
  std::array<lane, lane_count> lanes_;
};

/// The inside of a service, which lives as long as the service, a copy of it or a flow. Each owner counts
/// itself in its thread's lane.
template <class Inside>
class shares {
 public:
  explicit shares(std::shared_ptr<Inside> what) : inside(*what) {
    for (auto& each : lanes_) {
      const auto counted = std::make_shared<counter>(counter{what});
      each = std::shared_ptr<Inside>(counted, what.get());
    }
  }

  /// One more owner.
  [[nodiscard]] std::shared_ptr<Inside> one() const noexcept { return lanes_[this_lane()]; }

  Inside& inside;

 private:
  struct alignas(64) counter {  // a count and a cache line of its own
    std::shared_ptr<Inside> what;
  };
  std::array<std::shared_ptr<Inside>, lane_count> lanes_;
};

/// Makes the inside of a service.
template <class Inside, class... Args>
[[nodiscard]] std::shared_ptr<const shares<Inside>> make_shares(Args&&... args) {
  return std::make_shared<const shares<Inside>>(std::make_shared<Inside>(std::forward<Args>(args)...));
}

}  // namespace ekauth::inline v1
