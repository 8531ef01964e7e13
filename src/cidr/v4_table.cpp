#include "cidr/v4_table.hpp"

#include <algorithm>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace ekauth::inline v1::cidr {

namespace {

constexpr std::size_t fewest_for_a_root = 1024;   // edges; a root costs 256 KiB
constexpr std::size_t most_granules = 256;        // of a long run: from there on 8 KiB of bits are faster
constexpr std::uint16_t bias = 0x8000;            // makes a signed comparison one of unsigned numbers
constexpr std::uint16_t no_edge = 0xffff ^ bias;  // no lower half is above it

// An edge as stored: one less, so that "above it" is "at the edge or after it".
constexpr std::uint16_t stored(std::uint16_t edge) { return static_cast<std::uint16_t>((edge - 1) ^ bias); }

// Whether an odd number of bits is set; processors before popcount have an instruction for this.
std::uint32_t odd(std::uint32_t set) { return static_cast<std::uint32_t>(__builtin_parity(set)); }

}  // namespace

v4_table::v4_table(const edges<std::uint32_t>& places) {
  if (places.size() < fewest_for_a_root) {
    places_ = places;
    return;
  }
  root_.resize(65536);
  containers_.push_back({});
  containers_.back().part.fill(no_edge);  // of all buckets without edges
  bucket held;
  std::uint32_t upper = 0;
  for (auto edge = places.begin(); edge != places.end(); ++upper) {
    const std::uint32_t next = *edge >> 16;  // with an edge
    std::fill(root_.begin() + upper, root_.begin() + next, held.start ? start_bit : 0);
    upper = next;
    held.inner.clear();
    for (; edge != places.end() && *edge >> 16 == upper; ++edge) {
      const auto low = static_cast<std::uint16_t>(*edge);
      if (low == 0)
        held.start = !held.start;
      else
        held.inner.push_back(low);
    }
    root_[upper] = add(held);
    if (held.inner.size() % 2 != 0) held.start = !held.start;
  }
  std::fill(root_.begin() + upper, root_.end(), held.start ? start_bit : 0);
  containers_.push_back({});  // two granules are read where one is meant
  containers_.shrink_to_fit();
}

std::uint32_t v4_table::add(const bucket& held) {
  const std::uint32_t start = held.start ? start_bit : 0;
  if (held.inner.empty()) return start;
  const auto word = static_cast<std::uint32_t>(containers_.size()) << container_shift | start;
  const std::size_t granules = (held.inner.size() + 7) / 8;
  const bool between_blocks =
      std::all_of(held.inner.begin(), held.inner.end(), [](std::uint16_t edge) { return edge % 256 == 0; });
  if (granules > 1 && between_blocks) {
    add_bits(held, 8);
    return word | blocks << kind_shift;
  }
  if (granules <= 2) {
    add_sorted(held.inner);
    return word | sorted << kind_shift | (granules == 2 ? wide_bit : 0);
  }
  if (granules <= most_granules) {
    containers_.push_back({});
    containers_.back().part[0] = static_cast<std::uint16_t>(granules);
    add_sorted(held.inner);
    return word | long_run << kind_shift;
  }
  add_bits(held, 0);
  return word | bits << kind_shift;
}

void v4_table::add_sorted(const std::vector<std::uint16_t>& inner) {
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (i % 8 == 0) {
      containers_.push_back({});
      containers_.back().part.fill(no_edge);
    }
    containers_.back().part[i % 8] = stored(inner[i]);
  }
}

void v4_table::add_bits(const bucket& held, int shift) {
  bool inside = held.start;
  auto edge = held.inner.begin();
  for (std::uint32_t at = 0; at < 65536u >> shift; ++at) {
    if (at % 128 == 0) containers_.push_back({});
    if (edge != held.inner.end() && static_cast<std::uint32_t>(*edge >> shift) == at) {
      inside = !inside;
      ++edge;
    }
    if (inside) containers_.back().part[at % 128 / 16] |= static_cast<std::uint16_t>(1u << at % 16);
  }
}

// Bit i: whether the address is at the i-th edge of two granules, or after it.
std::uint32_t v4_table::flips(const granule* two, std::uint16_t low) noexcept {
  const auto who = static_cast<std::int16_t>(low ^ bias);
#if defined(__SSE2__)
  const __m128i all = _mm_set1_epi16(who);
  const __m128i first = _mm_cmpgt_epi16(all, _mm_load_si128(reinterpret_cast<const __m128i*>(two)));
  const __m128i second = _mm_cmpgt_epi16(all, _mm_load_si128(reinterpret_cast<const __m128i*>(two + 1)));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(first, second)));
#else
  std::uint32_t set = 0;
  for (std::uint32_t i = 0; i < 16; ++i)
    set |= static_cast<std::uint32_t>(who > static_cast<std::int16_t>(two[i / 8].part[i % 8])) << i;
  return set;
#endif
}

bool v4_table::contains(std::uint32_t who) const noexcept {
  if (root_.empty()) return contains_in_places(who);
  const std::uint32_t word = root_[who >> 16];
  const auto low = static_cast<std::uint16_t>(who);
  if ((word >> kind_shift & 3) > blocks) return contains_in_large(word, low);
  // Both readings of the container, then the one that is meant: a branch would be mispredicted half the time.
  const granule* held = containers_.data() + (word >> container_shift);
  const std::uint32_t meant = (word & wide_bit) != 0 ? 0xffff : 0xff;
  const auto by_edges = odd(flips(held, low) & meant) ^ word;
  const std::uint32_t by_block = std::uint32_t{held[low >> 15].part[low >> 12 & 7]} >> (low >> 8 & 15);
  const std::uint32_t which = 0 - (word >> kind_shift & 1);
  return ((by_edges ^ ((by_edges ^ by_block) & which)) & 1) != 0;
}

bool v4_table::contains_in_places(std::uint32_t who) const noexcept {
  const std::uint32_t* const last = last_until(places_.data(), places_.size(), who);
  return (last - places_.data() + std::ptrdiff_t{places_.front() <= who}) % 2 != 0;
}

bool v4_table::contains_in_large(std::uint32_t word, std::uint16_t low) const noexcept {
  const granule* held = containers_.data() + (word >> container_shift);
  if ((word >> kind_shift & 3) == bits) return (held[low >> 7].part[low >> 4 & 7] >> (low & 15) & 1) != 0;
  // Halve until two granules are left; what lies before them is whole granules, an even number of edges.
  std::size_t left = held->part[0];
  const granule* base = held + 1;
  const auto who = static_cast<std::int16_t>(low ^ bias);
  while (left > 2) {
    const std::size_t half = left / 2;
    base += half &
            (std::size_t{0} - static_cast<std::size_t>(static_cast<std::int16_t>(base[half].part[0]) < who));
    left -= half;
  }
  return ((odd(flips(base, low)) ^ word) & start_bit) != 0;
}

std::size_t v4_table::memory_bytes() const noexcept {
  return sizeof *this + places_.capacity() * sizeof(std::uint32_t) +
         root_.capacity() * sizeof(std::uint32_t) + containers_.capacity() * sizeof(granule);
}

}  // namespace ekauth::inline v1::cidr
