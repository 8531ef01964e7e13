// Generated cases for judges of addresses and entries: the same on every machine.
#pragma once

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>
#include <cstdio>

#include "cidr/lists.hpp"

namespace cases {

using ekauth::cidr::address;
using generated::dice;

struct question {
  std::vector<std::string> entries;
  std::string who;
};

template <std::size_t Size>
const char* one_of(dice& roll, const char* const (&all)[Size]) {
  return all[roll.below(Size)];
}

inline std::uint64_t crowded(dice& roll) {  // numbers with many zeros or ones in front, and some without
  const std::uint64_t any = roll.number() >> roll.below(64);
  return roll.below(3) == 0 ? ~any : any;
}

inline address some_address(dice& roll) {
  const std::uint32_t kind = roll.below(8);
  if (kind < 2) return generated::v4(static_cast<std::uint32_t>(crowded(roll)));
  if (kind < 4) return generated::v4(0x0a000000 | static_cast<std::uint32_t>(roll.number() >> 44));
  if (kind == 4)  // around the mapped block
    return generated::v6(0, 0xfffe00000000 + (roll.number() >> (24 + roll.below(40))));
  if (kind == 5) return generated::v6(crowded(roll), crowded(roll));
  return generated::v6(0x20010db800000000 | roll.number() >> (32 + roll.below(32)), crowded(roll));
}

inline std::string printed(const char* form, const std::array<std::uint8_t, 16>& all, std::size_t from) {
  char text[64];
  std::snprintf(text, sizeof text, form, all[from], all[from + 1], all[from + 2], all[from + 3]);
  return text;
}

// In one of the ways that people use. mapped: IPv4 as IPv6.
inline std::string written(const address& who, bool mapped, dice& roll) {
  const std::array<std::uint8_t, 16> all = who.bytes();
  if (who.is_v4() && !mapped) return printed("%d.%d.%d.%d", all, 12);
  if (who.is_v4())
    return printed(one_of(roll, {"::ffff:%d.%d.%d.%d", "::FFFF:%02X%02X:%02x%02x",
                                 "0:0:0:0:0:ffff:%d.%d.%d.%d", "0000:0:0::ffff:%02x%02x:%02X%02X"}),
                   all, 12);
  std::string text;
  if (roll.below(3) == 0) {
    for (const std::size_t from : {0u, 4u, 8u}) text += printed("%02x%02x:%02x%02X:", all, from);
    return text + printed(one_of(roll, {"%02X%02x:%02x%02x", "%d.%d.%d.%d"}), all, 12);
  }
  char shortest[INET6_ADDRSTRLEN];
  text = inet_ntop(AF_INET6, all.data(), shortest, sizeof shortest);
  if (roll.below(4) == 0)
    for (char& c : text) c = static_cast<char>(std::toupper(c));
  return text;
}

struct entry {
  address first, last;
  std::string text;
};

inline entry some_block(const address& who, bool mapped, dice& roll) {
  const unsigned whole = who.is_v4() ? 32 : 128;
  const unsigned length = roll.below(whole + 1);
  const unsigned bits = 128 - whole + length;
  const auto host = [](unsigned first) { return first >= 64 ? 0 : ~std::uint64_t{0} >> first; };
  const std::uint64_t high = host(bits), low = host(bits < 64 ? 0 : bits - 64);
  const address first = generated::v6(who.high() & ~high, who.low() & ~low);
  return {first, generated::v6(who.high() | high, who.low() | low),
          written(first, mapped, roll) + '/' + std::to_string(who.is_v4() && mapped ? bits : length)};
}

inline entry some_range(const address& who, bool mapped, dice& roll) {
  const address near = generated::v6(who.high(), who.low() + (roll.number() >> (32 + roll.below(32))));
  const address other = roll.below(8) == 0 ? some_address(roll) : near;
  const address first = std::min(who, other), last = std::max(who, other);
  return {first, last, written(first, mapped, roll) + '-' + written(last, roll.below(4) == 0, roll)};
}

inline entry some_entry(dice& roll) {
  const address who = some_address(roll);
  const bool mapped = roll.below(4) == 0;
  const std::uint32_t kind = roll.below(3);
  if (kind == 0) return {who, who, written(who, mapped, roll)};
  return kind == 1 ? some_block(who, mapped, roll) : some_range(who, mapped, roll);
}

// At an end of the entry, next to it, in it, near it, or anywhere.
inline address asked(const entry& about, dice& roll) {
  const address& end = roll.below(2) == 0 ? about.first : about.last;
  const std::uint64_t any = roll.number();
  switch (roll.below(6)) {
    case 0:
      return end;
    case 1:
      return generated::neighbour(about.first, -1);
    case 2:
      return generated::neighbour(about.last, 1);
    case 3:
      return generated::v6(end.high(), about.first.low() + any % ((about.last.low() - about.first.low()) | 1));
    case 4:
      return generated::v6(end.high(), end.low() ^ any >> roll.below(64));
    default:
      return some_address(roll);
  }
}

// What people, careless programs and attackers make of it; now and then it stays good.
inline std::string damaged(std::string text, dice& roll) {
  static const std::string letters("0123456789abcdefABCDEFgx:.%/[] -+\0\n\xff", 37);
  const auto below = [&](std::size_t limit) { return roll.below(static_cast<std::uint32_t>(limit)); };
  const std::size_t at = below(text.size() + 1);
  switch (roll.below(8)) {
    case 0:
      return text.insert(at, 1, letters[below(letters.size())]);
    case 1:
      return text.erase(at, 1 + below(3));
    case 2:
      return text.insert(at, text.substr(below(text.size() + 1), below(6)));
    case 3:
      return text.replace(at, 1, 1, letters[below(letters.size())]);
    case 4:  // another length
      return text.substr(0, text.find('/')) + '/' +
             one_of(roll, {"",    "0",         "8",         "08",          "008", "+8",     "-1",
                           " 8",  "8 ",        "0x8",       "8.0",         "1e1", "33",     "104",
                           "129", "255.0.0.0", "0.0.0.255", "255.0.255.0", "8/8", "\u00a08"});
    case 5:
      return text + one_of(roll, {"%eth0", "%1", "%", ":80", "\n", " ", "\t", "/", "-", "-9", "]", ",", ".",
                                  ":", "::", "/32", "/128", "-10.0.0.9", "-2001:db8::9"});
    case 6:
      return one_of(roll, {" ", "0", "[", "+", "-", "0x", "/", ":", "::", "1.", "0:", "\ufeff", "::ffff:"}) +
             text;
    default:
      return one_of(roll, {"",
                           "0",
                           "10",
                           "*",
                           "any",
                           "localhost",
                           "127.1",
                           "2130706433",
                           "0x7f000001",
                           "10.0.0",
                           "10/8",
                           "10.*.*.*",
                           "010.0.0.1",
                           "10.0.0.256",
                           "1.2.3.4.5",
                           "10.0.0.1-9",
                           "10.0.0.9-10.0.0.1",
                           "10.0.0.1 - 10.0.0.9",
                           "10.0.0.0/8-11.0.0.0/8",
                           "::1-10.0.0.1",
                           "10.0.0.1-::1",
                           "10.0.0.1/8",
                           "2001:db8::1/32",
                           "fe80::%eth0/64",
                           "::ffff:10.0.0.0/8",
                           "::ffff:0:0/95",
                           "1::2::3",
                           ":::",
                           "12345::",
                           "::1.2.3",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7::8:9",
                           "\uff11.2.3.4"});
  }
}

// Two of three without a fault, and one with some.
inline std::vector<question> generate(std::size_t count) {
  dice roll(20260115);
  std::vector<question> all;
  while (all.size() < count) {
    std::vector<entry> entries(1 + roll.below(3));
    for (entry& each : entries) each = some_entry(roll);
    const address who = asked(entries[roll.below(static_cast<std::uint32_t>(entries.size()))], roll);
    question made{{}, written(who, roll.below(4) == 0, roll)};
    const bool faulty = all.size() % 3 == 0;
    for (const entry& each : entries)
      made.entries.push_back(faulty && roll.below(2) == 0 ? damaged(each.text, roll) : each.text);
    if (faulty && roll.below(3) == 0) made.who = damaged(made.who, roll);
    all.push_back(std::move(made));
  }
  return all;
}

}  // namespace cases
