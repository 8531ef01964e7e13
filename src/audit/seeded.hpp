// Places chosen by a hash under a secret seed, so that nobody can choose what shares a place with what.
#pragma once

#include <ekauth/random.hpp>

#include <cstdint>
#include <string_view>

namespace ekauth::inline v1::audit {

[[nodiscard]] inline std::uint64_t draw_seed(random_source& random) {
  std::uint64_t seed = 0;
  random.fill(&seed, sizeof seed);
  return seed;
}

/// The finalizer of SplitMix64: every bit of the input moves every bit of the output.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t z) noexcept {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t seed, std::string_view text) noexcept {
  for (const char c : text) seed = mix(seed ^ static_cast<unsigned char>(c));
  return mix(seed ^ text.size());
}

}  // namespace ekauth::inline v1::audit
