// An entry of an allowlist: what is taken is what inet_pton takes of its addresses, its text comes back to
// the same entry, an address is written as inet_ntop writes it, and an entry contains what a bit by bit
// comparison says.
#include <ekauth/cidr.hpp>

#include <arpa/inet.h>

#include <array>
#include <optional>

#include "fuzz/fuzz.hpp"

using namespace ekauth;
using fuzz::must;

namespace {

using bytes = std::array<std::uint8_t, 16>;

std::optional<bytes> read_plainly(const std::string& text) {
  bytes all{};
  if (text.find('\0') != std::string::npos) return std::nullopt;
  std::uint8_t four[4];
  if (::inet_pton(AF_INET, text.c_str(), four) == 1) {
    all[10] = all[11] = 0xff;
    for (std::size_t i = 0; i < 4; ++i) all[12 + i] = four[i];
    return all;
  }
  if (::inet_pton(AF_INET6, text.c_str(), all.data()) == 1) return all;
  return std::nullopt;
}

bool bit(const bytes& of, int at) { return (of[static_cast<std::size_t>(at / 8)] >> (7 - at % 8) & 1) != 0; }

// Nothing where inet_ntop ends IPv6 in a dotted quad, which we do not.
std::optional<std::string> write_plainly(const cidr::address& who) {
  char text[INET6_ADDRSTRLEN];
  const bytes all = who.bytes();
  if (who.is_v4()) return ::inet_ntop(AF_INET, &all[12], text, sizeof text);
  const std::string written = ::inet_ntop(AF_INET6, all.data(), text, sizeof text);
  return written.find('.') == std::string::npos ? std::optional(written) : std::nullopt;
}

void check_address(const std::string& text) {
  const auto read = cidr::address::parse(text);
  const auto plain = read_plainly(text);
  must(read.has_value() == plain.has_value(), "an address is one where inet_pton takes it");
  if (!read) return;
  must(read->bytes() == *plain, "and the same one");
  must(*cidr::address::parse(read->to_string()) == *read, "its text is read as the same address");
}

void check_block(const cidr::prefix& block, const cidr::address& who) {
  must(*cidr::prefix::parse(block.to_string()) == block, "a block's text is read as the same block");
  const int bits = block.network().is_v4() ? block.length() + 96 : block.length();
  const bytes network = block.network().bytes(), there = who.bytes();
  for (int i = bits; i < 128; ++i) must(!bit(network, i), "no bit is set after the length");
  bool inside = who.is_v4() == block.network().is_v4();
  for (int i = 0; i < bits; ++i) inside &= bit(network, i) == bit(there, i);
  must(block.contains(who) == inside, "a block contains what begins with its bits");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  bytes raw{};
  const bool v4 = in.byte() % 2 == 0;
  for (std::uint8_t& byte : raw) byte = in.byte();
  const cidr::address who =
      v4 ? cidr::address(std::array<std::uint8_t, 4>{raw[0], raw[1], raw[2], raw[3]}) : cidr::address(raw);
  must(*cidr::address::parse(who.to_string()) == who, "every address has a text");
  must(who.to_string() == write_plainly(who).value_or(who.to_string()), "the one that inet_ntop writes");
  const std::string text = in.all();
  check_address(text);

  const auto block = cidr::prefix::parse(text);
  if (block) check_block(*block, who);
  const auto range = cidr::range::parse(text);
  if (block)
    must(range && range->contains(who) == block->contains(who), "a block is a range of the same addresses");
  if (!range) return 0;
  must(*cidr::range::parse(range->to_string()) == *range, "a range's text is read as the same range");
  must(range->first() <= range->last() && range->first().is_v4() == range->last().is_v4(),
       "its ends are in order");
  must(range->contains(who) ==
           (who.is_v4() == range->first().is_v4() && range->first() <= who && who <= range->last()),
       "it contains what lies between its ends");
  const std::size_t dash = text.find('-');
  must(block.has_value() || dash != std::string::npos, "what is no block has a dash");
  if (!block)
    must(read_plainly(text.substr(0, dash)) == range->first().bytes() &&
             read_plainly(text.substr(dash + 1)) == range->last().bytes(),
         "and two addresses that inet_pton takes");
  return 0;
}
