#include "keys/uses.hpp"

#include <set>
#include <string>

#include "catch.hpp"
#include "support/fixed.hpp"

using namespace ekauth;
using namespace std::chrono_literals;
using fixed::noon;

namespace {

std::set<std::string> ids_of(const std::vector<keys::touch::use>& uses) {
  std::set<std::string> ids;
  for (const auto& each : uses) ids.insert(each.id.text());
  return ids;
}

}  // namespace

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

TEST_CASE("a use is noted once in its minute, and anew in the next", "[keys]") {
  keys::use_table table;
  const key_id one("key_0000000001"), other("key_0000000002");
  table.note(one, 1, noon);
  table.note(one, 1, noon + 59s);
  table.note(one, 2, noon);
  table.note(other, 1, noon);
  CHECK(table.take(noon).size() == 3);
  table.note(one, 1, noon + 59s);
  CHECK(table.take(noon + 59s).empty());
  table.note(one, 1, noon + 60s);
  const auto next = table.take(noon + 60s);
  REQUIRE(next.size() == 1);
  CHECK(next[0].id == one);
  CHECK(next[0].number == 1);
  CHECK(next[0].at == noon + 60s);
}

TEST_CASE("a use for which there was no room is noted when there is", "[keys]") {
  keys::use_table table;
  std::set<std::string> all;
  for (int i = 0; i < 80'000; ++i) all.insert("key_" + std::to_string(1'000'000'000 + i));
  for (const std::string& id : all) table.note(key_id(id), 1, noon);
  std::set<std::string> noted = ids_of(table.take(noon + 1min));  // and makes room
  CHECK(noted.size() < all.size());
  for (const std::string& id : all)
    if (!noted.contains(id)) table.note(key_id(id), 1, noon);
  noted.merge(ids_of(table.take(noon + 1min)));
  CHECK(noted == all);
}
