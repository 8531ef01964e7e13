// Every lookup form against a plain sorted list of ranges, at every place where the answer changes.
#include <algorithm>

#include "catch.hpp"
#include "cidr/allocations.hpp"
#include "cidr/lists.hpp"

namespace cidr = ekauth::cidr;
using cidr::address;
using cidr::allowlist;
using cidr::range;
using namespace generated;

namespace {

// The slow way: merged by the book, looked up by the standard library.
class oracle {
 public:
  explicit oracle(const std::vector<range>& entries) {
    std::vector<ends> all;
    for (const range& entry : entries) all.push_back({entry.first(), entry.last()});
    std::sort(all.begin(), all.end(), [](const ends& a, const ends& b) { return a.first < b.first; });
    for (const ends& entry : all) {
      std::vector<ends>& side = entry.first.is_v4() ? v4_ : v6_;
      if (side.empty() || side.back().last < entry.first)
        side.push_back(entry);
      else
        side.back().last = std::max(side.back().last, entry.last);
    }
  }

  bool contains(const address& who) const {
    const std::vector<ends>& side = who.is_v4() ? v4_ : v6_;
    const auto after =
        std::upper_bound(side.begin(), side.end(), who,
                         [](const address& sought, const ends& entry) { return sought < entry.first; });
    return after != side.begin() && who <= std::prev(after)->last;
  }

 private:
  struct ends {
    address first, last;
  };
  std::vector<ends> v4_, v6_;
};

// How many addresses were answered differently, over all ends and their neighbours and some addresses by
// chance.
std::size_t differences(const std::vector<range>& entries, std::uint32_t seed) {
  const allowlist list(entries);
  const oracle plain(entries);
  std::vector<address> asked{v4(0),
                             v4(0xffffffff),
                             v6(0, 0),
                             v6(~std::uint64_t{0}, ~std::uint64_t{0}),
                             v6(0, 0xfffeffffffff),
                             v6(0, 0x1000000000000)};
  for (const range& entry : entries)
    asked.insert(asked.end(),
                 {entry.first(), entry.last(), neighbour(entry.first(), -1), neighbour(entry.last(), 1)});
  dice roll(seed);
  for (int i = 0; i < 20000; ++i) {
    const range& near = entries[roll.below(static_cast<std::uint32_t>(entries.size()))];
    asked.push_back(v4(static_cast<std::uint32_t>(roll.number())));
    asked.push_back(v6(roll.number(), roll.number()));
    asked.push_back(v6(near.first().high() ^ roll.number() >> (roll.below(64)), roll.number()));
    asked.push_back(v6(near.last().high(), near.last().low() ^ roll.number() >> (roll.below(64))));
  }
  std::size_t wrong = 0, inside = 0;
  for (const address& who : asked) {
    const bool expected = plain.contains(who);
    const std::size_t before = allocations();
    if (list.contains(who) != expected) ++wrong;
    if (allocations() != before) ++wrong;
    inside += expected ? 1 : 0;
  }
  CHECK(list.size() == entries.size());
  CHECK(list.memory_bytes() <= 260 * 1024 + 300 * entries.size());
  CHECK(inside > 0);
  return wrong;
}

std::vector<range> many(std::size_t count, range (*make)(dice&)) {
  dice roll(static_cast<std::uint32_t>(count));
  std::vector<range> all;
  while (all.size() < count) all.push_back(make(roll));
  return all;
}

std::uint32_t four(dice& roll) { return static_cast<std::uint32_t>(roll.number()); }

range host_v4(dice& roll) { return v4(four(roll)); }
range routed(dice& roll) { return v4_block(four(roll), routed_v4_length(roll)); }
range any_v4(dice& roll) {
  const std::uint32_t a = four(roll), width = four(roll) >> (8 + roll.below(24));
  return *range::between(v4(a), v4(a + std::min(width, ~a)));
}
range crowded_v4(dice& roll) {  // hosts of two /16s, of a /12, and blocks between
  const std::uint32_t kind = roll.below(4);
  if (kind == 0) return v4(0x0a010000 | (four(roll) & 0x1ffff));
  if (kind == 1) return v4(0xac100000 | (four(roll) & 0xfffff));
  return kind == 2 ? v4_block(0xc0000000 | (four(roll) & 0x3ffffff), 24 + roll.below(9)) : any_v4(roll);
}
range packed_v4(dice& roll) { return v4(0x0a010000 | (four(roll) & 0xffff)); }  // hosts of one /16
range host_v6(dice& roll) { return v6(roll.number(), roll.number()); }
range neighbours_v6(dice& roll) {  // many within the same /64, and in the next
  return v6(0x20010db800000000 | roll.below(64), roll.number() >> roll.below(64));
}
range any_v6(dice& roll) {
  const std::uint64_t high = roll.number() >> roll.below(64), low = roll.number();
  return v6_block(high, low | (std::uint64_t{1} << 63), roll.below(128) + 1);
}
range wide_v6(dice& roll) {
  const address a = v6(0x2001000000000000 | roll.number() >> (16 + roll.below(48)), roll.number());
  const address b = v6(a.high() + (roll.number() >> (30 + roll.below(34))), roll.number());
  return a < b ? *range::between(a, b) : range(a);
}
range clustered_v6(dice& roll) {  // as much memory as it can: some tens within a /56, anywhere
  const std::uint64_t cluster = roll.below(256) * 0x9e3779b97f4a7c15;
  return v6((cluster & ~std::uint64_t{255}) | roll.below(256), 0);
}
range both(dice& roll) { return roll.below(2) == 0 ? any_v4(roll) : wide_v6(roll); }

}  // namespace

TEST_CASE("every form of a list answers as the plain list of ranges does, and allocates nothing", "[cidr]") {
  const auto make = GENERATE(host_v4, routed, any_v4, crowded_v4, packed_v4, host_v6, neighbours_v6, any_v6,
                             wide_v6, clustered_v6, both);
  const auto count =
      GENERATE(as<std::size_t>{}, 1, 2, 3, 4, 5, 8, 15, 16, 17, 33, 500, 511, 512, 513, 2000, 20000);
  CAPTURE(count);
  CHECK(differences(many(count, make), 7) == 0);
}

TEST_CASE("long lists of routed blocks answer as the plain list of ranges does", "[cidr]") {
  CHECK(differences(routed_v4(200000, 1), 8) == 0);
  CHECK(differences(routed_v6(100000, 2), 9) == 0);
}

TEST_CASE("lists with whole families, their ends and both halves answer as the plain list does", "[cidr]") {
  const range all_v4 = v4_block(0, 0), all_v6 = v6_block(0, 0, 0);
  for (const auto make : {routed, any_v6}) {
    std::vector<range> entries = many(3000, make);
    for (const range& end : {range(v4(0)), range(v4(~0u)), range(v6(0, 0)),
                             range(v6(~std::uint64_t{0}, ~std::uint64_t{0})), *range::parse("::/80")})
      entries.push_back(end);
    CHECK(differences(entries, 10) == 0);
    entries.push_back(all_v4);
    CHECK(differences(entries, 11) == 0);
    entries.push_back(all_v6);
    CHECK(differences(entries, 12) == 0);
    CHECK(allowlist(entries).ranges() == 2);
  }
}
