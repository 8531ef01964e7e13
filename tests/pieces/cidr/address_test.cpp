#include <ekauth/cidr.hpp>

#include "catch.hpp"

namespace cidr = ekauth::cidr;
using cidr::address;
using ekauth::errc;

namespace {

address parsed(std::string_view text) {
  const auto made = address::parse(text);
  if (!made) FAIL(text << ": " << made.error().text());
  return *made;
}

std::string reason(std::string_view text) {
  const auto made = address::parse(text);
  if (made) return "accepted as " + made->to_string();
  CHECK(made.error().code() == errc::invalid_network);
  CHECK(made.error().position() == ekauth::error::no_position);
  return made.error().text();
}

struct refusal {
  std::string_view text;
  const char* why;
};

}  // namespace

TEST_CASE("an IPv4 address is four decimal octets", "[cidr]") {
  const auto text = GENERATE(as<std::string_view>{}, "0.0.0.0", "1.2.3.4", "10.0.0.1", "127.0.0.1",
                             "192.0.2.255", "255.255.255.255", "100.99.10.0");
  const address who = parsed(text);
  CHECK(who.is_v4());
  CHECK(who.to_string() == text);
}

TEST_CASE("an IPv4 text that is not four plain decimal octets is refused with its reason", "[cidr]") {
  const auto row = GENERATE(values<refusal>({
      {"01.2.3.4", "an IPv4 octet has a leading zero"},
      {"010.0.0.1", "an IPv4 octet has a leading zero"},
      {"1.2.3.00", "an IPv4 octet has a leading zero"},
      {"1.2.3.0004", "an IPv4 octet has a leading zero"},
      {"0x7f.0.0.1", "an IPv4 octet is not a decimal number"},
      {"0x7f000001", "an IPv4 octet is not a decimal number"},
      {"1.2.3.a", "an IPv4 octet is not a decimal number"},
      {"+1.2.3.4", "an IPv4 octet is not a decimal number"},
      {"1.2.3.-4", "an IPv4 octet is not a decimal number"},
      {"1.2.3.4,5.6.7.8", "an IPv4 octet is not a decimal number"},
      {"1.2.3.4-1.2.3.9", "an IPv4 octet is not a decimal number"},
      {"localhost", "an IPv4 octet is not a decimal number"},
      {"2130706433", "an IPv4 address has four octets; this has fewer"},
      {"127.1", "an IPv4 address has four octets; this has fewer"},
      {"1.2.3", "an IPv4 address has four octets; this has fewer"},
      {"10", "an IPv4 address has four octets; this has fewer"},
      {"1.2.3.4.5", "an IPv4 address has four octets; this has more"},
      {"1.2.3.4.", "an IPv4 address has four octets; this has more"},
      {"1.2.3.", "an IPv4 octet is empty"},
      {".1.2.3", "an IPv4 octet is empty"},
      {"1..2.3", "an IPv4 octet is empty"},
      {"...", "an IPv4 octet is empty"},
      {"1.2.3.256", "an IPv4 octet is over 255"},
      {"999.2.3.4", "an IPv4 octet is over 255"},
      {"1.2.3.1000", "an IPv4 octet is over 255"},
      {"1.2.3.4294967297", "an IPv4 octet is over 255"},
  }));
  CAPTURE(row.text);
  CHECK(reason(row.text) == row.why);
}

TEST_CASE("an address has no blanks, zones, brackets, ports or lengths around it", "[cidr]") {
  using namespace std::string_view_literals;
  const auto row = GENERATE(values<refusal>({
      {"", "the address is empty"},
      {" 1.2.3.4", "a blank or control character"},
      {"1.2.3.4 ", "a blank or control character"},
      {"1.2.3.4\n", "a blank or control character"},
      {"1.2.3.4\t", "a blank or control character"},
      {"1.2.3.4\0"sv, "a blank or control character"},
      {"1.2.3.4\0x"sv, "a blank or control character"},
      {"::1\0"sv, "a blank or control character"},
      {"::\x7f", "a blank or control character"},
      {"1.2.3.\xef\xbc\x94", "a character outside ASCII"},
      {"1.2.3.4\xa0", "a character outside ASCII"},
      {"fe80::1%eth0", "a zone id is not part of an address here"},
      {"fe80::1%", "a zone id is not part of an address here"},
      {"fe80::1%251", "a zone id is not part of an address here"},
      {"[::1]", "brackets are not part of an address here"},
      {"[::1]:443", "brackets are not part of an address here"},
      {"1.2.3.4/32", "a prefix length where only an address belongs"},
      {"::1/128", "a prefix length where only an address belongs"},
      {"1.2.3.4:80", "a port, or an IPv4 part that is not the last"},
      {"0000:0000:0000:0000:0000:ffff:255.255.255.255x", "longer than any address"},
  }));
  CAPTURE(row.text);
  CHECK(reason(row.text) == row.why);
}

TEST_CASE("an IPv6 address is eight groups, with one gap at most", "[cidr]") {
  struct row {
    std::string_view text, printed;
  };
  const auto good = GENERATE(values<row>({
      {"::", "::"},
      {"::1", "::1"},
      {"1::", "1::"},
      {"2001:db8::1", "2001:db8::1"},
      {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
      {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
      {"1:2:3::5:6:7:8", "1:2:3:0:5:6:7:8"},
      {"ABCD:EF01::", "abcd:ef01::"},
      {"0001:002:03:4::", "1:2:3:4::"},
      {"::1.2.3.4", "::102:304"},
      {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
      {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
      {"1:2:3:4:5::1.2.3.4", "1:2:3:4:5:0:102:304"},
      {"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
  }));
  CAPTURE(good.text);
  const address who = parsed(good.text);
  CHECK_FALSE(who.is_v4());
  CHECK(who.to_string() == good.printed);
  CHECK(parsed(good.printed) == who);
}

TEST_CASE("an IPv6 text that is anything else is refused with its reason", "[cidr]") {
  const auto row = GENERATE(values<refusal>({
      {":", "an IPv6 group is empty"},
      {":::", "an IPv6 group is empty"},
      {":1", "an IPv6 group is empty"},
      {":1:2:3:4:5:6:7:8", "an IPv6 group is empty"},
      {"1:::2", "an IPv6 group is empty"},
      {"1:", "an IPv6 address ends in a single colon"},
      {"1:2:3:4:5:6:7:", "an IPv6 address ends in a single colon"},
      {"::1:", "an IPv6 address ends in a single colon"},
      {"1::2::3", "'::' stands more than once"},
      {"::1::", "'::' stands more than once"},
      {"1:2:3:4:5:6:7", "an IPv6 address has eight groups; this has fewer"},
      {"1:2:3:4:5:1.2.3.4", "an IPv6 address has eight groups; this has fewer"},
      {"1:2:3:4:5:6:7:8:9", "an IPv6 address has eight groups; this has more"},
      {"1:2:3:4:5:6:7:1.2.3.4", "an IPv6 address has eight groups; this has more"},
      {"::1:2:3:4:5:6:7:8:9", "an IPv6 address has eight groups; this has more"},
      {"1:2:3:4:5:6:7:8::", "'::' stands for no group"},
      {"::1:2:3:4:5:6:7:8", "'::' stands for no group"},
      {"1:2:3:4::5:6:7:8", "'::' stands for no group"},
      {"1:2:3:4:5:6::1.2.3.4", "'::' stands for no group"},
      {"12345::", "an IPv6 group is over four digits"},
      {"::00001", "an IPv6 group is over four digits"},
      {"g::", "a character that no IPv6 address has"},
      {"::0x1", "a character that no IPv6 address has"},
      {"::-1", "a character that no IPv6 address has"},
      {"::1-::9", "a character that no IPv6 address has"},
      {"::1.2.3.4:5", "a port, or an IPv4 part that is not the last"},
      {"1.2.3.4::", "a port, or an IPv4 part that is not the last"},
      {"::1.2.3", "an IPv4 address has four octets; this has fewer"},
      {"::ffff:01.2.3.4", "an IPv4 octet has a leading zero"},
      {"::ffff:1.2.3.256", "an IPv4 octet is over 255"},
      {"::ffff:a.2.3.4", "an IPv4 octet is not a decimal number"},
      {"::ffff:.2.3.4", "an IPv4 octet is empty"},
  }));
  CAPTURE(row.text);
  CHECK(reason(row.text) == row.why);
}

TEST_CASE("a mapped IPv6 address is the IPv4 address", "[cidr]") {
  const auto text = GENERATE(as<std::string_view>{}, "192.0.2.1", "::ffff:192.0.2.1", "::FFFF:c000:201",
                             "0:0:0:0:0:ffff:192.0.2.1", "0000:0000:0000:0000:0000:ffff:c000:0201");
  CAPTURE(text);
  const address who = parsed(text);
  CHECK(who.is_v4());
  CHECK(who.to_string() == "192.0.2.1");
  CHECK(who == address(std::array<std::uint8_t, 4>{192, 0, 2, 1}));
}

TEST_CASE("an address that merely contains IPv4 digits is IPv6", "[cidr]") {
  const auto text =
      GENERATE(as<std::string_view>{}, "::192.0.2.1", "::ffff:0:192.0.2.1", "64:ff9b::192.0.2.1",
               "2002:c000:201::", "::fffe:192.0.2.1", "1::ffff:192.0.2.1", "::1:ffff:192.0.2.1");
  CAPTURE(text);
  CHECK_FALSE(parsed(text).is_v4());
  CHECK(parsed(text) != parsed("192.0.2.1"));
}

TEST_CASE("RFC 5952 section 4 prints one text for each address", "[cidr][rfc]") {
  struct row {
    std::string_view text, printed;
  };
  const auto good = GENERATE(values<row>({
      {"2001:0db8::0001", "2001:db8::1"},               // 4.1
      {"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},        // 4.2.1
      {"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},  // 4.2.2
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},          // 4.2.3, the longest run
      {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},    // 4.2.3, the first of equals
      {"2001:DB8::AbCd", "2001:db8::abcd"},             // 4.3
      {"0:0:1:0:0:0:0:0", "0:0:1::"},
      {"0:0:0:0:0:1:0:0", "::1:0:0"},
      {"1:0:0:0:0:0:0:1", "1::1"},
      {"0:1:0:1:0:1:0:1", "0:1:0:1:0:1:0:1"},
  }));
  CAPTURE(good.text);
  CHECK(parsed(good.text).to_string() == good.printed);
}

TEST_CASE("an address made of bytes gives them back", "[cidr]") {
  constexpr std::array<std::uint8_t, 16> sixteen{0x20, 1, 0x0d, 0xb8, 4,  5,  6,  7,
                                                 8,    9, 10,   11,   12, 13, 14, 0xff};
  constexpr address six(sixteen);
  static_assert(six.bytes() == sixteen && !six.is_v4());
  CHECK(six.to_string() == "2001:db8:405:607:809:a0b:c0d:eff");
  CHECK(parsed("2001:db8:405:607:809:a0b:c0d:eff").bytes() == sixteen);

  constexpr std::array<std::uint8_t, 16> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 203, 0, 113, 255};
  constexpr address four(std::array<std::uint8_t, 4>{203, 0, 113, 255});
  static_assert(four.is_v4() && four.bytes() == mapped && address(mapped) == four);
  CHECK(four.to_string() == "203.0.113.255");

  CHECK(address().to_string() == "::");
  CHECK(address() != parsed("0.0.0.0"));
}

TEST_CASE("addresses are ordered by their bytes", "[cidr]") {
  const std::vector<std::string_view> ascending{"::",        "::1",         "::fffe:ffff:ffff", "0.0.0.0",
                                                "9.255.0.1", "10.0.0.0",    "255.255.255.255",  "::1:0:0:0",
                                                "1::",       "2001:db8::1", "2001:db8::2",      "ffff::"};
  for (std::size_t i = 0; i < ascending.size(); ++i)
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      CAPTURE(ascending[i], ascending[j]);
      CHECK((parsed(ascending[i]) <=> parsed(ascending[j])) == (i <=> j));
      CHECK((parsed(ascending[i]) == parsed(ascending[j])) == (i == j));
    }
}
