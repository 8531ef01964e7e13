#include "cidr/address_text.hpp"

#include <charconv>

namespace ekauth::inline v1::cidr {

namespace {

using reason = const char*;  // why a text is refused; nullptr: it is not

constexpr std::size_t longest = 45;  // eight groups of four, the last two as a dotted quad
constexpr std::size_t longest_v4 = 15;

constexpr std::uint8_t no_digit = 16;
constexpr std::array<std::uint8_t, 256> hex_digits = [] {
  std::array<std::uint8_t, 256> all{};
  all.fill(no_digit);
  for (std::uint8_t i = 0; i < 10; ++i) all[std::size_t{'0'} + i] = i;
  for (std::uint8_t i = 10; i < 16; ++i) all[std::size_t{'a'} - 10 + i] = all[std::size_t{'A'} - 10 + i] = i;
  return all;
}();

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// Reads four decimal octets, or answers no.
bool read_v4(std::string_view text, std::uint32_t& value) {
  if (text.size() > longest_v4) return false;
  const char* at = text.data();
  const char* const end = at + text.size();
  value = 0;
  for (int dots = -1; dots < 3; ++dots) {
    if (dots >= 0 && (at == end || *at++ != '.')) return false;
    if (at == end || !is_digit(*at)) return false;
    auto octet = static_cast<std::uint32_t>(*at++ - '0');
    for (int further = 0; further < 2 && octet != 0 && at != end && is_digit(*at); ++further)
      octet = octet * 10 + static_cast<std::uint32_t>(*at++ - '0');
    if (octet > 255) return false;
    value = value << 8 | octet;
  }
  return at == end;
}

// Characters that people do write, each with its own reason; what remains is the parsers' to refuse.
reason screen(std::string_view text) {
  if (text.empty()) return "the address is empty";
  if (text.size() > longest) return "longer than any address";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f) return "a blank or control character";
    if (byte > 0x7f) return "a character outside ASCII";
    if (c == '%') return "a zone id is not part of an address here";
    if (c == '[' || c == ']') return "brackets are not part of an address here";
    if (c == '/') return "a prefix length where only an address belongs";
  }
  return nullptr;
}

reason explain_octet(std::string_view digits) {
  if (digits.empty()) return "an IPv4 octet is empty";
  if (digits.size() > 1 && digits.front() == '0') return "an IPv4 octet has a leading zero";
  const bool small = digits.size() < 3 || (digits.size() == 3 && digits <= "255");
  return small ? nullptr : "an IPv4 octet is over 255";
}

// Why read_v4 answers no.
reason explain_v4(std::string_view text) {
  int dots = 0;
  for (const char c : text) {
    if (c == '.')
      ++dots;
    else if (!is_digit(c))
      return "an IPv4 octet is not a decimal number";
  }
  if (dots < 3) return "an IPv4 address has four octets; this has fewer";
  if (dots > 3) return "an IPv4 address has four octets; this has more";
  for (; dots > 0; --dots) {
    const std::string_view octet = text.substr(0, text.find('.'));
    if (const reason why = explain_octet(octet); why != nullptr) return why;
    text.remove_prefix(octet.size() + 1);
  }
  return explain_octet(text);
}

// Reads IPv6 text group by group, and remembers where "::" stood.
class v6_reader {
 public:
  explicit v6_reader(std::string_view text) : rest_(text) {}

  reason read() {
    if (rest_.starts_with("::")) {
      gap_ = 0;
      rest_.remove_prefix(2);
    }
    while (!rest_.empty())
      if (const reason why = read_group(); why != nullptr) return why;
    if (gap_ == none && count_ < 8) return "an IPv6 address has eight groups; this has fewer";
    if (gap_ != none && count_ == 8) return "'::' stands for no group";
    return nullptr;
  }

  // Two numbers of four groups each, with zeros where "::" stood.
  std::array<std::uint64_t, 2> halves() const {
    std::array<std::uint64_t, 2> all{};
    for (std::size_t i = 0; i < count_; ++i) {
      const std::size_t place = i < gap_ ? i : i + 8 - count_;
      all[place / 4] |= std::uint64_t{groups_[i]} << (48 - place % 4 * 16);
    }
    return all;
  }

 private:
  reason read_group() {
    std::size_t end = 0;
    std::uint32_t value = 0;
    for (; end < rest_.size(); ++end) {
      const std::uint8_t digit = hex_digits[static_cast<unsigned char>(rest_[end])];
      if (digit == no_digit) break;
      if (end == 4) return "an IPv6 group is over four digits";
      value = value << 4 | digit;
    }
    if (end < rest_.size() && rest_[end] == '.') return read_quad();
    if (end < rest_.size() && rest_[end] != ':') return "a character that no IPv6 address has";
    if (end == 0) return "an IPv6 group is empty";
    if (const reason why = store(value); why != nullptr) return why;
    rest_.remove_prefix(end);
    return rest_.empty() ? nullptr : read_colons();
  }

  reason read_colons() {
    rest_.remove_prefix(1);
    if (rest_.empty()) return "an IPv6 address ends in a single colon";
    if (rest_.front() != ':') return nullptr;
    if (gap_ != none) return "'::' stands more than once";
    gap_ = count_;
    rest_.remove_prefix(1);
    return nullptr;
  }

  reason read_quad() {
    if (rest_.find(':') != std::string_view::npos) return "a port, or an IPv4 part that is not the last";
    std::uint32_t quad = 0;
    if (!read_v4(rest_, quad)) return explain_v4(rest_);
    rest_ = {};
    if (const reason why = store(quad >> 16); why != nullptr) return why;
    return store(quad & 0xffff);
  }

  reason store(std::uint32_t group) {
    if (count_ == 8) return "an IPv6 address has eight groups; this has more";
    groups_[count_++] = static_cast<std::uint16_t>(group);
    return nullptr;
  }

  std::string_view rest_;
  std::array<std::uint16_t, 8> groups_{};
  static constexpr std::size_t none = 9;
  std::size_t count_ = 0;
  std::size_t gap_ = none;  // groups before "::"
};

struct zero_run {
  std::size_t begin = 8;
  std::size_t length = 0;
};

// RFC 5952 §4.2: the longest run, the first of equals, and never a single group.
zero_run longest_zero_run(const std::array<std::uint8_t, 16>& bytes) {
  zero_run best;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t end = i;
    while (end < 8 && bytes[2 * end] == 0 && bytes[2 * end + 1] == 0) ++end;
    if (end - i > 1 && end - i > best.length) best = {i, end - i};
  }
  return best;
}

}  // namespace

result<address> address::parse(std::string_view text) {
  address made;
  std::uint32_t quad = 0;
  if (read_v4(text, quad)) {
    made.low_ = std::uint64_t{0xffff} << 32 | quad;
    return made;
  }
  v6_reader reader(text);
  const reason not_v6 = reader.read();
  if (not_v6 == nullptr) {
    const auto [high, low] = reader.halves();
    made.high_ = high;
    made.low_ = low;
    return made;
  }
  const reason odd = screen(text);
  const bool dotted = text.find(':') == std::string_view::npos;
  return error{errc::invalid_network, odd != nullptr ? odd : dotted ? explain_v4(text) : not_v6};
}

char* write_text(char* out, const address& what) noexcept {
  const std::array<std::uint8_t, 16> all = what.bytes();
  char* const begin = out;
  if (what.is_v4()) {
    for (std::size_t i = 12; i < 16; ++i) {
      if (i != 12) *out++ = '.';
      out = std::to_chars(out, begin + longest_text, all[i]).ptr;
    }
    return out;
  }
  const zero_run run = longest_zero_run(all);
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == run.begin) {
      *out++ = ':';
      *out++ = ':';
      i += run.length - 1;
      continue;
    }
    if (out != begin && out[-1] != ':') *out++ = ':';
    out = std::to_chars(out, begin + longest_text, all[2 * i] << 8 | all[2 * i + 1], 16).ptr;
  }
  return out;
}

std::string address::to_string() const {
  std::array<char, longest_text> text;
  return {text.data(), write_text(text.data(), *this)};
}

}  // namespace ekauth::inline v1::cidr
