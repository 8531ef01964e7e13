#include <ekauth/client_address.hpp>

#include "catch.hpp"

namespace cidr = ekauth::cidr;
using cidr::address;
using cidr::allowlist;
using cidr::client;
using cidr::forwarding;
using outcome = client::outcome;

namespace {

address at(std::string_view text) {
  const auto parsed = address::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

const allowlist& proxies() {
  static const allowlist list = *allowlist::parse({"10.0.0.0/8", "2001:db8:a::/48"});
  return list;
}

struct row {
  std::string_view peer;
  std::vector<std::string> lines;
  outcome how;
  std::string_view who;
  std::uint32_t hops;
};

void check(forwarding kind, const row& each) {
  for (const std::string& line : each.lines) UNSCOPED_INFO("line: " << line);
  const std::vector<std::string_view> lines(each.lines.begin(), each.lines.end());
  const client found = cidr::client_of(at(each.peer), kind, lines, proxies());
  CHECK(found.how() == each.how);
  CHECK(found.last_hop().to_string() == each.who);
  CHECK(found.hops() == each.hops);
  const bool known = each.how == outcome::ok || each.how == outcome::all_trusted;
  REQUIRE(found.known().has_value() == known);
  if (known)
    CHECK(*found.known() == found.last_hop());
  else
    CHECK(found.known().error().code() == ekauth::errc::ip_not_allowed);
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  while (times-- > 0) all += text;
  return all;
}

}  // namespace

TEST_CASE("without a configured header the peer is the client", "[cidr]") {
  check(forwarding::none, {"10.0.0.1", {"192.0.2.1"}, outcome::ok, "10.0.0.1", 0});
  check(forwarding::none, {"203.0.113.9", {}, outcome::ok, "203.0.113.9", 0});
}

TEST_CASE("a peer that is no trusted proxy is the client, whatever it claims", "[cidr]") {
  const auto kind = GENERATE(forwarding::x_forwarded_for, forwarding::forwarded);
  for (const std::string_view line : {"192.0.2.1", "for=192.0.2.1", "10.0.0.1", "garbage", "", ","})
    check(kind, {"203.0.113.9", {std::string(line)}, outcome::ok, "203.0.113.9", 0});
  const client nobody_trusted =
      cidr::client_of(at("10.0.0.1"), kind, std::vector<std::string_view>{"192.0.2.1"}, allowlist());
  CHECK(nobody_trusted.last_hop() == at("10.0.0.1"));
  CHECK(nobody_trusted.how() == outcome::ok);
}

TEST_CASE("X-Forwarded-For is believed from the right, for as long as its writers are trusted", "[cidr]") {
  using enum client::outcome;
  const auto each = GENERATE(values<row>({
      {"10.0.0.1", {"192.0.2.1"}, ok, "192.0.2.1", 1},
      {"::ffff:10.0.0.1", {"192.0.2.1"}, ok, "192.0.2.1", 1},
      {"2001:db8:a::1", {"192.0.2.1"}, ok, "192.0.2.1", 1},
      // An outsider writes an allowed address; the proxy appends the outsider's own.
      {"10.0.0.1", {"192.0.2.1, 203.0.113.9"}, ok, "203.0.113.9", 1},
      {"10.0.0.1", {"192.0.2.1,203.0.113.9, 10.0.0.2"}, ok, "203.0.113.9", 2},
      {"10.0.0.1", {"10.0.0.7, 203.0.113.9"}, ok, "203.0.113.9", 1},
      {"10.0.0.1", {"garbage, 203.0.113.9"}, ok, "203.0.113.9", 1},
      {"10.0.0.1", {"\", 203.0.113.9"}, ok, "203.0.113.9", 1},
      {"10.0.0.1", {"192.0.2.1", "203.0.113.9"}, ok, "203.0.113.9", 1},
      {"10.0.0.1", {"192.0.2.1, 203.0.113.9", "10.0.0.2, 10.0.0.3"}, ok, "203.0.113.9", 3},
      {"10.0.0.1", {"192.0.2.1,::ffff:10.0.0.2"}, ok, "192.0.2.1", 2},
      {"10.0.0.1", {"::ffff:192.0.2.1"}, ok, "192.0.2.1", 1},
      {"10.0.0.1", {" \t192.0.2.1\t "}, ok, "192.0.2.1", 1},
      {"10.0.0.1", {"192.0.2.1:4711"}, ok, "192.0.2.1", 1},
      {"10.0.0.1", {"2001:db8::1"}, ok, "2001:db8::1", 1},
      {"10.0.0.1", {"[2001:db8::1]"}, ok, "2001:db8::1", 1},
      {"10.0.0.1", {"[2001:DB8::1]:65535, [2001:db8:a::2]:1"}, ok, "2001:db8::1", 2},
      {"10.0.0.1", {}, all_trusted, "10.0.0.1", 0},
      {"10.0.0.1", {"10.0.0.3, 10.0.0.2"}, all_trusted, "10.0.0.3", 2},
      {"10.0.0.1", {"10.0.0.3", "10.0.0.2"}, all_trusted, "10.0.0.3", 2},
  }));
  check(forwarding::x_forwarded_for, each);
}

TEST_CASE("a private address is trusted only when it is listed", "[cidr]") {
  const auto hop = GENERATE(as<std::string>{}, "192.168.1.1", "172.16.0.1", "127.0.0.1", "169.254.0.1",
                            "100.64.0.1", "0.0.0.0", "::1", "::", "fe80::1", "fc00::1");
  check(forwarding::x_forwarded_for, {"10.0.0.1", {"192.0.2.1, " + hop}, outcome::ok, hop, 1});
  check(forwarding::x_forwarded_for, {hop, {"192.0.2.1"}, outcome::ok, hop, 0});
}

TEST_CASE("who passes the outer proxy by gains nothing by naming it", "[cidr]") {
  // Straight to the inner proxy, with the hop that the outer one would have added: counting hops from the
  // right would find 192.0.2.1.
  check(forwarding::x_forwarded_for,
        {"10.0.0.1", {"192.0.2.1, 10.0.0.9, 203.0.113.9"}, outcome::ok, "203.0.113.9", 1});
  check(forwarding::forwarded,
        {"10.0.0.1", {"for=192.0.2.1, for=10.0.0.9", "for=203.0.113.9"}, outcome::ok, "203.0.113.9", 1});
}

TEST_CASE("an X-Forwarded-For element that is no address ends the walk and leaves the client unknown",
          "[cidr]") {
  const auto bad = GENERATE(
      as<std::string_view>{}, "", " ", "garbage", "unknown", "_hidden", "-", "192.0.2.1 203.0.113.9",
      "192.0.2.01", "192.0.2", "0xc0000201", "3221225985", "192.0.2.1:", "192.0.2.1:http", "192.0.2.1:123456",
      "192.0.2.1:-1", "192.0.2.1/32", "192.0.2.0/24", "192.0.2.1-192.0.2.9", "[192.0.2.1]", "[192.0.2.1]:80",
      "[2001:db8::1", "2001:db8::1]", "[2001:db8::1]80", "[2001:db8::1]:", "[2001:db8::1]:x", "[]", "[", "]",
      ":80", ":", "fe80::1%eth0", "[fe80::1%25eth0]", "\"192.0.2.1\"", "for=192.0.2.1",
      "192.0.2.1;203.0.113.9", "[::1]:80:80", "1.2.3.4:5:6");
  const std::string appended = "192.0.2.1, " + std::string(bad) + ", 10.0.0.2";
  const std::string alone(bad);
  using enum client::outcome;
  check(forwarding::x_forwarded_for, {"10.0.0.1", {appended}, malformed, "10.0.0.2", 1});
  check(forwarding::x_forwarded_for,
        {"10.0.0.1", {"192.0.2.1", alone, "10.0.0.2"}, malformed, "10.0.0.2", 1});
  check(forwarding::x_forwarded_for, {"10.0.0.1", {alone}, malformed, "10.0.0.1", 0});
}

TEST_CASE("an element with a NUL or a line break names no address", "[cidr]") {
  using namespace std::string_view_literals;
  for (const std::string_view line :
       {"192.0.2.1\0"sv, "\0"sv, "192.0.2.1\r\n"sv, "192.0.2.1\n,10.0.0.2\0"sv}) {
    check(forwarding::x_forwarded_for, {"10.0.0.1", {std::string(line)}, outcome::malformed, "10.0.0.1", 0});
    check(forwarding::forwarded, {"10.0.0.1", {std::string(line)}, outcome::malformed, "10.0.0.1", 0});
  }
}

TEST_CASE("Forwarded is believed from the right, for as long as its writers are trusted", "[cidr]") {
  using enum client::outcome;
  const auto each = GENERATE(values<row>({
      {"10.0.0.1", {"for=192.0.2.1"}, ok, "192.0.2.1", 1},
      {"10.0.0.1", {"FOR=192.0.2.1;Proto=https"}, ok, "192.0.2.1", 1},
      {"10.0.0.1", {"proto=https;for=192.0.2.1;by=203.0.113.43"}, ok, "192.0.2.1", 1},
      {"10.0.0.1", {"for=\"192.0.2.1\""}, ok, "192.0.2.1", 1},
      {"10.0.0.1", {"for=\"192.0.2.1:4711\""}, ok, "192.0.2.1", 1},
      {"10.0.0.1", {"For=\"[2001:db8:cafe::17]:4711\""}, ok, "2001:db8:cafe::17", 1},
      {"10.0.0.1", {"for=\"[2001:db8:cafe::17]\""}, ok, "2001:db8:cafe::17", 1},
      {"10.0.0.1", {"for=192.0.2.43, for=\"[2001:db8:a::17]\""}, ok, "192.0.2.43", 2},
      {"10.0.0.1", {"for=192.0.2.43,for=198.51.100.17;by=203.0.113.60"}, ok, "198.51.100.17", 1},
      {"10.0.0.1", {"for=192.0.2.43", "for=198.51.100.17", "for=10.0.0.2"}, ok, "198.51.100.17", 2},
      {"10.0.0.1", {"for=192.0.2.1, for=unknown, for=203.0.113.9"}, ok, "203.0.113.9", 1},
      {"10.0.0.1", {"for=203.0.113.9;ext=\"a, for=192.0.2.1\""}, ok, "203.0.113.9", 1},
      {"10.0.0.1", {"for=203.0.113.9;ext=\"a\\\", for=192.0.2.1\""}, ok, "203.0.113.9", 1},
      {"10.0.0.1", {"for=203.0.113.9;ext=\"a\\\\\", for=10.0.0.2"}, ok, "203.0.113.9", 2},
      {"10.0.0.1", {"ext=\"for=192.0.2.1\";for=203.0.113.9"}, ok, "203.0.113.9", 1},
      // Quotes that an outsider leaves open do not swallow what the proxy appends.
      {"10.0.0.1", {"for=\"192.0.2.1, for=203.0.113.9"}, ok, "203.0.113.9", 1},
      {"10.0.0.1", {"for=192.0.2.1;ext=\"", "for=203.0.113.9"}, ok, "203.0.113.9", 1},
      {"10.0.0.1", {"for=192.0.2.1;ext=\"\\, for=203.0.113.9;ext=\"\""}, ok, "203.0.113.9", 1},
      {"10.0.0.1", {}, all_trusted, "10.0.0.1", 0},
      {"10.0.0.1", {"for=10.0.0.2"}, all_trusted, "10.0.0.2", 1},
  }));
  check(forwarding::forwarded, each);
}

TEST_CASE("a Forwarded element without exactly one readable address ends the walk", "[cidr]") {
  const auto bad = GENERATE(
      as<std::string_view>{}, "", "for=unknown", "for=_hidden", "for=\"_hidden:80\"", "for=\"unknown\"",
      "for=", "for=\"\"", "for", "=192.0.2.1", "192.0.2.1", "proto=https", "by=192.0.2.1",
      "for=192.0.2.1;for=192.0.2.1", "for=192.0.2.1;For=192.0.2.2", "for=192.0.2.1:80", "for=[2001:db8::1]",
      "for=2001:db8::1", "for=\"2001:db8::1\"", "for=\"[192.0.2.1]\"", "for=\"[2001:db8::1%eth0]\"",
      "for=\"192.0.2.1:_port\"", "for=\"192.0.2.1", "for=192.0.2.1\"", "for=\"192.0.2.1\"x",
      "for=\"192.0.2.1\" ;proto=http", "for =192.0.2.1", "for= 192.0.2.1", "for=\" 192.0.2.1\"",
      "for=192.0.2.1;", ";for=192.0.2.1", "for=192.0.2.1;;proto=http", "for=192.0.2.1; proto=http",
      "for=\"192.0.2.\\1\"", "f\\or=192.0.2.1", "for=192.0.2.1;host=a@b", "for='192.0.2.1'", "for=192.0.2.01",
      "for=192.0.2.1;ext=\"a\\\"", "fo\xd2=192.0.2.1", "fur=192.0.2.1", "fox=192.0.2.1",
      "for=192.0.2.1;ext=\"\x01\"");
  const std::string appended = "for=192.0.2.1, " + std::string(bad) + ", for=10.0.0.2";
  const std::string alone(bad);
  using enum client::outcome;
  check(forwarding::forwarded, {"10.0.0.1", {alone}, malformed, "10.0.0.1", 0});
  // With open quotes it reaches further to the left, never to the right.
  check(forwarding::forwarded, {"10.0.0.1", {appended}, malformed, "10.0.0.2", 1});
}

TEST_CASE("a walk ends after sixteen elements", "[cidr]") {
  using enum client::outcome;
  const auto kind = GENERATE(forwarding::x_forwarded_for, forwarding::forwarded);
  const std::string_view proxy = kind == forwarding::forwarded ? ",for=10.0.0.2" : ",10.0.0.2";
  const std::string_view outsider = kind == forwarding::forwarded ? "for=192.0.2.1" : "192.0.2.1";
  const std::string fifteen = std::string(outsider) + repeated(proxy, 15);
  const std::string sixteen = std::string(outsider) + repeated(proxy, 16);
  check(kind, {"10.0.0.1", {fifteen}, ok, "192.0.2.1", 16});
  check(kind, {"10.0.0.1", {sixteen}, too_long, "10.0.0.2", 16});
  check(kind, {"10.0.0.1", {sixteen.substr(outsider.size() + 1)}, all_trusted, "10.0.0.2", 16});
  const std::vector<std::string> lines(17, std::string(proxy.substr(1)));
  check(kind, {"10.0.0.1", lines, too_long, "10.0.0.2", 16});
}

TEST_CASE("a walk ends after one KiB, and what is before it costs nothing", "[cidr]") {
  using enum client::outcome;
  const auto padded = [](std::size_t blanks) { return "192.0.2.1," + repeated(" ", blanks) + "10.0.0.2"; };
  check(forwarding::x_forwarded_for, {"10.0.0.1", {padded(1024 - 18)}, ok, "192.0.2.1", 2});
  check(forwarding::x_forwarded_for, {"10.0.0.1", {padded(1024 - 17)}, too_long, "10.0.0.2", 1});
  check(forwarding::x_forwarded_for, {"10.0.0.1", {padded(5000)}, too_long, "10.0.0.1", 0});
  check(forwarding::x_forwarded_for, {"10.0.0.1", {repeated(" ", 1 << 22)}, too_long, "10.0.0.1", 0});
  const std::string quoted = "for=192.0.2.1;ext=\"" + repeated("\\\"", 1 << 20) + "\"";
  check(forwarding::forwarded, {"10.0.0.1", {quoted}, too_long, "10.0.0.1", 0});
  const std::string outsider_first = repeated("1.1.1.1,", 1 << 20) + "203.0.113.9";
  check(forwarding::x_forwarded_for, {"10.0.0.1", {outsider_first}, ok, "203.0.113.9", 1});
}

TEST_CASE("no outsider can write itself into the list through one trusted proxy", "[cidr]") {
  const allowlist allowed = *allowlist::parse({"192.0.2.0/24"});
  const auto claim =
      GENERATE(as<std::string_view>{}, "192.0.2.1", "192.0.2.1,", ",192.0.2.1", "192.0.2.1, 10.0.0.2",
               "for=192.0.2.1", "for=\"192.0.2.1", "\"", "\\", ",", "\",\"", "\\\"", "for=192.0.2.1;ext=\"",
               "[", "192.0.2.1\r\n", "x,\"for=192.0.2.1\",", "\"\\\"\\", "for=192.0.2.1,for=\"\\");
  const std::string by_list = std::string(claim) + ", 203.0.113.9";
  const std::string by_standard = std::string(claim) + ", for=203.0.113.9";
  const std::string with_quotes = std::string(claim) + ", for=\"203.0.113.9:1\";by=\"[2001:db8:a::1]\"";
  for (const auto& [kind, line] :
       {std::pair(forwarding::x_forwarded_for, by_list), std::pair(forwarding::forwarded, by_standard),
        std::pair(forwarding::forwarded, with_quotes)}) {
    CAPTURE(line);
    const std::vector<std::string_view> lines{line};
    const auto who = cidr::client_of(at("10.0.0.1"), kind, lines, proxies()).known();
    REQUIRE(who);
    CHECK(who->to_string() == "203.0.113.9");
    CHECK_FALSE(allowed.contains(*who));
  }
}
