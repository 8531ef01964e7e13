// IPv6 membership: two directories over the first 24 bits, then a few sorted numbers.
//
//   root     by bits 1 to 16: a whole answer, or which block
//   blocks   by bits 17 to 24: a whole answer, or which run
//   runs     steps of bits 25 to 64, each with what holds from there on:   [ bits 25 to 64 ][ state 24 ]
//            the first stands at the block's begin and has the number of further ones in place of its bits
//   state    0 outside, 1 inside, else where in tails the last 64 bits decide
//   tails    [ count, whether the first is inside ], then that many edges within one 64-bit prefix
//
// Lists of up to some 500 ranges, and ones too large for 24 bits of state: edges only.
#pragma once

#include "cidr/merge.hpp"

namespace ekauth::inline v1::cidr {

class v6_table {
 public:
  explicit v6_table(edges<address>&& places);
  [[nodiscard]] bool contains(const address& who) const noexcept;
  [[nodiscard]] bool covers_everything() const noexcept;
  [[nodiscard]] std::size_t memory_bytes() const noexcept;

 private:
  struct step {
    std::uint64_t high;
    std::uint32_t state;
  };
  using steps = std::vector<step>;
  static constexpr std::uint32_t outside = 0, inside = 1, state_bits = 24;

  steps find_steps(const edges<address>& places);
  std::uint32_t add_tail(const address* first, std::size_t count, bool start);
  void add_directories(const steps& all);
  std::uint32_t add_block(const step*& at, const step* end, std::uint64_t begin, std::uint32_t& state);
  std::uint32_t add_run(const step*& at, const step* end, std::uint64_t begin, std::uint32_t& state);
  [[nodiscard]] bool contains_in_tail(std::uint32_t state, std::uint64_t low) const noexcept;

  edges<address> places_;  // small lists
  std::vector<std::uint32_t> root_;
  std::vector<std::uint32_t> blocks_;
  std::vector<std::uint64_t> runs_;
  std::vector<std::uint64_t> tails_;
};

}  // namespace ekauth::inline v1::cidr
