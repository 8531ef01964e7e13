#include "core/lanes.hpp"

namespace ekauth::inline v1 {

std::size_t this_lane() noexcept {
  static constinit std::atomic<std::size_t> next{0};
  thread_local const std::size_t mine = next.fetch_add(1, std::memory_order_relaxed) % lane_count;
  return mine;
}

}  // namespace ekauth::inline v1
