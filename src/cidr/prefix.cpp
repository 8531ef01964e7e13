#include <ekauth/cidr.hpp>

namespace ekauth::inline v1::cidr {

namespace {

using reason = const char*;  // why a text is refused; nullptr: it is not

reason parse_length(std::string_view text, int limit, int& length) {
  if (text.empty()) return "the prefix length is missing";
  if (text.find_first_of(".:") != std::string_view::npos) return "a netmask where a prefix length belongs";
  if (text.find_first_not_of("0123456789") != std::string_view::npos)
    return "the prefix length is not a decimal number";
  if (text.size() > 1 && text.front() == '0') return "the prefix length has a leading zero";
  length = 0;
  for (const char c : text) {
    length = length * 10 + (c - '0');
    if (length > limit) return limit == 32 ? "the prefix length is over 32" : "the prefix length is over 128";
  }
  return nullptr;
}

}  // namespace

result<prefix> prefix::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view before = text.substr(0, slash);
  const result<address> network = address::parse(before);
  if (!network) return network.error();

  const bool dotted = before.find(':') == std::string_view::npos;
  const int whole = dotted ? 32 : 128;
  int length = whole;
  if (slash != std::string_view::npos) {
    const reason why = parse_length(text.substr(slash + 1), whole, length);
    if (why != nullptr) return error{errc::invalid_network, why};
  }
  const int bits = dotted ? length + 96 : length;
  if (network->is_v4() && bits < 96)
    return error{errc::invalid_network, "the prefix of an IPv4-mapped address is at least 96 bits long"};
  if (((network->high_ & ~mask(bits)) | (network->low_ & ~mask(bits - 64))) != 0)
    return error{errc::invalid_network, "bits are set after the prefix length"};
  return prefix(*network, bits);
}

std::string prefix::to_string() const { return network_.to_string() + '/' + std::to_string(length()); }

}  // namespace ekauth::inline v1::cidr
