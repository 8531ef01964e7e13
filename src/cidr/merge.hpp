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

constexpr std::size_t few = 8;
enum class behind : bool { nothing, a_few };  // what may be read after the last element

// Of ascending elements the last one whose number is at or before the sought one. The first counts as that
// whatever its number is. Without branches that depend on the numbers, which a processor could not predict;
// the last few are counted, since comparisons that do not wait for each other are faster than halving. Where
// more may be read, a few are always counted, so that nothing branches on how many a short run has either.
template <behind More = behind::nothing, class Element, class Number, class Projection = std::identity>
[[nodiscard]] const Element* last_until(const Element* first, std::size_t count, Number sought,
                                        Projection number = {}) noexcept {
  const auto at_or_before = [&](const Element& one) {
    return std::size_t{std::invoke(number, one) <= sought};
  };
  while (count > few) {
    const std::size_t half = count / 2;
    first += half & (std::size_t{0} - at_or_before(first[half]));
    count -= half;
  }
  std::size_t further = 0;
  for (std::size_t i = 1; i < (More == behind::a_few ? few : count); ++i)
    further += at_or_before(first[i]) & std::size_t{i < count};
  return first + further;
}

}  // namespace ekauth::inline v1::cidr
