// Generated lists, for tests and benchmarks of allowlists: the same on every machine.
#pragma once

#include <ekauth/cidr.hpp>

#include <random>

namespace generated {

using ekauth::cidr::address;
using ekauth::cidr::range;

inline address v4(std::uint32_t number) {
  return address(std::array<std::uint8_t, 4>{
      static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
      static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)});
}

inline address v6(std::uint64_t high, std::uint64_t low) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
    bytes[i + 8] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
  }
  return address(bytes);
}

// The address before or after it; around the ends, the other end.
inline address neighbour(const address& who, int direction) {
  const std::uint64_t step = direction > 0 ? 1 : ~std::uint64_t{0};
  const bool carry = who.low() == (direction > 0 ? ~std::uint64_t{0} : 0);
  return v6(who.high() + (carry ? step : 0), who.low() + step);
}

class dice {
 public:
  explicit dice(std::uint32_t seed) : source_(seed) {}
  std::uint64_t number() { return source_(); }
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(source_() >> 32) % limit; }

 private:
  std::mt19937_64 source_;
};

// The block of a length around an address.
inline range v4_block(std::uint32_t who, unsigned length) {
  const std::uint32_t host = length == 0 ? ~0u : length == 32 ? 0 : ~0u >> length;
  return *range::between(v4(who & ~host), v4(who | host));
}

inline range v6_block(std::uint64_t high, std::uint64_t low, unsigned length) {
  const auto host = [](unsigned first) { return first >= 64 ? 0 : ~std::uint64_t{0} >> first; };
  const std::uint64_t high_host = host(length), low_host = host(length < 64 ? 0 : length - 64);
  return *range::between(v6(high & ~high_host, low & ~low_host), v6(high | high_host, low | low_host));
}

// Lengths as routing tables have them: mostly /24, some /22 and /23, few shorter than /16.
inline unsigned routed_v4_length(dice& roll) {
  const std::uint32_t permille = roll.below(1000);
  return permille < 600   ? 24
         : permille < 710 ? 23
         : permille < 830 ? 22
         : permille < 890 ? 21
         : permille < 980 ? 17 + roll.below(4)
         : permille < 996 ? 16
                          : 12 + roll.below(4);
}

inline unsigned routed_v6_length(dice& roll) {
  const std::uint32_t permille = roll.below(1000);
  return permille < 480   ? 48
         : permille < 600 ? 32
         : permille < 710 ? 44
         : permille < 810 ? 40
         : permille < 880 ? 36
         : permille < 980 ? 33 + roll.below(15)
                          : 29 + roll.below(3);
}

inline std::vector<range> routed_v4(std::size_t count, std::uint32_t seed) {
  dice roll(seed);
  std::vector<range> all;
  all.reserve(count);
  while (all.size() < count)
    all.push_back(v4_block(static_cast<std::uint32_t>(roll.number()), routed_v4_length(roll)));
  return all;
}

// Within some thousands of /32s of the blocks that registries give out.
inline std::vector<range> routed_v6(std::size_t count, std::uint32_t seed) {
  static constexpr std::uint16_t registries[] = {0x2001, 0x2400, 0x2401, 0x2404, 0x2600, 0x2604,
                                                 0x2607, 0x2620, 0x2800, 0x2804, 0x2a00, 0x2a01,
                                                 0x2a02, 0x2a03, 0x2a0c, 0x2c0f};
  dice roll(seed);
  std::vector<std::uint64_t> holders;
  for (std::size_t i = 0; i < 16 + count / 2; ++i)
    holders.push_back(std::uint64_t{registries[roll.below(16)]} << 48 | (roll.number() & 0xffff) << 32);
  std::vector<range> all;
  all.reserve(count);
  while (all.size() < count) {
    const std::uint64_t high = holders[roll.below(static_cast<std::uint32_t>(holders.size()))];
    all.push_back(v6_block(high | (roll.number() >> 32), 0, routed_v6_length(roll)));
  }
  return all;
}

}  // namespace generated
