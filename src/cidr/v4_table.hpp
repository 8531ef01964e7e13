// IPv4 membership in two dependent loads, for lists beyond a handful of ranges.
//
//   root       one word for each of the 65,536 values of the upper half of an address
//   container  what the lower half is asked, in granules of 16 bytes; up to some 500 ranges: no root, edges
//   only
//
//   word   [ container 28 ][ kind 2 ][ wide 1 ][ start 1 ]    start: inside, before the container's first
//   edge sorted   8 (wide: 16) edges, all compared at once blocks   a bit for each of the 256 last-but-one
//   octets, where all edges lie between such long     a count of granules, then that many of sorted edges
//   bits     a bit for each address
#pragma once

#include "cidr/merge.hpp"

namespace ekauth::inline v1::cidr {

class v4_table {
 public:
  // places: at least one.
  explicit v4_table(const edges<std::uint32_t>& places);
  [[nodiscard]] bool contains(std::uint32_t who) const noexcept;
  [[nodiscard]] std::size_t memory_bytes() const noexcept;

 private:
  struct alignas(16) granule {
    std::array<std::uint16_t, 8> part;
  };
  struct bucket {
    std::vector<std::uint16_t> inner;  // edges after its first address
    bool start = false;
  };
  static constexpr std::uint32_t start_bit = 1, wide_bit = 2, kind_shift = 2, container_shift = 4;
  enum kind : std::uint32_t { sorted, blocks, long_run, bits };

  static std::uint32_t flips(const granule* two, std::uint16_t low) noexcept;
  [[nodiscard]] bool contains_in_places(std::uint32_t who) const noexcept;
  [[nodiscard]] bool contains_in_large(std::uint32_t word, std::uint16_t low) const noexcept;
  std::uint32_t add(const bucket& held);
  void add_sorted(const std::vector<std::uint16_t>& inner);
  void add_bits(const bucket& held, int shift);

  edges<std::uint32_t> places_;  // small lists
  std::vector<std::uint32_t> root_;
  std::vector<granule> containers_;
};

}  // namespace ekauth::inline v1::cidr
