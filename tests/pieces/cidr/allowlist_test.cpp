#include <ekauth/cidr.hpp>

#include "catch.hpp"

namespace cidr = ekauth::cidr;
using cidr::address;
using cidr::allowlist;
using ekauth::errc;

namespace {

address at(std::string_view text) {
  const auto parsed = address::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

allowlist list(std::initializer_list<std::string_view> entries) {
  const auto parsed = allowlist::parse(entries);
  REQUIRE(parsed);
  return *parsed;
}

}  // namespace

TEST_CASE("an allowlist contains what any of its entries contains", "[cidr]") {
  const allowlist offices = list({"192.0.2.0/24", "198.51.100.7", "2001:db8:1::/48", "2001:db8:2::9"});
  CHECK(offices.size() == 4);
  CHECK_FALSE(offices.empty());
  for (const std::string_view who : {"192.0.2.0", "192.0.2.255", "198.51.100.7", "::ffff:198.51.100.7",
                                     "2001:db8:1:ffff::1", "2001:db8:2::9"})
    CHECK(offices.contains(at(who)));
  for (const std::string_view who :
       {"192.0.1.255", "192.0.3.0", "198.51.100.6", "198.51.100.8", "2001:db8:2::8", "2001:db8:2::a",
        "2001:db8::", "::", "0.0.0.0", "::192.0.2.1"})
    CHECK_FALSE(offices.contains(at(who)));
}

TEST_CASE("an empty allowlist denies everybody", "[cidr]") {
  for (const allowlist& nobody : {allowlist{}, list({}), *allowlist::parse(std::vector<std::string>{})}) {
    CHECK(nobody.empty());
    CHECK(nobody.size() == 0);
    CHECK_FALSE(nobody.contains(at("127.0.0.1")));
    CHECK_FALSE(nobody.contains(at("::1")));
    CHECK_FALSE(nobody.contains(address{}));
  }
}

TEST_CASE("an allowlist denies a mapped IPv4 address when only IPv6 is listed", "[cidr]") {
  const allowlist six = list({"::/0"});
  CHECK(six.contains(at("2001:db8::1")));
  CHECK_FALSE(six.contains(at("10.1.2.3")));
  CHECK_FALSE(six.contains(at("::ffff:10.1.2.3")));
}

TEST_CASE("an allowlist denies IPv6 when only IPv4 is listed", "[cidr]") {
  const allowlist four = list({"0.0.0.0/0"});
  CHECK(four.contains(at("10.1.2.3")));
  CHECK_FALSE(four.contains(at("2001:db8::1")));
  CHECK_FALSE(four.contains(at("::10.1.2.3")));
}

TEST_CASE("one bad entry refuses the whole list and is named", "[cidr]") {
  const auto refused = allowlist::parse({"192.0.2.0/24", "2001:db8::/32", "10.0.0.1/8", "010.0.0.1"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == errc::invalid_network);
  CHECK(refused.error().position() == 2);
  CHECK(std::string(refused.error().text()) == "bits are set after the prefix length");

  const auto last = allowlist::parse(std::vector<std::string>{"192.0.2.0/24", "192.0.2.1 "});
  REQUIRE_FALSE(last);
  CHECK(last.error().position() == 1);
  CHECK(std::string(last.error().text()) == "a blank or control character");

  const auto first = allowlist::parse({""});
  REQUIRE_FALSE(first);
  CHECK(first.error().position() == 0);
}

TEST_CASE("repeats and overlaps in an allowlist are allowed and counted", "[cidr]") {
  const allowlist twice = list({"10.0.0.0/8", "10.0.0.0/8", "10.1.0.0/16", "::ffff:10.0.0.0/104"});
  CHECK(twice.size() == 4);
  CHECK(twice.contains(at("10.1.2.3")));
}

TEST_CASE("an allowlist merges entries that overlap or touch", "[cidr]") {
  CHECK(list({"10.0.0.0/8", "10.0.0.0/8", "10.1.0.0/16"}).ranges() == 1);
  CHECK(list({"10.0.0.0/9", "10.128.0.0/9"}).ranges() == 1);
  CHECK(list({"10.0.0.1-10.0.0.7", "10.0.0.8"}).ranges() == 1);
  CHECK(list({"10.0.0.1-10.0.0.7", "10.0.0.9"}).ranges() == 2);
  CHECK(list({"2001:db8::/33", "2001:db8:8000::/33", "10.0.0.1", "10.0.0.3"}).ranges() == 3);
  CHECK(list({"0.0.0.0/0", "10.0.0.0/8", "255.255.255.255"}).ranges() == 1);
  CHECK(list({"::/0", "ffff::", "8000::/1"}).ranges() == 1);
  CHECK(allowlist().ranges() == 0);
}

TEST_CASE("an allowlist can tell that it grants a whole family", "[cidr]") {
  const auto both = [](std::initializer_list<std::string_view> entries) {
    return std::pair(list(entries).covers_all_ipv4(), list(entries).covers_all_ipv6());
  };
  CHECK(both({"0.0.0.0/0"}) == std::pair(true, false));
  CHECK(both({"::/0"}) == std::pair(false, true));
  CHECK(both({"10.0.0.0/8", "0.0.0.0/1", "128.0.0.0-255.255.255.255", "::1"}) == std::pair(true, false));
  CHECK(both({"0.0.0.0/1", "128.0.0.0-255.255.255.254"}) == std::pair(false, false));
  CHECK(both({"0.0.0.1-255.255.255.255"}) == std::pair(false, false));
  CHECK(both({"::/1", "8000::/1"}) == std::pair(false, true));
  CHECK(both({"::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) == std::pair(false, false));
  CHECK(both({"::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"}) == std::pair(false, false));
  // The mapped block is not IPv6, so what ends before it and begins after it is all of IPv6.
  CHECK(both({"::-::fffe:ffff:ffff", "::1:0:0:0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) ==
        std::pair(false, true));
  CHECK(both({}) == std::pair(false, false));
}

TEST_CASE("copies of an allowlist are the list, and outlive it", "[cidr]") {
  allowlist copy;
  {
    const allowlist first = list({"192.0.2.0/24", "2001:db8::/32"});
    copy = first;
    CHECK(copy.memory_bytes() == first.memory_bytes());
  }
  CHECK(copy.contains(at("192.0.2.1")));
  const allowlist& same = copy;
  copy = same;
  CHECK(copy.contains(at("2001:db8::1")));
  const allowlist taken = std::move(copy);
  CHECK(taken.size() == 2);
  copy = list({"10.0.0.1"});
  CHECK_FALSE(copy.contains(at("192.0.2.1")));
  CHECK(taken.contains(at("192.0.2.1")));
}

TEST_CASE("a small allowlist takes little memory", "[cidr]") {
  CHECK(allowlist().memory_bytes() == 0);
  CHECK(list({"10.0.0.1", "10.0.0.3", "10.0.0.5", "10.0.0.7"}).memory_bytes() <= 64);
  CHECK(list({"10.0.0.1", "10.0.0.3", "10.0.0.5", "10.0.0.7", "10.0.0.9"}).memory_bytes() <= 128);
}

TEST_CASE("an allowlist of many entries finds the first and the last", "[cidr]") {
  std::vector<std::string> entries;
  for (int i = 0; i < 1000; ++i)
    entries.push_back("10." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ".0/24");
  const auto many = allowlist::parse(entries);
  REQUIRE(many);
  CHECK(many->size() == 1000);
  CHECK(many->contains(at("10.0.0.9")));
  CHECK(many->contains(at("10.3.249.255")));
  CHECK_FALSE(many->contains(at("10.3.250.0")));
}
