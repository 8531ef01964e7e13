#include <ekauth/scope.hpp>

#include "catch.hpp"

namespace scope = ekauth::scope;
using ekauth::errc;

namespace {

bool accepts(std::string_view entry) { return scope::list::parse({entry}).has_value(); }

std::string repeated(std::size_t times, std::string_view text) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("a list accepts one to four segments and a star as the last", "[scope]") {
  const std::string_view entry =
      GENERATE(as<std::string_view>{}, "a", "full_access", "events:read", "a:b:c", "a:b:c:d", "a0", "a_",
               "a.b-c_d", "a1:b2", "events:*", "a:b:*", "a:b:c:*", "x.y:*", "a-", "a.");
  CAPTURE(entry);
  const auto parsed = scope::list::parse({entry});
  REQUIRE(parsed);
  CHECK(parsed->entries() == std::vector<std::string>{std::string(entry)});
}

TEST_CASE("a list refuses a malformed scope", "[scope]") {
  const std::string_view entry =
      GENERATE(as<std::string_view>{}, "", ":", "a:", ":a", "a::b", "a:b:", "a:b:c:d:e", "a:b:c:d:*", "*",
               ":*", "a*", "a:b*", "a:*b", "a:*:c", "*:a", "a:**", "a:*:*", "0a", "_a", ".a", "-a", "a:0",
               "a:_b", "A", "Events:read", "events:Read", "a b", " a", "a ", "a\t", "a\n", "a/b", "a,b",
               "a+b", "caf\xc3\xa9", "\xef\xbc\xa1", "\xff", "a\x7f",
               "a:\xe2\x80\x8b"
               "b",
               "a:\"b\"", "a\\b", "a{b", "`a", "a@b", "a;b");
  CAPTURE(entry);
  const auto parsed = scope::list::parse({entry});
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code() == errc::unknown_scope);
  CHECK(parsed.error().position() == 0);
}

TEST_CASE("a NUL is part of a scope's text and makes it malformed", "[scope]") {
  using namespace std::string_view_literals;
  CHECK_FALSE(accepts("\0"sv));
  CHECK_FALSE(accepts("a\0"sv));
  CHECK_FALSE(accepts("events:read\0:x"sv));
  CHECK_FALSE(accepts("a:*\0"sv));
}

TEST_CASE("no byte but those of the grammar stands in a segment", "[scope]") {
  const std::string_view first = "abcdefghijklmnopqrstuvwxyz";
  const std::string_view later = "abcdefghijklmnopqrstuvwxyz0123456789_.-";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    CAPTURE(byte);
    CHECK(accepts(std::string{c}) == (first.find(c) != std::string_view::npos));
    CHECK(accepts(std::string{'x', c, 'y'}) == (later.find(c) != std::string_view::npos || c == ':'));
  }
}

TEST_CASE("a segment has at most 32 bytes", "[scope]") {
  const std::string longest = repeated(32, "a");
  CHECK(accepts(longest));
  CHECK_FALSE(accepts(longest + "a"));
  CHECK(accepts(longest + ":" + longest + ":" + longest + ":" + longest));
  CHECK_FALSE(accepts("x:" + longest + "a"));
  CHECK(accepts(longest + ":*"));
  CHECK_FALSE(accepts(longest + "a:*"));
}

TEST_CASE("a spaced text is checked without a list exactly as it is parsed into one", "[scope]") {
  std::vector<std::string> texts = {"",
                                    "a",
                                    "a b",
                                    "a a",
                                    "a:* b",
                                    " ",
                                    "a ",
                                    " a",
                                    "a  b",
                                    "a b C d",
                                    "a:b:c:d:*",
                                    repeated(256, "a ") + "a",
                                    repeated(255, "a ") + "a"};
  for (int byte = 0; byte < 256; ++byte)
    texts.push_back(std::string("a:b c") + static_cast<char>(byte) + "d e");
  for (const std::string& text : texts) {
    CAPTURE(text);
    const auto checked = scope::list::check_spaced(text);
    const auto parsed = scope::list::parse_spaced(text);
    REQUIRE(checked.has_value() == parsed.has_value());
    if (!checked) CHECK(checked.error() == parsed.error());
  }
}

TEST_CASE("a list names the first bad entry", "[scope]") {
  const auto parsed = scope::list::parse({"events:read", "events:write", "Events", "also bad"});
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().position() == 2);
  const auto spaced = scope::list::parse_spaced("a b C d");
  REQUIRE_FALSE(spaced);
  CHECK(spaced.error().code() == errc::unknown_scope);
  CHECK(spaced.error().position() == 2);
}

TEST_CASE("a list drops exact repeats and keeps the first", "[scope]") {
  const auto parsed = scope::list::parse({"b", "a", "b", "a:*", "a", "a:*", "ab"});
  REQUIRE(parsed);
  CHECK(parsed->entries() == std::vector<std::string>{"b", "a", "a:*", "ab"});
  CHECK(scope::list::parse_spaced("b a b").value_or(scope::list{}).spaced() == "b a");
}

TEST_CASE("a list holds at most 256 entries, repeats included", "[scope]") {
  std::vector<std::string> entries;
  for (int i = 0; i < 256; ++i) entries.push_back("s" + std::to_string(i));
  const auto full = scope::list::parse(entries);
  REQUIRE(full);
  CHECK(full->entries().size() == 256);
  const auto again = scope::list::parse_spaced(full->spaced());
  REQUIRE(again);
  CHECK(*again == *full);

  entries.push_back("s0");
  const auto over = scope::list::parse(entries);
  REQUIRE_FALSE(over);
  CHECK(over.error().position() == 256);
  const auto spaced = scope::list::parse_spaced(full->spaced() + " s0");
  REQUIRE_FALSE(spaced);
  CHECK(spaced.error().position() == 256);
}

TEST_CASE("a spaced list separates by exactly one space", "[scope]") {
  struct row {
    std::string_view text;
    std::uint32_t position;  // of the refused entry
  };
  const row refused = GENERATE(values<row>({{" ", 0},
                                            {"  ", 0},
                                            {" a", 0},
                                            {"a ", 1},
                                            {"a  b", 1},
                                            {"a b ", 2},
                                            {"a\tb", 0},
                                            {"a\nb", 0},
                                            {"a,b", 0},
                                            {"a \xc2\xa0", 1},
                                            {"a b\r", 1}}));
  CAPTURE(refused.text);
  const auto parsed = scope::list::parse_spaced(refused.text);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code() == errc::unknown_scope);
  CHECK(parsed.error().position() == refused.position);
}

TEST_CASE("an empty text is the empty list, an empty entry is an error", "[scope]") {
  const auto empty = scope::list::parse_spaced("");
  REQUIRE(empty);
  CHECK(empty->empty());
  CHECK(*empty == scope::list{});
  CHECK(empty->spaced().empty());
  CHECK(scope::list::parse({}).has_value());
  CHECK(scope::list::parse(std::vector<std::string>{}).has_value());
  CHECK_FALSE(scope::list::parse({""}));
}

TEST_CASE("one string is one scope unless a spaced list is asked for", "[scope]") {
  CHECK_FALSE(scope::list::parse({"events:read events:write"}));
  const auto spaced = scope::list::parse_spaced("events:read events:write");
  REQUIRE(spaced);
  CHECK(spaced->entries() == std::vector<std::string>{"events:read", "events:write"});
}

TEST_CASE("a list survives the way through its text", "[scope]") {
  const std::string_view text =
      GENERATE(as<std::string_view>{}, "", "a", "a b", "z a m", "full_access events:* a.b-c:d_e");
  const auto parsed = scope::list::parse_spaced(text);
  REQUIRE(parsed);
  CHECK(parsed->spaced() == text);
  const auto again = scope::list::parse(parsed->entries());
  REQUIRE(again);
  CHECK(*again == *parsed);
}

TEST_CASE("lists differ by order and content", "[scope]") {
  const auto of = [](std::string_view text) {
    return scope::list::parse_spaced(text).value_or(scope::list{});
  };
  CHECK(of("a b") == of("a b"));
  CHECK_FALSE(of("a b") == of("b a"));
  CHECK_FALSE(of("a") == of("a b"));
}
