// Thousands of generated texts and networks against inet_pton and against counting bits one by one.
#include <ekauth/cidr.hpp>

#include <arpa/inet.h>

#include <algorithm>
#include <random>

#include "catch.hpp"

namespace cidr = ekauth::cidr;
using cidr::address;
using cidr::prefix;

namespace {

using bytes16 = std::array<std::uint8_t, 16>;

// Fixed seeds: every run sees the same cases.
class dice {
 public:
  explicit dice(std::uint32_t seed) : source_(seed) {}
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(source_()) % limit; }
  std::uint8_t byte() { return static_cast<std::uint8_t>(below(256)); }

 private:
  std::mt19937 source_;
};

bytes16 mapped(const std::uint8_t* four) {
  bytes16 all{};
  all[10] = all[11] = 0xff;
  std::copy_n(four, 4, all.begin() + 12);
  return all;
}

// Bytes with many zero groups, so that every shape of "::" appears; now and then in the mapped block or near
// it.
bytes16 some_bytes(dice& roll) {
  bytes16 all{};
  for (std::size_t i = 0; i < 16; i += 2) {
    if (roll.below(2) == 0) continue;
    all[i] = roll.below(3) == 0 ? std::uint8_t{0} : roll.byte();
    all[i + 1] = roll.byte();
  }
  if (roll.below(8) == 0) {
    std::fill_n(all.begin(), 10, std::uint8_t{0});
    all[10] = all[11] = 0xff;
    if (roll.below(4) == 0) all[roll.below(12)] ^= 1;
  }
  return all;
}

// What inet_pton makes of a text, as ekauth counts it: no NUL inside, mapped is IPv4.
bool system_parse(const std::string& text, bytes16& out) {
  if (text.find('\0') != std::string::npos) return false;
  std::uint8_t four[4];
  if (inet_pton(AF_INET, text.c_str(), four) == 1) {
    out = mapped(four);
    return true;
  }
  return inet_pton(AF_INET6, text.c_str(), out.data()) == 1;
}

std::string system_text(const bytes16& all) {
  char text[INET6_ADDRSTRLEN];
  REQUIRE(inet_ntop(AF_INET6, all.data(), text, sizeof text) != nullptr);
  return text;
}

std::string system_text_v4(const std::uint8_t* four) {
  char text[INET_ADDRSTRLEN];
  REQUIRE(inet_ntop(AF_INET, four, text, sizeof text) != nullptr);
  return text;
}

std::string mutated(std::string text, dice& roll) {
  static constexpr std::string_view letters("0123456789abcdefABCDEFgx:.%/[] -+\0\n\xff", 37);
  for (std::uint32_t times = 1 + roll.below(3); times > 0; --times) {
    const std::size_t place = roll.below(static_cast<std::uint32_t>(text.size() + 1));
    const char letter = letters[roll.below(static_cast<std::uint32_t>(letters.size()))];
    switch (roll.below(4)) {
      case 0:
        text.insert(place, 1, letter);
        break;
      case 1:
        text.erase(place, 1);
        break;
      case 2:
        text.insert(place, text.substr(0, roll.below(6)));
        break;
      default:
        if (place < text.size()) text[place] = letter;
    }
  }
  return text;
}

// The slow way: bit by bit.
bool same_first_bits(const bytes16& a, const bytes16& b, int bits) {
  for (int i = 0; i < bits; ++i) {
    const auto place = static_cast<std::size_t>(i / 8);
    if (((a[place] ^ b[place]) >> (7 - i % 8) & 1) != 0) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("generated addresses survive the way through text", "[cidr]") {
  dice roll(20260101);
  for (int i = 0; i < 8000; ++i) {
    const bytes16 all = some_bytes(roll);
    const address who(all);
    const std::string text = who.to_string();
    CAPTURE(text);
    const auto again = address::parse(text);
    REQUIRE(again);
    REQUIRE(*again == who);
    REQUIRE(again->bytes() == all);
    bytes16 system{};
    REQUIRE(system_parse(text, system));
    REQUIRE(system == all);
    const bool dotted_by_system =
        same_first_bits(all, {}, 80);  // inet_ntop prints ::a.b.c.d, RFC 5952 does not ask for it
    if (!dotted_by_system) REQUIRE(text == system_text(all));
    if (who.is_v4()) REQUIRE(text == system_text_v4(all.data() + 12));
  }
}

TEST_CASE("addresses that the system prints are read as the same", "[cidr]") {
  dice roll(20260102);
  for (int i = 0; i < 4000; ++i) {
    const bytes16 all = some_bytes(roll);
    const auto six = address::parse(system_text(all));
    REQUIRE(six);
    REQUIRE(six->bytes() == all);
    const auto four = address::parse(system_text_v4(all.data() + 6));
    REQUIRE(four);
    REQUIRE(four->bytes() == mapped(all.data() + 6));
  }
}

TEST_CASE("damaged texts are accepted or refused exactly as inet_pton does", "[cidr]") {
  dice roll(20260103);
  int accepted = 0;
  for (int i = 0; i < 40000; ++i) {
    const bytes16 all = some_bytes(roll);
    const std::string text =
        mutated(roll.below(2) == 0 ? system_text(all) : system_text_v4(all.data() + 2), roll);
    CAPTURE(text);
    bytes16 system{};
    const bool expected = system_parse(text, system);
    const auto ours = address::parse(text);
    REQUIRE(ours.has_value() == expected);
    if (expected) REQUIRE(ours->bytes() == system);
    if (expected) ++accepted;
  }
  CHECK(accepted > 2000);  // both outcomes were seen often
  CHECK(accepted < 38000);
}

TEST_CASE("generated prefixes contain exactly the addresses with the same first bits", "[cidr]") {
  dice roll(20260104);
  int inside = 0;
  for (int i = 0; i < 8000; ++i) {
    bytes16 network = some_bytes(roll);
    const bool four = address(network).is_v4();
    const int length = static_cast<int>(roll.below(four ? 33 : 129));
    const int bits = four ? length + 96 : length;
    for (int bit = bits; bit < 128; ++bit)
      network[static_cast<std::size_t>(bit / 8)] &= static_cast<std::uint8_t>(~(0x80 >> bit % 8));
    const std::string text = address(network).to_string() + "/" + std::to_string(length);
    CAPTURE(text);
    const auto block = prefix::parse(text);
    REQUIRE(block);
    REQUIRE(block->to_string() == text);
    REQUIRE(block->length() == length);

    for (int step = 0; step < 8; ++step) {
      bytes16 who = network;
      for (std::size_t at = roll.below(17); at < 16; ++at) who[at] = roll.byte();
      if (step % 2 == 0) who[roll.below(16)] ^= static_cast<std::uint8_t>(1u << roll.below(8));
      const bool expected = address(who).is_v4() == four && same_first_bits(who, network, bits);
      REQUIRE(block->contains(address(who)) == expected);
      if (expected) ++inside;
    }
  }
  CHECK(inside > 10000);
}

TEST_CASE("a generated network with a bit after its length is refused", "[cidr]") {
  dice roll(20260105);
  for (int i = 0; i < 4000; ++i) {
    const bytes16 all = some_bytes(roll);
    const bool four = address(all).is_v4();
    const int length = static_cast<int>(roll.below(four ? 33 : 129));
    const std::string text = address(all).to_string() + "/" + std::to_string(length);
    CAPTURE(text);
    bool clean = true;
    for (int bit = four ? length + 96 : length; bit < 128; ++bit)
      clean = clean && (all[static_cast<std::size_t>(bit / 8)] & 0x80 >> bit % 8) == 0;
    REQUIRE(prefix::parse(text).has_value() == clean);
  }
}
