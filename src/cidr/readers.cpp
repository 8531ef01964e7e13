#include "cidr/readers.hpp"

#include <sched.h>

#include <cstdlib>

#if defined(__linux__)
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace ekauth::inline v1::cidr {

namespace {

// Without a destructor: threads may end after the program's statics are gone.
constinit std::atomic<reader_slot*> slots{nullptr};

#if defined(__linux__)
bool barrier(int command) { return ::syscall(SYS_membarrier, command, 0, 0) == 0; }
bool asymmetric() {
  static const bool registered = barrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
  return registered;
}
#else
bool asymmetric() { return false; }
#endif

reader_slot* take_slot() {
  for (reader_slot* each = slots.load(std::memory_order_acquire); each != nullptr; each = each->next)
    if (!each->taken.load(std::memory_order_relaxed) &&
        !each->taken.exchange(true, std::memory_order_acquire))
      return each;
  auto* const made = new reader_slot;
  do made->next = slots.load(std::memory_order_relaxed);
  while (
      !slots.compare_exchange_weak(made->next, made, std::memory_order_seq_cst, std::memory_order_relaxed));
  return made;
}

struct own_slot {
  reader_slot* slot = nullptr;
  bool ordered = false;
};
constinit thread_local own_slot mine;

// Hands the slot on when its thread ends. A read after that takes another one, and keeps it.
struct leaver {
  ~leaver() {
    mine.slot->taken.store(false, std::memory_order_release);
    mine.slot = nullptr;
  }
};

[[gnu::noinline]] void enter_thread() {
  mine = {take_slot(), !asymmetric()};
  thread_local leaver at_the_end;
  static_cast<void>(&at_the_end);
}

reader_slot& this_thread() {
  if (mine.slot == nullptr) [[unlikely]]
    enter_thread();
  return *mine.slot;
}

}  // namespace

reading::reading() : slot_(this_thread()), turn_(slot_.turn.load(std::memory_order_relaxed)) {
  if (mine.ordered) [[unlikely]] {
    slot_.turn.store(turn_ + 1, std::memory_order_seq_cst);
  } else {
    slot_.turn.store(turn_ + 1, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);  // the processor is put in order by the writer
  }
}

void wait_for_readers() noexcept {
#if defined(__linux__)
  // Refused after it was granted: nothing is safe to free then, and nothing is known that would do this.
  if (asymmetric() && !barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED)) std::abort();
#endif
  for (const reader_slot* each = slots.load(std::memory_order_seq_cst); each != nullptr; each = each->next) {
    const std::uint64_t seen = each->turn.load(std::memory_order_seq_cst);
    while (seen % 2 != 0 && each->turn.load(std::memory_order_acquire) == seen) ::sched_yield();
  }
}

}  // namespace ekauth::inline v1::cidr
