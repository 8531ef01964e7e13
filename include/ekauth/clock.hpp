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

/// at + by, but never past the last instant there is.
[[nodiscard]] constexpr time_point later(time_point at, duration by) noexcept {
  return by > duration(0) && at > time_point::max() - by ? time_point::max() : at + by;
}

}  // namespace ekauth::inline v1
