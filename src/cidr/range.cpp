#include <ekauth/cidr.hpp>

#include <bit>

namespace ekauth::inline v1::cidr {

namespace {

// How many first bits two numbers share.
int common_bits(const address& a, const address& b) {
  const std::uint64_t high = a.high() ^ b.high();
  return high != 0 ? std::countl_zero(high) : 64 + std::countl_zero(a.low() ^ b.low());
}

}  // namespace

result<range> range::parse(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) {
    const result<prefix> block = prefix::parse(text);
    if (!block) return block.error();
    return range(*block);
  }
  const result<address> first = address::parse(text.substr(0, dash));
  if (!first) return first.error();
  const result<address> last = address::parse(text.substr(dash + 1));
  if (!last) return last.error();
  return between(*first, *last);
}

result<range> range::between(const address& first, const address& last) {
  if (first.is_v4() != last.is_v4()) return error{errc::invalid_network, "a range of two families"};
  if (last < first) return error{errc::invalid_network, "the first address of the range is after the last"};
  return range(first, last);
}

std::string range::to_string() const {
  if (first_ == last_) return first_.to_string();
  const prefix block(first_, common_bits(first_, last_));
  const bool clean = (first_.high_ & ~prefix::mask(block.bits_)) == 0 &&
                     (first_.low_ & ~prefix::mask(block.bits_ - 64)) == 0;
  if (clean && range(block) == *this) return block.to_string();
  return first_.to_string() + '-' + last_.to_string();
}

}  // namespace ekauth::inline v1::cidr
