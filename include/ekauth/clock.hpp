// Time is an argument: the library never reads a clock. now() is for hosts.
#pragma once

#include <chrono>

namespace ekauth::inline v1 {

/// UTC, to the millisecond, without leap seconds.
using time_point = std::chrono::sys_time<std::chrono::milliseconds>;
using duration = std::chrono::milliseconds;

/// The system clock's reading, for hosts to pass in.
[[nodiscard]] inline time_point now() noexcept {
  return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
}

}  // namespace ekauth::inline v1
