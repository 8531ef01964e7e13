#include <ekauth/cidr.hpp>

#include "catch.hpp"

namespace cidr = ekauth::cidr;
using cidr::address;
using cidr::prefix;
using cidr::range;
using ekauth::errc;

namespace {

range entry(std::string_view text) {
  const auto made = range::parse(text);
  if (!made) FAIL(text << ": " << made.error().text());
  return *made;
}

address at(std::string_view text) {
  const auto made = address::parse(text);
  REQUIRE(made);
  return *made;
}

}  // namespace

TEST_CASE("a block that reaches the IPv4-mapped addresses ends before them, and contains its ends",
          "[cidr]") {
  const address last = at("::fffe:ffff:ffff");
  for (const char* text : {"::/80", "::8000:0:0/81", "::fffc:0:0/94", "::fffe:0:0/95"}) {
    const range made = entry(text);
    CHECK(made.last() == last);
    CHECK(made.contains(made.first()));
    CHECK(made.contains(last));
    CHECK_FALSE(made.contains(at("255.255.255.255")));
    CHECK_FALSE(made.contains(at("::1:0:0:0")));
    CHECK(entry(made.to_string()) == made);
  }
  CHECK(entry("::/80").to_string() == "::/80");
  CHECK(entry("::/79").last() == at("::1:ffff:ffff:ffff"));
  CHECK(entry("::/79").contains(at("::1:0:0:0")));
}

TEST_CASE("an entry is an address, a block or a range, and prints as the shortest of them", "[cidr]") {
  struct row {
    std::string_view text, first, last, printed;
  };
  const auto good = GENERATE(values<row>({
      {"192.0.2.7", "192.0.2.7", "192.0.2.7", "192.0.2.7"},
      {"192.0.2.7/32", "192.0.2.7", "192.0.2.7", "192.0.2.7"},
      {"192.0.2.7-192.0.2.7", "192.0.2.7", "192.0.2.7", "192.0.2.7"},
      {"192.0.2.0/24", "192.0.2.0", "192.0.2.255", "192.0.2.0/24"},
      {"192.0.2.0-192.0.2.255", "192.0.2.0", "192.0.2.255", "192.0.2.0/24"},
      {"192.0.2.0-192.0.2.254", "192.0.2.0", "192.0.2.254", "192.0.2.0-192.0.2.254"},
      {"192.0.2.1-192.0.2.255", "192.0.2.1", "192.0.2.255", "192.0.2.1-192.0.2.255"},
      {"192.0.2.1-192.0.2.2", "192.0.2.1", "192.0.2.2", "192.0.2.1-192.0.2.2"},
      {"0.0.0.0-255.255.255.255", "0.0.0.0", "255.255.255.255", "0.0.0.0/0"},
      {"0.0.0.0-0.0.0.1", "0.0.0.0", "0.0.0.1", "0.0.0.0/31"},
      {"::ffff:192.0.2.1-192.0.2.9", "192.0.2.1", "192.0.2.9", "192.0.2.1-192.0.2.9"},
      {"::ffff:192.0.2.0/120", "192.0.2.0", "192.0.2.255", "192.0.2.0/24"},
      {"2001:DB8::-2001:db8::ff", "2001:db8::", "2001:db8::ff", "2001:db8::/120"},
      {"2001:db8::1-2001:db8::ffff", "2001:db8::1", "2001:db8::ffff", "2001:db8::1-2001:db8::ffff"},
      {"::1", "::1", "::1", "::1"},
      {"::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0"},
      {"::-1::", "::", "1::", "::-1::"},
      {"2001:db8:0:1::-2001:db8:0:3:ffff:ffff:ffff:ffff", "2001:db8:0:1::",
       "2001:db8:0:3:ffff:ffff:ffff:ffff", "2001:db8:0:1::-2001:db8:0:3:ffff:ffff:ffff:ffff"},
      {"8000::/1", "8000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "8000::/1"},
      {"2001:db8:0:0:8000::/65", "2001:db8:0:0:8000::", "2001:db8::ffff:ffff:ffff:ffff",
       "2001:db8:0:0:8000::/65"},
  }));
  CAPTURE(good.text);
  const range made = entry(good.text);
  CHECK(made.first() == at(good.first));
  CHECK(made.last() == at(good.last));
  CHECK(made.to_string() == good.printed);
  CHECK(entry(good.printed) == made);
  CHECK(made.covers_family() == good.printed.ends_with("/0"));
}

TEST_CASE("a text that is no entry is refused with its reason", "[cidr]") {
  struct row {
    std::string_view text;
    const char* why;
  };
  const auto bad = GENERATE(values<row>({
      {"192.0.2.9-192.0.2.1", "the first address of the range is after the last"},
      {"2001:db8::9-2001:db8::1", "the first address of the range is after the last"},
      {"192.0.2.1-2001:db8::1", "a range of two families"},
      {"::-192.0.2.1", "a range of two families"},
      {"192.0.2.1-::192.0.2.9", "a range of two families"},
      {"192.0.2.1-9", "an IPv4 address has four octets; this has fewer"},
      {"192.0.2.1-.9", "an IPv4 address has four octets; this has fewer"},
      {"192.0.2.1-192.0.2.09", "an IPv4 octet has a leading zero"},
      {"192.0.2.1 - 192.0.2.9", "a blank or control character"},
      {"192.0.2.1- 192.0.2.9", "a blank or control character"},
      {"192.0.2.1-192.0.2.9 ", "a blank or control character"},
      {"192.0.2.1-", "the address is empty"},
      {"-192.0.2.1", "the address is empty"},
      {"-", "the address is empty"},
      {"192.0.2.1--192.0.2.9", "an IPv4 octet is not a decimal number"},
      {"192.0.2.1-192.0.2.5-192.0.2.9", "an IPv4 octet is not a decimal number"},
      {"192.0.2.1-192.0.2.0/24", "a prefix length where only an address belongs"},
      {"192.0.2.0/24-192.0.3.0/24", "a prefix length where only an address belongs"},
      {"192.0.2.0/-1", "a prefix length where only an address belongs"},
      {"[::1]-[::2]", "brackets are not part of an address here"},
      {"fe80::1%eth0-fe80::2", "a zone id is not part of an address here"},
      {"10.0.0.1/8", "bits are set after the prefix length"},
      {"10.0.0.0/08", "the prefix length has a leading zero"},
      {"", "the address is empty"},
  }));
  CAPTURE(bad.text);
  const auto refused = range::parse(bad.text);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == errc::invalid_network);
  CHECK(std::string(refused.error().text()) == bad.why);
}

TEST_CASE("an entry contains its ends and neither neighbour", "[cidr]") {
  const range some = entry("192.0.2.10-192.0.3.20");
  CHECK_FALSE(some.contains(at("192.0.2.9")));
  CHECK(some.contains(at("192.0.2.10")));
  CHECK(some.contains(at("::ffff:192.0.2.255")));
  CHECK(some.contains(at("192.0.3.20")));
  CHECK_FALSE(some.contains(at("192.0.3.21")));
  CHECK_FALSE(some.contains(at("::192.0.2.10")));
}

TEST_CASE("an IPv6 entry on both sides of the mapped block does not contain IPv4", "[cidr]") {
  for (const std::string_view text :
       {"::/0", "::/80", "::-1::", "::fffe:ffff:ffff-::1:0:0:0", "::fffe:0:0/95"}) {
    CAPTURE(text);
    CHECK(entry(text).contains(at("::fffe:ffff:ffff")));
    CHECK_FALSE(entry(text).contains(at("0.0.0.0")));
    CHECK_FALSE(entry(text).contains(at("255.255.255.255")));
    CHECK(entry(entry(text).to_string()) == entry(text));
  }
}

TEST_CASE("an entry is made of two addresses as of their text", "[cidr]") {
  CHECK(*range::between(at("10.0.0.1"), at("10.0.0.9")) == entry("10.0.0.1-10.0.0.9"));
  CHECK(*range::between(at("::"), at("::")) == entry("::"));
  CHECK_FALSE(range::between(at("10.0.0.9"), at("10.0.0.1")));
  CHECK_FALSE(range::between(at("10.0.0.9"), at("::1")));
  CHECK(range(at("10.0.0.1")) == entry("10.0.0.1"));
  CHECK(range(*prefix::parse("10.0.0.0/8")) == entry("10.0.0.0-10.255.255.255"));
}
