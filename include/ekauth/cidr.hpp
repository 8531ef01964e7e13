// Addresses, CIDR blocks, ranges, and lists of them: from where a credential may be used.
//
//   auto offices = cidr::allowlist::parse({"192.0.2.0/24", "198.51.100.7-198.51.100.19", "2001:db8::7"});
//   if (!offices) return bad_request(offices.error().position(), offices.error().text());
//   if (enabled && !offices->contains(client)) return refuse(errc::ip_not_allowed);
//
//   IPv4     four decimal octets, no leading zeros; nothing shorter, no hexadecimal, no octal
//   IPv6     RFC 4291 §2.2, upper or lower case; a dotted quad only as the last 32 bits
//   prefix   address [ "/" decimal length ]       ; the bits after the length are zero
//   range    prefix / address "-" address         ; both included, of one family, in order
//
// ::ffff:192.0.2.1 is 192.0.2.1, in every text and in every comparison. An IPv6 entry never grants an IPv4
// address, not even ::/0. Zone ids, netmasks, blanks, ports and brackets are errors.
#pragma once

#include <ekauth/result.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ekauth::inline v1::cidr {

/// An IPv4 or IPv6 address. A small comparable value; the default is "::".
///
/// Orders by its sixteen bytes, so IPv4 stands where ::ffff:0:0/96 does.
class address {
 public:
  constexpr address() = default;

  /// From a socket: bytes in network order. A link-local address's zone is left out on purpose.
  constexpr explicit address(const std::array<std::uint8_t, 4>& v4) noexcept;
  constexpr explicit address(const std::array<std::uint8_t, 16>& v6) noexcept;

  /// text: at most 45 bytes, exactly an address. Errors: invalid_network; text() is the precise reason.
  /// Source: RFC 4291 §2.2, strict as inet_pton.
  [[nodiscard]] static result<address> parse(std::string_view text);

  /// Whether it is IPv4, written either way.
  [[nodiscard]] constexpr bool is_v4() const noexcept { return high_ == 0 && low_ >> 32 == 0xffff; }

  /// Sixteen bytes in network order; IPv4 in its mapped form.
  [[nodiscard]] constexpr std::array<std::uint8_t, 16> bytes() const noexcept;

  /// The first and the last eight of those bytes, each as a number.
  [[nodiscard]] constexpr std::uint64_t high() const noexcept { return high_; }
  [[nodiscard]] constexpr std::uint64_t low() const noexcept { return low_; }

  /// Dotted decimal for IPv4, RFC 5952 §4 for IPv6; parses back to the same address.
  [[nodiscard]] std::string to_string() const;

  friend constexpr bool operator==(const address&, const address&) = default;
  friend constexpr std::strong_ordering operator<=>(const address&, const address&) = default;

 private:
  friend class prefix;
  friend class range;
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

/// A CIDR block: a network of one family. A small value; made by parse.
class prefix {
 public:
  /// "192.0.2.0/24", or an address alone for a block of one. ::ffff:192.0.2.0/120 is 192.0.2.0/24.
  /// Errors: invalid_network; text() is the precise reason.
  /// Source: RFC 4632 §3.1, RFC 4291 §2.3; a bit set after the length is an error.
  [[nodiscard]] static result<prefix> parse(std::string_view text);

  /// Whether the address is of this family and in this block.
  [[nodiscard]] constexpr bool contains(const address& who) const noexcept;

  /// The first address.
  [[nodiscard]] constexpr const address& network() const noexcept { return network_; }

  /// 0 to 32 for IPv4, 0 to 128 for IPv6.
  [[nodiscard]] constexpr int length() const noexcept { return network_.is_v4() ? bits_ - 96 : bits_; }

  /// Whether it is 0.0.0.0/0 or ::/0: legal, and worth asking a person twice.
  [[nodiscard]] constexpr bool covers_family() const noexcept { return length() == 0; }

  /// Network and length, "/32" and "/128" too; parses back to the same block.
  [[nodiscard]] std::string to_string() const;

  friend constexpr bool operator==(const prefix&, const prefix&) = default;

 private:
  friend class range;
  constexpr prefix(const address& network, int bits) noexcept
      : network_(network), bits_(static_cast<std::uint8_t>(bits)) {}

  // Of 64 bits, the first ones set.
  static constexpr std::uint64_t mask(int first) noexcept {
    return first <= 0 ? 0 : first >= 64 ? ~std::uint64_t{0} : ~std::uint64_t{0} << (64 - first);
  }

  address network_;
  std::uint8_t bits_;  // of all 128: an IPv4 block has 96 to 128
};

/// One entry of a list: an address, a block, or the addresses from a first to a last. A small value.
class range {
 public:
  constexpr range(const address& only) noexcept : first_(only), last_(only) {}
  constexpr range(const prefix& block) noexcept;

  /// "192.0.2.7", "192.0.2.0/24" or "192.0.2.7-192.0.2.19": both ends included, both written in full.
  /// Errors: invalid_network; text() is the precise reason.
  [[nodiscard]] static result<range> parse(std::string_view text);

  /// Both ends included. Errors: invalid_network: of two families, or reversed.
  [[nodiscard]] static result<range> between(const address& first, const address& last);

  /// Whether the address is of this family and in this range.
  [[nodiscard]] constexpr bool contains(const address& who) const noexcept {
    return who.is_v4() == first_.is_v4() && first_ <= who && who <= last_;
  }

  [[nodiscard]] constexpr const address& first() const noexcept { return first_; }
  [[nodiscard]] constexpr const address& last() const noexcept { return last_; }

  /// Whether it is all of IPv4 or all of IPv6: legal, and worth asking a person twice.
  [[nodiscard]] constexpr bool covers_family() const noexcept;

  /// The shortest of the three forms; parses back to the same range.
  [[nodiscard]] std::string to_string() const;

  friend constexpr bool operator==(const range&, const range&) = default;

 private:
  constexpr range(const address& first, const address& last) noexcept : first_(first), last_(last) {}
  address first_;
  address last_;
};

class lookup;  // the merged form; private

/// The networks that are allowed. An immutable value, cheap to copy; threads may share it.
///
/// Keeps what membership needs, not the entries: whoever edits a list keeps its entries, and builds the list
/// from them again. The default is empty, and empty denies everything: whether a list is switched on at all
/// is the host's to know; see cidr_published.hpp.
class allowlist {
 public:
  allowlist() noexcept = default;
  allowlist(const allowlist& other) noexcept;
  allowlist(allowlist&& other) noexcept : merged_(other.merged_) { other.merged_ = nullptr; }
  allowlist& operator=(allowlist other) noexcept;
  ~allowlist();

  /// In any order; repeats and overlaps are allowed.
  explicit allowlist(std::span<const range> entries);

  /// One string is one address, block or range. One bad entry refuses the whole list.
  /// Errors: invalid_network; position() is the index of the first bad entry, text() the precise reason.
  [[nodiscard]] static result<allowlist> parse(const std::vector<std::string>& entries);
  [[nodiscard]] static result<allowlist> parse(std::initializer_list<std::string_view> entries);

  /// Whether an entry contains the address. Neither allocates nor locks, however long the list.
  [[nodiscard]] bool contains(const address& who) const noexcept;

  /// Whether it grants every address of the family, by one entry or by several: worth asking a person twice.
  [[nodiscard]] bool covers_all_ipv4() const noexcept;
  [[nodiscard]] bool covers_all_ipv6() const noexcept;

  /// Entries as given, repeats included.
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return merged_ == nullptr; }

  /// Disjoint ranges that are left of them, of both families.
  [[nodiscard]] std::size_t ranges() const noexcept;

  /// Memory that all copies of this list share.
  [[nodiscard]] std::size_t memory_bytes() const noexcept;

 private:
  friend class published;
  const lookup* merged_ = nullptr;
};

constexpr address::address(const std::array<std::uint8_t, 4>& v4) noexcept : low_(0xffff) {
  for (const std::uint8_t byte : v4) low_ = low_ << 8 | byte;
}

constexpr address::address(const std::array<std::uint8_t, 16>& v6) noexcept {
  for (std::size_t i = 0; i < 8; ++i) {
    high_ = high_ << 8 | v6[i];
    low_ = low_ << 8 | v6[i + 8];
  }
}

constexpr std::array<std::uint8_t, 16> address::bytes() const noexcept {
  std::array<std::uint8_t, 16> all{};
  for (std::size_t i = 0; i < 8; ++i) {
    all[i] = static_cast<std::uint8_t>(high_ >> (56 - 8 * i));
    all[i + 8] = static_cast<std::uint8_t>(low_ >> (56 - 8 * i));
  }
  return all;
}

constexpr bool prefix::contains(const address& who) const noexcept {
  const std::uint64_t high = (who.high_ ^ network_.high_) & mask(bits_);
  const std::uint64_t low = (who.low_ ^ network_.low_) & mask(bits_ - 64);
  return who.is_v4() == network_.is_v4() && (high | low) == 0;
}

constexpr range::range(const prefix& block) noexcept : first_(block.network_), last_(block.network_) {
  last_.high_ |= ~prefix::mask(block.bits_);
  last_.low_ |= ~prefix::mask(block.bits_ - 64);
  // The last of ::/80, and of the blocks that end where it does, would be IPv4-mapped: of the other family.
  if (last_.is_v4() && !first_.is_v4()) last_.low_ = 0xfffe'ffff'ffff;
}

constexpr bool range::covers_family() const noexcept {
  constexpr std::uint64_t ones = ~std::uint64_t{0};
  if (first_.is_v4()) return static_cast<std::uint32_t>(first_.low_) == 0 && last_.low_ == ones >> 16;
  return (first_.high_ | first_.low_) == 0 && (last_.high_ & last_.low_) == ones;
}

}  // namespace ekauth::inline v1::cidr
