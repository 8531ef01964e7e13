// What copies of an allowlist share: a head, and right behind it the IPv4 ranges of a small list.
//
//   head 32 bytes | four firsts, four widths | four firsts, four widths | ...
//
// So a customer's list of IPv4 is one allocation, and of up to twelve ranges two or three cache lines.
#pragma once

#include <atomic>
#include <memory>

#include "cidr/v4_table.hpp"
#include "cidr/v6_table.hpp"

namespace ekauth::inline v1::cidr {

class alignas(16) lookup {
 public:
  // entries: at least one.
  [[nodiscard]] static const lookup* make(std::span<const range> entries);

  void hold() const noexcept;
  void release() const noexcept;

  [[nodiscard]] bool contains(const address& who) const noexcept;
  [[nodiscard]] bool covers_all_ipv4() const noexcept;
  [[nodiscard]] bool covers_all_ipv6() const noexcept { return v6_ != nullptr && v6_->covers_everything(); }
  [[nodiscard]] std::size_t entries() const noexcept { return entries_; }
  [[nodiscard]] std::size_t ranges() const noexcept { return std::size_t{v4_ranges_} + v6_ranges_; }
  [[nodiscard]] std::size_t memory_bytes() const noexcept;

 private:
  // An address is inside when it is at most width after first. Both have their top bit flipped, so that a
  // comparison of signed numbers, all that vectors have, is the one of unsigned numbers.
  struct alignas(16) four_ranges {
    std::array<std::uint32_t, 4> first, width;
  };
  static constexpr std::uint32_t top_bit = 0x80000000;
  static constexpr std::size_t most_in_line = 64;

  lookup(std::size_t entries, const merged_entries& merged, std::unique_ptr<const v4_table> v4,
         std::unique_ptr<const v6_table> v6) noexcept;
  ~lookup() = default;
  void add_groups(const edges<std::uint32_t>& places) noexcept;
  [[nodiscard]] std::size_t group_count() const noexcept { return v4_ == nullptr ? (v4_ranges_ + 3) / 4 : 0; }
  [[nodiscard]] const four_ranges* groups() const noexcept {
    return reinterpret_cast<const four_ranges*>(this + 1);
  }

  mutable std::atomic<std::uint32_t> holders_ = 1;
  std::uint32_t entries_;
  std::uint32_t v4_ranges_;
  std::uint32_t v6_ranges_;
  std::unique_ptr<const v4_table> v4_;  // beyond most_in_line
  std::unique_ptr<const v6_table> v6_;  // where there are IPv6 entries
};

}  // namespace ekauth::inline v1::cidr
