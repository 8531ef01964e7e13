#include "cidr/merge.hpp"

#include <algorithm>

namespace ekauth::inline v1::cidr {

namespace {

constexpr std::uint64_t ones = ~std::uint64_t{0};

// The address after this one; the caller knows that there is one.
address next(const address& who) {
  std::array<std::uint8_t, 16> bytes = who.bytes();
  for (std::size_t i = 16; i-- > 0;)
    if (++bytes[i] != 0) break;
  return address(bytes);
}

edges<std::uint32_t> merge_v4(std::vector<std::uint64_t>& ranges) {
  std::sort(ranges.begin(), ranges.end());
  edges<std::uint32_t> places;
  std::uint64_t end = 0;  // one after the last address inside
  for (const std::uint64_t entry : ranges) {
    const std::uint64_t first = entry >> 32, after = (entry & 0xffffffff) + 1;
    if (places.empty() || first > end) {
      if (!places.empty()) places.push_back(static_cast<std::uint32_t>(end));
      places.push_back(static_cast<std::uint32_t>(first));
      end = after;
    }
    end = std::max(end, after);
  }
  if (!places.empty() && end <= 0xffffffff) places.push_back(static_cast<std::uint32_t>(end));
  return places;
}

edges<address> merge_v6(std::vector<range>& ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const range& a, const range& b) { return a.first() < b.first(); });
  static const address mapped(std::array<std::uint8_t, 4>{});
  static const address last_mapped(std::array<std::uint8_t, 4>{255, 255, 255, 255});
  edges<address> places;
  bool open = false;  // inside up to the end of the family
  address end;        // otherwise one after the last address inside
  for (const range& entry : ranges) {
    if (open) break;
    if (places.empty() || entry.first() > end) {
      if (!places.empty()) places.push_back(end);
      places.push_back(entry.first());
      end = entry.first();
    }
    open = (entry.last().high() & entry.last().low()) == ones;
    if (!open) end = std::max(end, next(entry.last()));
    if (end == mapped) end = next(last_mapped);  // what is on both sides of it is one range
  }
  if (!places.empty() && !open) places.push_back(end);
  return places;
}

}  // namespace

merged_entries merge(std::span<const range> entries) {
  std::vector<std::uint64_t> v4;
  std::vector<range> v6;
  std::size_t four = 0;
  for (const range& entry : entries) four += entry.first().is_v4() ? 1 : 0;
  v4.reserve(four);
  v6.reserve(entries.size() - four);
  for (const range& entry : entries) {
    if (entry.first().is_v4())
      v4.push_back(entry.first().low() << 32 | (entry.last().low() & 0xffffffff));
    else
      v6.push_back(entry);
  }
  return {merge_v4(v4), merge_v6(v6)};
}

}  // namespace ekauth::inline v1::cidr
