// A list of entries as the places where membership changes.
#pragma once

#include <ekauth/cidr.hpp>

namespace ekauth::inline v1::cidr {

// What all lookup forms are made of: ascending, outside before the first, inside from an even-numbered place
// on, outside again from an odd-numbered one. A last range that ends with its family has no second place.
template <class Number>
using edges = std::vector<Number>;

struct merged_entries {
  edges<std::uint32_t> v4;
  edges<address> v6;  // without the mapped block, which nobody asks an IPv6 list about
};

// Time: that of sorting the entries.
[[nodiscard]] merged_entries merge(std::span<const range> entries);

[[nodiscard]] inline bool at_or_before(std::uint32_t place, std::uint32_t who) noexcept {
  return place <= who;
}
[[nodiscard]] inline bool at_or_before(const address& place, const address& who) noexcept {
  return bool(int(place.high() < who.high()) |
              (int(place.high() == who.high()) & int(place.low() <= who.low())));
}

// How many edges are at or before the place: odd means inside. Without branches that depend on the numbers,
// which a processor could not predict.
template <class Number>
[[nodiscard]] inline std::size_t edges_until(const edges<Number>& places, const Number& who) noexcept {
  const Number* base = places.data();
  for (std::size_t left = places.size(); left > 1;) {
    const std::size_t half = left / 2;
    base += half & (std::size_t{0} - static_cast<std::size_t>(at_or_before(base[half], who)));
    left -= half;
  }
  const auto before = static_cast<std::size_t>(base - places.data());
  return places.empty() ? 0 : before + static_cast<std::size_t>(at_or_before(*base, who));
}

}  // namespace ekauth::inline v1::cidr
