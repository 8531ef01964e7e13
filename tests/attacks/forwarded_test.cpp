// Whatever an outsider writes into forwarded headers, the proxies in front of the server append his own
// address to it.
#include <ekauth/client_address.hpp>

#include "catch.hpp"
#include "support/dice.hpp"
#include "support/figure.hpp"

using namespace ekauth;
using cidr::forwarding;
using namespace std::string_literals;

namespace {

const std::string outsider = "198.51.100.7";
const cidr::address first_proxy = *cidr::address::parse("10.0.0.1");

struct header {
  forwarding kind;
  const char* prefix;  // of an honest element
  std::vector<std::string> pieces;
};

const std::vector<header> headers{{forwarding::x_forwarded_for,
                                   "",
                                   {"203.0.113.5",
                                    "10.0.0.2",
                                    "2001:db8::1",
                                    "[2001:db8::1]:80",
                                    ",",
                                    ", ",
                                    ",,",
                                    ";",
                                    ":",
                                    "[",
                                    "]",
                                    "\"",
                                    "\\",
                                    "unknown",
                                    "_hidden",
                                    " ",
                                    "\t",
                                    "\r\n",
                                    "\0"s,
                                    "127.0.0.1",
                                    "198.51.100.8",
                                    "::ffff:10.0.0.2",
                                    "%0d%0a",
                                    "for=",
                                    "\xff"}},
                                  {forwarding::forwarded,
                                   "for=",
                                   {"for=203.0.113.5",
                                    "for=10.0.0.2",
                                    "for=\"[2001:db8::1]:80\"",
                                    "for=unknown",
                                    "for=_hidden",
                                    ",",
                                    ", ",
                                    ";",
                                    "; ",
                                    "\"",
                                    "\\",
                                    "\\\"",
                                    "for=",
                                    "FOR=10.0.0.2",
                                    "by=10.0.0.1",
                                    "host=a",
                                    "proto=https",
                                    "=",
                                    " ",
                                    "\t",
                                    "\r\n",
                                    "\0"s,
                                    "for=\"",
                                    "[",
                                    "]",
                                    "203.0.113.5",
                                    "\xff",
                                    "for=127.0.0.1",
                                    ";for=10.0.0.3",
                                    "x=\"a,b\""}}};

std::string garbage(fixed::dice& roll, const header& of) {
  std::string text;
  for (std::size_t i = roll.below(8); i > 0; --i) text += of.pieces[roll.below(of.pieces.size())];
  return text;
}

// The lines as they arrive: the outsider's own, then his address and those of so many trusted proxies behind
// the first.
std::vector<std::string> arrived(fixed::dice& roll, const header& of, std::size_t proxies) {
  std::vector<std::string> lines;
  for (std::size_t i = roll.below(3); i > 0; --i) lines.push_back(garbage(roll, of));
  std::string honest = of.prefix + outsider;
  for (std::size_t i = 0; i < proxies; ++i)
    honest += ", " + (of.prefix + ("10.0.0."s + std::to_string(9 + i)));
  if (roll.once_in(2))
    lines.push_back(honest);
  else
    lines.push_back(garbage(roll, of) + ", " + honest);
  return lines;
}

}  // namespace

TEST_CASE("whatever an outsider sends, his address is his own or unknown", "[cidr]") {
  const cidr::allowlist proxies = *cidr::allowlist::parse({"10.0.0.0/8", "127.0.0.1"});
  fixed::dice roll(7239);
  for (const header& of : headers) {
    int found = 0;
    for (int i = 0; i < 20000; ++i) {
      const std::size_t count = roll.below(3);
      const std::vector<std::string> lines = arrived(roll, of, count);
      const std::vector<std::string_view> views(lines.begin(), lines.end());
      const cidr::client who = cidr::client_of(first_proxy, of.kind, views, proxies);
      CAPTURE(lines);
      const auto known = who.known();
      // X-Forwarded-For has no quotes that would reach over a comma: what stands left of his address is never
      // read.
      if (of.kind == forwarding::x_forwarded_for) REQUIRE(known);
      if (!known) continue;
      ++found;
      REQUIRE(known->to_string() == outsider);
      CHECK(who.hops() == count + 1);
    }
    CHECK(found > 10000);
  }
  fixed::figure("headers of proxies that an outsider began",
                "20,000 of each kind, none gave him another address");
}
