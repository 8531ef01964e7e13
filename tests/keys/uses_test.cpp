#include "keys/uses.hpp"

#include "catch.hpp"
#include "support/fixed.hpp"

using namespace ekauth;
using namespace std::chrono_literals;
using fixed::noon;

TEST_CASE("uses are flushed in order of id and number", "[keys]") {
  keys::use_table table;
  for (const char* id : {"key_c", "key_a", "key_b"})
    for (const std::uint32_t number : {3u, 1u, 2u}) table.note(key_id(id), number, noon);
  const auto due = table.take(noon);
  REQUIRE(due.size() == 9);
  for (std::size_t i = 0; i < due.size(); ++i) {
    CHECK(due[i].id.text() == std::string("key_") + "abc"[i / 3]);
    CHECK(due[i].number == i % 3 + 1);
  }
}

TEST_CASE("a full table notes no other secret until a flush has forgotten those of past minutes", "[keys]") {
  keys::use_table table;
  const key_id id("key_1a2b3c4d5e");
  constexpr std::uint32_t room = 16 * 4096;
  for (std::uint32_t number = 1; number <= room + 1; ++number) table.note(id, number, noon);
  table.note(id, 1, noon + 1min);  // it is there already
  const auto due = table.take(noon + 1min);
  REQUIRE(due.size() == room);
  CHECK(due.front().at == noon + 1min);
  CHECK(due.back().number == room);
  table.note(id, room + 1, noon + 1min);
  REQUIRE(table.take(noon + 1min).size() == 1);
}
