#include <ekauth/cidr.hpp>

#include "catch.hpp"

namespace cidr = ekauth::cidr;
using cidr::address;
using cidr::prefix;
using ekauth::errc;

namespace {

prefix block(std::string_view text) {
  const auto made = prefix::parse(text);
  if (!made) FAIL(text << ": " << made.error().text());
  return *made;
}

bool within(std::string_view network, std::string_view who) {
  const auto parsed = address::parse(who);
  REQUIRE(parsed);
  return block(network).contains(*parsed);
}

}  // namespace

TEST_CASE("a prefix is an address and a length, or an address alone", "[cidr]") {
  struct row {
    std::string_view text, printed;
    int length;
  };
  const auto good = GENERATE(values<row>({
      {"192.0.2.0/24", "192.0.2.0/24", 24},
      {"192.0.2.7", "192.0.2.7/32", 32},
      {"192.0.2.7/32", "192.0.2.7/32", 32},
      {"0.0.0.0/0", "0.0.0.0/0", 0},
      {"128.0.0.0/1", "128.0.0.0/1", 1},
      {"2001:db8::/32", "2001:db8::/32", 32},
      {"2001:DB8:0::/33", "2001:db8::/33", 33},
      {"::1", "::1/128", 128},
      {"::/0", "::/0", 0},
      {"8000::/1", "8000::/1", 1},
      {"2001:db8::8000:0:0:0/65", "2001:db8:0:0:8000::/65", 65},
      {"::ffff:192.0.2.0/120", "192.0.2.0/24", 24},
      {"::ffff:c000:200/120", "192.0.2.0/24", 24},
      {"::ffff:192.0.2.7", "192.0.2.7/32", 32},
      {"::ffff:192.0.2.7/128", "192.0.2.7/32", 32},
      {"::ffff:0:0/96", "0.0.0.0/0", 0},
      {"::1.2.3.0/120", "::102:300/120", 120},
      {"64:ff9b::/96", "64:ff9b::/96", 96},
  }));
  CAPTURE(good.text);
  const prefix made = block(good.text);
  CHECK(made.to_string() == good.printed);
  CHECK(made.length() == good.length);
  CHECK(made.covers_family() == (good.length == 0));
  CHECK(block(good.printed) == made);
}

TEST_CASE("a text that is not exactly a block is refused with its reason", "[cidr]") {
  using namespace std::string_view_literals;
  struct row {
    std::string_view text;
    const char* why;
  };
  const auto bad = GENERATE(values<row>({
      {"10.0.0.1/8", "bits are set after the prefix length"},
      {"192.0.2.1/31", "bits are set after the prefix length"},
      {"0.0.0.1/0", "bits are set after the prefix length"},
      {"2001:db8::1/64", "bits are set after the prefix length"},
      {"2001:db8:0:1::/63", "bits are set after the prefix length"},
      {"::1/0", "bits are set after the prefix length"},
      {"::8000:0:0:0/64", "bits are set after the prefix length"},
      {"::ffff:192.0.2.1/120", "bits are set after the prefix length"},
      {"::ffff:10.0.0.0/90", "the prefix of an IPv4-mapped address is at least 96 bits long"},
      {"::ffff:0.0.0.0/95", "the prefix of an IPv4-mapped address is at least 96 bits long"},
      {"::ffff:0:0/0", "the prefix of an IPv4-mapped address is at least 96 bits long"},
      {"10.0.0.0/", "the prefix length is missing"},
      {"::/", "the prefix length is missing"},
      {"10.0.0.0/33", "the prefix length is over 32"},
      {"10.0.0.0/128", "the prefix length is over 32"},
      {"10.0.0.0/4294967304", "the prefix length is over 32"},
      {"::/129", "the prefix length is over 128"},
      {"::/18446744073709551616", "the prefix length is over 128"},
      {"10.0.0.0/08", "the prefix length has a leading zero"},
      {"0.0.0.0/00", "the prefix length has a leading zero"},
      {"10.0.0.0/+8", "the prefix length is not a decimal number"},
      {"10.0.0.0/-1", "the prefix length is not a decimal number"},
      {"10.0.0.0/ 8", "the prefix length is not a decimal number"},
      {"10.0.0.0/8 ", "the prefix length is not a decimal number"},
      {"10.0.0.0/8\n", "the prefix length is not a decimal number"},
      {"10.0.0.0/8\0"sv, "the prefix length is not a decimal number"},
      {"10.0.0.0/8/8", "the prefix length is not a decimal number"},
      {"10.0.0.0/0x8", "the prefix length is not a decimal number"},
      {"10.0.0.0/8,", "the prefix length is not a decimal number"},
      {"10.0.0.0//8", "the prefix length is not a decimal number"},
      {"10.0.0.0/255.0.0.0", "a netmask where a prefix length belongs"},
      {"10.0.0.0/0.255.255.255", "a netmask where a prefix length belongs"},
      {"2001:db8::/ffff:ffff::", "a netmask where a prefix length belongs"},
      {"10.0.0.0 /8", "a blank or control character"},
      {" 10.0.0.0/8", "a blank or control character"},
      {"10.0.0.0 255.0.0.0", "a blank or control character"},
      {"fe80::%eth0/64", "a zone id is not part of an address here"},
      {"[::]/0", "brackets are not part of an address here"},
      {"10/8", "an IPv4 address has four octets; this has fewer"},
      {"10.0.0/24", "an IPv4 address has four octets; this has fewer"},
      {"010.0.0.0/8", "an IPv4 octet has a leading zero"},
      {"0x0a.0.0.0/8", "an IPv4 octet is not a decimal number"},
      {"10.0.0.*", "an IPv4 octet is not a decimal number"},
      {"192.0.2.1-192.0.2.9", "an IPv4 octet is not a decimal number"},
      {"", "the address is empty"},
      {"/8", "the address is empty"},
      {"/", "the address is empty"},
  }));
  CAPTURE(bad.text);
  const auto refused = prefix::parse(bad.text);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == errc::invalid_network);
  CHECK(std::string(refused.error().text()) == bad.why);
}

TEST_CASE("a prefix contains its first and last address and neither neighbour", "[cidr]") {
  struct row {
    std::string_view network, before, first, last, after;
  };
  const auto edge = GENERATE(values<row>({
      {"192.0.2.0/24", "192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
      {"192.0.2.128/25", "192.0.2.127", "192.0.2.128", "192.0.2.255", "192.0.3.0"},
      {"10.0.0.0/8", "9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
      {"192.0.2.7", "192.0.2.6", "192.0.2.7", "192.0.2.7", "192.0.2.8"},
      {"192.0.2.6/31", "192.0.2.5", "192.0.2.6", "192.0.2.7", "192.0.2.8"},
      {"128.0.0.0/1", "127.255.255.255", "128.0.0.0", "255.255.255.255", "0.0.0.0"},
      {"2001:db8::/32", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
       "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
      {"2001:db8:0:4::/63", "2001:db8:0:3:ffff:ffff:ffff:ffff",
       "2001:db8:0:4::", "2001:db8:0:5:ffff:ffff:ffff:ffff", "2001:db8:0:6::"},
      {"2001:db8::/64", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
       "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff", "2001:db8:0:1::"},
      {"2001:db8::8000:0:0:0/65", "2001:db8::7fff:ffff:ffff:ffff", "2001:db8::8000:0:0:0",
       "2001:db8::ffff:ffff:ffff:ffff", "2001:db8:0:1::"},
      {"::2/127", "::1", "::2", "::3", "::4"},
      {"ffff::/16", "fffe:ffff::", "ffff::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::"},
      {"::ffff:192.0.2.0/120", "192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
  }));
  CAPTURE(edge.network);
  CHECK_FALSE(within(edge.network, edge.before));
  CHECK(within(edge.network, edge.first));
  CHECK(within(edge.network, edge.last));
  CHECK_FALSE(within(edge.network, edge.after));
}

TEST_CASE("an IPv6 prefix never contains an IPv4 address, nor the reverse", "[cidr]") {
  const auto six = GENERATE(as<std::string_view>{}, "::/0", "::/1", "::/64", "::/80", "64:ff9b::/96", "::/96",
                            "::fffe:0:0/96", "2002::/16");
  CAPTURE(six);
  for (const std::string_view who : {"0.0.0.0", "10.1.2.3", "255.255.255.255", "::ffff:10.1.2.3"})
    CHECK_FALSE(within(six, who));
  for (const std::string_view who : {"::", "::1", "::10.1.2.3", "2001:db8::1", "ffff::", "64:ff9b::10.1.2.3"})
    CHECK_FALSE(within("0.0.0.0/0", who));
}

TEST_CASE("a zero length covers its whole family", "[cidr]") {
  for (const std::string_view who : {"0.0.0.0", "10.1.2.3", "255.255.255.255", "::ffff:1.2.3.4"}) {
    CHECK(within("0.0.0.0/0", who));
    CHECK(within("::ffff:0:0/96", who));
  }
  for (const std::string_view who : {"::", "::1", "::fffe:1.2.3.4", "ffff:ffff::1"})
    CHECK(within("::/0", who));
  CHECK_FALSE(block("0.0.0.0/1").covers_family());
  CHECK_FALSE(block("::/1").covers_family());
}

TEST_CASE("a mapped peer is matched by its IPv4 prefix", "[cidr]") {
  CHECK(within("10.0.0.0/8", "::ffff:10.1.2.3"));
  CHECK_FALSE(within("10.0.0.0/8", "::ffff:11.1.2.3"));
  CHECK_FALSE(within("10.0.0.0/8", "::10.1.2.3"));
}

TEST_CASE("prefixes are equal by network and length", "[cidr]") {
  CHECK(block("10.0.0.0/8") == block("::ffff:10.0.0.0/104"));
  CHECK_FALSE(block("10.0.0.0/8") == block("10.0.0.0/9"));
  CHECK_FALSE(block("10.0.0.0/8") == block("11.0.0.0/8"));
  CHECK_FALSE(block("0.0.0.0/0") == block("::/0"));
  CHECK(block("10.0.0.0/8").network().to_string() == "10.0.0.0");
}
