// Where randomness comes from. Services take a random_source&; os_random() is what a host passes.
#pragma once

#include <cstddef>

namespace ekauth::inline v1 {

/// Fills memory with unpredictable bytes. Callable from many threads at once. Cannot fail: an implementation
/// that runs dry must end the process, because a guessable secret is worse than none.
class random_source {
 public:
  virtual void fill(void* bytes, std::size_t size) = 0;

 protected:
  random_source() = default;
  random_source(const random_source&) = default;
  random_source& operator=(const random_source&) = default;
  ~random_source() = default;
};

/// The operating system's generator (getrandom). Aborts the process when the system has none.
[[nodiscard]] random_source& os_random() noexcept;

}  // namespace ekauth::inline v1
