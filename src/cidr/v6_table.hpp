// IPv6 membership: directories over the first bits, then a few sorted numbers.
//
//   nodes    256 words each, by the next 8 bits of the address: a whole answer, another node, or a run
//   runs     steps of bits 25 to 64, each with what holds from there on:   [ bits 25 to 64 ][ state 24 ]
//            the first stands where the run begins and has the number of further ones in place of its bits
//   state    0 outside, 1 inside, else where in tails the last 64 bits decide
//   tails    [ count, whether the first is inside ], then that many edges within one 64-bit prefix
//
// Lists too small or too scattered for nodes to pay, and ones too large for 24 bits of state: steps only.
#pragma once

#include "cidr/merge.hpp"

namespace ekauth::inline v1::cidr {

class v6_table {
 public:
  // places: at least one.
  explicit v6_table(const edges<address>& places);
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
  void add_node(const step*& at, const step* end, std::uint64_t begin, int shift, std::uint32_t& state);
  std::uint32_t add_word(const step*& at, const step* end, std::uint64_t begin, int shift,
                         std::uint32_t& state);
  std::uint32_t add_run(const step*& at, const step* last, std::uint32_t& state);
  [[nodiscard]] std::uint32_t find_state(std::uint64_t high) const noexcept;
  [[nodiscard]] bool contains_in_tail(std::uint32_t state, std::uint64_t low) const noexcept;

  steps steps_;  // the first at ::
  std::vector<std::uint32_t> nodes_;
  std::vector<std::uint64_t> runs_;
  std::vector<std::uint64_t> tails_;
};

}  // namespace ekauth::inline v1::cidr
