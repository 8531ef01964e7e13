// Who is reading right now, so that a writer can wait for them before it frees what they may still read.
//
// Each thread has a counter of its own: odd while it reads. To begin and to end costs it two plain stores.
// The writer unpublishes, makes every processor agree that it did (membarrier), and then waits for each
// thread that it found reading to move on. Where the system cannot do that, readers order their own stores,
// at some ten nanoseconds a read.
#pragma once

#include <atomic>
#include <cstdint>

namespace ekauth::inline v1::cidr {

// One thread's counter. Made at the thread's first read, which throws std::bad_alloc without memory for it;
// handed on when the thread ends, never freed.
struct alignas(64) reader_slot {
  std::atomic<std::uint64_t> turn{0};
  std::atomic<bool> taken{true};
  reader_slot* next = nullptr;
};

// A thread reads one thing at a time: readings do not nest.
class reading {
 public:
  reading();
  reading(const reading&) = delete;
  reading& operator=(const reading&) = delete;
  ~reading() { slot_.turn.store(turn_ + 2, std::memory_order_release); }

 private:
  reader_slot& slot_;
  const std::uint64_t turn_;
};

// Returns when everything that was being read as it was called is read. Not to be called while reading.
void wait_for_readers() noexcept;

}  // namespace ekauth::inline v1::cidr
