#include <ekauth/allowlists_store.hpp>

#include "catch.hpp"
#include "support/fixed.hpp"

using namespace ekauth;
using allowlists::entry;
using allowlists::parse_entries;
using allowlists::to_text;

namespace {

entry line(std::string id, std::string_view networks, std::string label = {},
           std::optional<time_point> expires_at = {}) {
  return {std::move(id), *cidr::range::parse(networks), std::move(label), expires_at};
}

}  // namespace

TEST_CASE("entries become one line each, and the same entries again", "[allowlists]") {
  const std::vector<entry> entries{
      line("net_0000000001", "192.0.2.7"),
      line("net_0000000002", "192.0.2.0/24", "Head office, 2nd floor"),
      line("net_0000000003", "198.51.100.7-198.51.100.19", " ", fixed::noon),
      line("net_0000000004", "2001:db8::/32", "B\xc3\xbcro - 1 2", time_point(duration(-1))),
      line("net_0000000005", "0.0.0.0/0", "", time_point::min()),
      line("net_0000000006", "::/0", "-", time_point::max()),
  };
  const std::string text = to_text(entries);
  CHECK(
      text.starts_with("net_0000000001 192.0.2.7 - \n"
                       "net_0000000002 192.0.2.0/24 - Head office, 2nd floor\n"));
  const auto again = parse_entries(text);
  REQUIRE(again);
  CHECK(*again == entries);
}

TEST_CASE("no entries are an empty text", "[allowlists]") {
  CHECK(to_text({}).empty());
  CHECK((*parse_entries("")).empty());
}

TEST_CASE("a text that ekauth does not write is corrupt, never a guess", "[allowlists]") {
  const std::string text =
      GENERATE(as<std::string>(), "\n", "net_1", "net_1 192.0.2.7 - ", "net_1 192.0.2.7 -\n",
               "net_1 192.0.2.7 - a\n\n", "net_1  192.0.2.7 - a\n", " net_1 192.0.2.7 - a\n",
               "net_1 192.0.2.7/32 - a\n", "net_1 192.0.2.0-192.0.2.255 - a\n", "net_1 192.0.2.07 - a\n",
               "net_1 ::ffff:192.0.2.7 - a\n", "net_1 2001:DB8::7 - a\n", "net_1 192.0.2.7 +5 a\n",
               "net_1 192.0.2.7 05 a\n", "net_1 192.0.2.7 5x a\n", "net_1 192.0.2.7 9223372036854775808 a\n",
               "net_1 192.0.2.7 -- a\n", "net_1 everywhere - a\n");
  INFO(text);
  const auto read = parse_entries(text);
  REQUIRE_FALSE(read);
  CHECK(read.error().code() == errc::store_corrupt);
}
