// The version of ekauth that these headers belong to.
#pragma once

namespace ekauth::inline v1 {

inline constexpr int version_major = 0;
inline constexpr int version_minor = 1;
inline constexpr int version_patch = 0;

}  // namespace ekauth::inline v1
