// A list of entries as the places where membership changes.
#pragma once

#include <ekauth/cidr.hpp>

#include <functional>

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

// Of ascending elements the last one whose number is at or before the sought one. The first counts as that
// whatever its number is. Without branches that depend on the numbers, which a processor could not predict.
template <class Element, class Number, class Projection = std::identity>
[[nodiscard]] const Element* last_until(const Element* first, std::size_t count, Number sought,
                                        Projection number = {}) noexcept {
  for (std::size_t left = count; left > 1;) {
    const std::size_t half = left / 2;
    first += half & (std::size_t{0} - static_cast<std::size_t>(std::invoke(number, first[half]) <= sought));
    left -= half;
  }
  return first;
}

}  // namespace ekauth::inline v1::cidr
