#include <ekauth/http.hpp>

#include <simdjson.h>

#include <random>

#include "catch.hpp"

using namespace ekauth;
using http::json_string;
using namespace std::string_literals;

namespace {

// What an independent strict parser reads; it refuses invalid UTF-8 and bare control characters.
std::string read_back(const std::string& json) {
  simdjson::dom::parser parser;
  std::string_view text;
  const simdjson::padded_string document("[" + json + "]");
  const auto failed = parser.parse(document).at(0).get(text);
  INFO(simdjson::error_message(failed));
  REQUIRE(failed == simdjson::SUCCESS);
  return std::string(text);
}

std::string utf8(std::uint32_t point) {
  const auto tail = [&](unsigned shift) { return static_cast<char>(0x80 | (point >> shift & 0x3f)); };
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800) return {static_cast<char>(0xC0 | point >> 6), tail(0)};
  if (point < 0x10000) return {static_cast<char>(0xE0 | point >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | point >> 18), tail(12), tail(6), tail(0)};
}

struct row {
  std::string bytes, shown;
};

const std::string r = "\xEF\xBF\xBD";  // U+FFFD

}  // namespace

TEST_CASE("a JSON string escapes quotes, backslashes and control characters, and nothing else", "[http]") {
  CHECK(json_string("") == R"("")");
  CHECK(json_string("a/b <c> 'd' &") == "\"a/b <c> 'd' &\"");
  CHECK(json_string(R"(say "no" \ now)") == R"("say \"no\" \\ now")");
  CHECK(json_string("\b\t\n\f\r") == R"("\b\t\n\f\r")");
  CHECK(json_string("\0\x01\x0b\x1f"s) == R"("\u0000\u0001\u000b\u001f")");
  CHECK(json_string("\",\"admin\":true,\"x\":\"") == R"("\",\"admin\":true,\"x\":\"")");
}

TEST_CASE("a JSON string holds nothing that steers a terminal or ends a line for a reader of logs",
          "[http]") {
  CHECK(json_string("\x7f") == R"("\u007f")");
  CHECK(json_string("\xC2\x80\xC2\x9B"
                    "31m\xC2\x9F") == R"("\u0080\u009b31m\u009f")");
  CHECK(json_string("\xC2\x85\xE2\x80\xA8\xE2\x80\xA9") == R"("\u0085\u2028\u2029")");
  for (const std::string beside : {"~", "\xC2\xA0", "\xE2\x80\xA7", "\xE2\x80\xAA", "\xC3\x85"})
    CHECK(json_string(beside) == "\"" + beside + "\"");
}

TEST_CASE("every Unicode scalar value comes back from a JSON string as it went in", "[http]") {
  std::string all;
  for (std::uint32_t point = 0; point <= 0x10FFFF; ++point)
    if (point < 0xD800 || point > 0xDFFF) all += utf8(point);
  CHECK((read_back(json_string(all)) == all));
}

TEST_CASE("bytes that are not UTF-8 become U+FFFD, one for each maximal subpart", "[http]") {
  const row rows[] = {
      {"\x80", r},  // a continuation without a beginning
      {"a\xBFz", "a" + r + "z"},
      {"\xC0\x80", r + r},          // overlong NUL
      {"\xC1\xBF", r + r},          // overlong in two bytes
      {"\xE0\x80\x80", r + r + r},  // overlong in three
      {"\xE0\x9F\xBF", r + r + r},
      {"\xF0\x80\x80\x80", r + r + r + r},  // overlong in four
      {"\xF0\x8F\xBF\xBF", r + r + r + r},
      {"\xED\xA0\x80", r + r + r},          // first surrogate
      {"\xED\xBF\xBF", r + r + r},          // last surrogate
      {"\xF4\x90\x80\x80", r + r + r + r},  // U+110000
      {"\xF5\x80\x80\x80", r + r + r + r},
      {"\xFE\xFF", r + r},
      {"\xC3", r},  // truncated by the end
      {"\xE2\x82", r},
      {"\xF0\x9F\x98", r},
      {"\xC3\"", r + "\""},  // truncated by a quote, which stays escaped
      {"\xE2\x82\\", r + "\\"},
      {"\xF0\x9F\x98\n", r + "\n"},
      {"\xE2\x82\xC3\xA9", r + "\xC3\xA9"},  // truncated by the next character
      {"\xF1\x80\x80\xE1\x80\xC2"
       "b\x80"
       "c",
       r + r + r + "b" + r + "c"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.bytes);
    CHECK(read_back(json_string(row.bytes)) == row.shown);
  }
}

TEST_CASE("whatever the bytes, a JSON string is one that a strict parser reads", "[http]") {
  std::mt19937 chance(20260115);
  const std::string likely = "\"\\\n\x00\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xED\xA0\x80\xC0\xF5"s;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes(chance() % 12, '\0');
    for (char& c : bytes)
      c = chance() % 2 ? likely[chance() % likely.size()] : static_cast<char>(chance() % 256);
    const std::string once = read_back(json_string(bytes));
    if (read_back(json_string(once)) != once) FAIL("what was mended once is changed again");
  }
}

TEST_CASE("a JSON string keeps valid text beside broken bytes", "[http]") {
  CHECK(json_string("Zo\xC3\xAB \xFF 5\xE2\x82\xAC") == "\"Zo\xC3\xAB " + r + " 5\xE2\x82\xAC\"");
}
