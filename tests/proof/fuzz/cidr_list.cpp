// An allowlist: contains what one of its entries contains, around every edge, and one bad entry refuses it
// whole.
#include <ekauth/cidr.hpp>

#include "fuzz/fuzz.hpp"

using namespace ekauth;
using fuzz::must;

namespace {

cidr::address moved(const cidr::address& from, int by) {
  auto bytes = from.bytes();
  for (std::size_t i = 16; i-- > 0;) {
    bytes[i] = static_cast<std::uint8_t>(bytes[i] + by);
    if (bytes[i] != (by > 0 ? 0x00 : 0xff)) break;
  }
  return cidr::address(bytes);
}

// Entries by text, or packed so that a few bytes are many entries.
std::vector<cidr::range> unpack(fuzz::input& in) {
  std::vector<cidr::range> all;
  while (!in.empty()) {
    const std::uint8_t kind = in.byte();
    std::array<std::uint8_t, 16> raw{};
    const std::size_t from = kind & 1 ? 12 : 0;
    if (kind & 1) raw[10] = raw[11] = 0xff;
    for (std::size_t i = 0; i < 4; ++i) raw[from + i] = in.byte();
    if (!(kind & 1)) raw[15] = raw[2];
    const cidr::address first(raw);
    raw[15] = static_cast<std::uint8_t>(raw[15] | kind >> 1);
    if (kind & 2) raw[14] = 0xff;
    const auto made = cidr::range::between(first, cidr::address(raw));
    if (made) all.push_back(*made);
  }
  return all;
}

void check(const std::vector<cidr::range>& entries) {
  const cidr::allowlist list(entries);
  must(list.size() == entries.size() && list.empty() == entries.empty(), "it counts its entries");
  must(list.ranges() <= entries.size(), "merging makes fewer");
  const cidr::allowlist copy = list;
  std::vector<cidr::address> probes{
      *cidr::address::parse("0.0.0.0"),   *cidr::address::parse("255.255.255.255"),
      *cidr::address::parse("::"),        *cidr::address::parse("::fffe:ffff:ffff"),
      *cidr::address::parse("::1:0:0:0"), *cidr::address::parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")};
  for (const cidr::range& each : entries)
    for (const cidr::address& edge : {each.first(), each.last()})
      for (const cidr::address& probe : {moved(edge, -1), edge, moved(edge, 1)}) probes.push_back(probe);
  for (const cidr::address& who : probes) {
    bool inside = false;
    for (const cidr::range& each : entries) inside |= each.contains(who);
    must(copy.contains(who) == inside, "a list contains what an entry contains");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  if (in.byte() % 2 == 0) {
    check(unpack(in));
    return 0;
  }
  const std::vector<std::string> texts = in.lines();
  std::vector<cidr::range> entries;
  for (const std::string& each : texts) {
    const auto read = cidr::range::parse(each);
    if (!read) break;
    entries.push_back(*read);
  }
  const auto list = cidr::allowlist::parse(texts);
  must(list.has_value() == (entries.size() == texts.size()), "a list is read where every entry is");
  if (!list) must(list.error().position() == entries.size(), "the first bad entry is named");
  check(entries);
  return 0;
}
