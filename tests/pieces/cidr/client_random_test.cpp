// Thousands of generated headers: whatever an outsider writes, the client is the first address from the right
// that no trusted proxy has, or it is unknown.
#include <ekauth/client_address.hpp>

#include "catch.hpp"
#include "cidr/lists.hpp"

namespace cidr = ekauth::cidr;
using cidr::address;
using cidr::allowlist;
using cidr::client;
using cidr::forwarding;
using generated::dice;
using outcome = client::outcome;

namespace {

const allowlist& proxies() {
  static const allowlist list = *allowlist::parse({"10.0.0.0/8", "2001:db8:a::/48"});
  return list;
}

address some_proxy(dice& roll) {
  if (roll.below(2) == 0) return generated::v4(0x0a000000 | (static_cast<std::uint32_t>(roll.number()) >> 8));
  return generated::v6(0x20010db8000a0000 | roll.below(65536), roll.number());
}

address some_outsider(dice& roll) {
  for (;;) {
    const address who = roll.below(2) == 0 ? generated::v4(static_cast<std::uint32_t>(roll.number()))
                                           : generated::v6(roll.number(), roll.number());
    if (!proxies().contains(who)) return who;
  }
}

// As a proxy writes it.
std::string element(forwarding kind, const address& who, dice& roll) {
  std::string text = who.to_string();
  if (who.is_v4() && roll.below(8) == 0) text = "::ffff:" + text;
  const bool six = text.find(':') != std::string::npos, port = roll.below(3) == 0;
  const bool standard = kind == forwarding::forwarded;
  if (six && (port || standard || roll.below(2) == 0)) text = '[' + text + ']';
  if (port) text += ":" + std::to_string(roll.below(65536));
  if (!standard) return text;
  if (six || port || roll.below(2) == 0) text = '"' + text + '"';
  text = (roll.below(2) == 0 ? "for=" : "For=") + text;
  if (roll.below(3) == 0) text += ";proto=https";
  if (roll.below(3) == 0) text = "by=\"[2001:db8:a::1]:443\";" + text;
  if (roll.below(3) == 0) text += ";host=\"a\\\"b, for=192.0.2.1\"";
  return text;
}

// What an outsider may send: addresses that would be let in, broken quotes, commas, anything.
std::string claims(dice& roll) {
  static constexpr std::string_view words[] = {"192.0.2.1",
                                               "for=192.0.2.1",
                                               "for=\"192.0.2.1\"",
                                               "10.0.0.7",
                                               "for=10.0.0.7",
                                               ",",
                                               ", ",
                                               "\"",
                                               "\\",
                                               "\\\"",
                                               ";",
                                               "for=",
                                               "unknown",
                                               "[",
                                               "]",
                                               "::1",
                                               "=",
                                               "x=\"",
                                               "\r\n",
                                               " ",
                                               "\t",
                                               "by=",
                                               "_hidden",
                                               ":4711",
                                               "for",
                                               "%25",
                                               "%eth0"};
  std::string all;
  for (std::uint32_t count = roll.below(8); count > 0; --count) {
    if (roll.below(6) == 0)
      all += static_cast<char>(roll.below(256));
    else
      all += words[roll.below(std::size(words))];
  }
  return all;
}

// The lines of a header, left to right; a new one begins where a proxy added one instead of a comma.
class header {
 public:
  header(std::string first, dice& roll) : lines_{std::move(first)}, roll_(roll) {}
  void append(const std::string& element) {
    if (roll_.below(3) == 0)
      lines_.push_back(element);
    else
      lines_.back() += (roll_.below(2) == 0 ? "," : " ,\t ") + element;
  }
  client resolve(const address& peer, forwarding kind) const {
    const std::vector<std::string_view> views(lines_.begin(), lines_.end());
    return cidr::client_of(peer, kind, views, proxies());
  }
  std::string text() const {
    std::string all;
    for (const std::string& line : lines_) all += line + '|';
    return all;
  }

 private:
  std::vector<std::string> lines_;
  dice& roll_;
};

}  // namespace

TEST_CASE("the client is the first address from the right that is no proxy's, whatever stands left of it",
          "[cidr]") {
  const auto kind = GENERATE(forwarding::x_forwarded_for, forwarding::forwarded);
  dice roll(20260201);
  for (int i = 0; i < 20000; ++i) {
    header lines(claims(roll), roll);
    const address outsider = some_outsider(roll);
    lines.append(element(kind, outsider, roll));
    const std::uint32_t between = roll.below(4);
    for (std::uint32_t k = 0; k < between; ++k) lines.append(element(kind, some_proxy(roll), roll));
    const client found = lines.resolve(some_proxy(roll), kind);
    CAPTURE(lines.text(), outsider.to_string());
    REQUIRE(found.how() == outcome::ok);
    REQUIRE(*found.known() == outsider);
    REQUIRE(found.hops() == between + 1);
  }
}

TEST_CASE("an element that names no address hides everything left of it", "[cidr]") {
  const auto kind = GENERATE(forwarding::x_forwarded_for, forwarding::forwarded);
  static constexpr std::string_view unreadable[] = {"unknown",    "_hidden", "",
                                                    "192.0.2.1.", "for=_x",  "for=unknown"};
  dice roll(20260202);
  for (int i = 0; i < 20000; ++i) {
    header lines(claims(roll), roll);
    lines.append(element(kind, some_outsider(roll), roll));
    lines.append(std::string(unreadable[roll.below(std::size(unreadable))]));
    address last = some_proxy(roll);
    const address peer = last;
    std::uint32_t between = roll.below(4);
    const std::uint32_t hops = between;
    for (; between > 0; --between) {
      const address proxy = some_proxy(roll);
      lines.append(element(kind, proxy, roll));
      if (between == hops) last = proxy;
    }
    const client found = lines.resolve(peer, kind);
    CAPTURE(lines.text());
    REQUIRE(found.how() == outcome::malformed);
    REQUIRE_FALSE(found.known());
    REQUIRE(found.last_hop() == last);
    REQUIRE(found.hops() == hops);
  }
}

TEST_CASE("of any header an outsider is believed only as the last hop, and a proxy only before it",
          "[cidr]") {
  const auto kind = GENERATE(forwarding::x_forwarded_for, forwarding::forwarded);
  dice roll(20260203);
  std::array<int, 4> seen{};
  for (int i = 0; i < 40000; ++i) {
    header lines(claims(roll) + claims(roll), roll);
    if (roll.below(2) == 0) lines.append(claims(roll));
    for (std::uint32_t more = roll.below(20); more > 0 && i % 8 == 0; --more)
      lines.append(element(kind, some_proxy(roll), roll));
    const client found = lines.resolve(some_proxy(roll), kind);
    CAPTURE(lines.text());
    REQUIRE(found.hops() <= 16);
    REQUIRE(proxies().contains(found.last_hop()) == (found.how() != outcome::ok));
    REQUIRE(found.known().has_value() == (found.how() == outcome::ok || found.how() == outcome::all_trusted));
    ++seen[static_cast<std::size_t>(found.how())];
  }
  for (const int times : seen) CHECK(times > 20);
}
