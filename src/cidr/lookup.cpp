#include "cidr/lookup.hpp"

#include <algorithm>
#include <new>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace ekauth::inline v1::cidr {

const lookup* lookup::make(std::span<const range> entries) {
  static_assert(alignof(lookup) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
  const merged_entries merged = merge(entries);
  const bool in_line = merged.v4.size() <= 2 * most_in_line;
  std::unique_ptr<const v4_table> v4;
  std::unique_ptr<const v6_table> v6;
  if (!in_line) v4 = std::make_unique<const v4_table>(merged.v4);
  if (!merged.v6.empty()) v6 = std::make_unique<const v6_table>(merged.v6);
  const std::size_t groups = in_line ? (merged.v4.size() + 7) / 8 : 0;
  void* const room = ::operator new(sizeof(lookup) + groups * sizeof(four_ranges));
  return ::new (room) lookup(entries.size(), merged, std::move(v4), std::move(v6));
}

lookup::lookup(std::size_t entries, const merged_entries& merged, std::unique_ptr<const v4_table> v4,
               std::unique_ptr<const v6_table> v6) noexcept
    : entries_(static_cast<std::uint32_t>(entries)),
      v4_ranges_(static_cast<std::uint32_t>((merged.v4.size() + 1) / 2)),
      v6_ranges_(static_cast<std::uint32_t>((merged.v6.size() + 1) / 2)),
      v4_(std::move(v4)),
      v6_(std::move(v6)) {
  add_groups(merged.v4);
}

void lookup::add_groups(const edges<std::uint32_t>& places) noexcept {
  auto* const all = reinterpret_cast<four_ranges*>(this + 1);
  for (std::size_t i = 0; i < 4 * group_count(); ++i) {
    const std::size_t from =
        std::min(2 * i, 2 * std::size_t{v4_ranges_} - 2);  // the last one fills its group
    const std::uint32_t last = from + 1 < places.size() ? places[from + 1] - 1 : ~std::uint32_t{0};
    if (i % 4 == 0) ::new (&all[i / 4]) four_ranges;
    all[i / 4].first[i % 4] = places[from] ^ top_bit;
    all[i / 4].width[i % 4] = (last - places[from]) ^ top_bit;
  }
}

bool lookup::contains(const address& who) const noexcept {
  if (!who.is_v4()) return v6_ != nullptr && v6_->contains(who);
  const auto v4 = static_cast<std::uint32_t>(who.low());
  if (v4_ != nullptr) return v4_->contains(v4);
  const four_ranges* each = groups();
  const four_ranges* const end = each + group_count();
#if defined(__SSE2__)
  const __m128i all = _mm_set1_epi32(static_cast<int>(v4));
  __m128i missed = _mm_set1_epi32(-1);
  for (; each != end; ++each) {
    const __m128i first = _mm_load_si128(reinterpret_cast<const __m128i*>(each->first.data()));
    const __m128i width = _mm_load_si128(reinterpret_cast<const __m128i*>(each->width.data()));
    missed = _mm_and_si128(missed, _mm_cmpgt_epi32(_mm_sub_epi32(all, first), width));
  }
  return _mm_movemask_epi8(missed) != 0xffff;
#else
  bool found = false;
  for (; each != end; ++each)
    for (std::size_t i = 0; i < 4; ++i)
      found |= static_cast<std::int32_t>(v4 - each->first[i]) <= static_cast<std::int32_t>(each->width[i]);
  return found;
#endif
}

bool lookup::covers_all_ipv4() const noexcept {
  return v4_ranges_ == 1 && groups()->first[0] == top_bit && groups()->width[0] == ~top_bit;
}

std::size_t lookup::memory_bytes() const noexcept {
  return sizeof *this + group_count() * sizeof(four_ranges) + (v4_ != nullptr ? v4_->memory_bytes() : 0) +
         (v6_ != nullptr ? v6_->memory_bytes() : 0);
}

void lookup::hold() const noexcept { holders_.fetch_add(1, std::memory_order_relaxed); }

void lookup::release() const noexcept {
  if (holders_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  this->~lookup();
  ::operator delete(const_cast<lookup*>(this));
}

}  // namespace ekauth::inline v1::cidr
