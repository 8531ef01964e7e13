#include "core/remembered.hpp"

#include "catch.hpp"

using ekauth::remembered;

TEST_CASE("a name that is remembered gets its new value without another one being forgotten", "[core]") {
  remembered<int> table(32);  // two in each of its parts
  for (int name = 0; name < 100; ++name) table.keep(std::to_string(name), name);
  const auto kept = [&] {
    int found = 0;
    for (int name = 0; name < 100; ++name) found += table.find(std::to_string(name)) ? 1 : 0;
    return found;
  };
  const int before = kept();
  CHECK(before > 1);
  CHECK(before <= 32);
  for (int name = 0; name < 100; ++name)
    if (table.find(std::to_string(name))) table.keep(std::to_string(name), -name);
  CHECK(kept() == before);
  for (int name = 0; name < 100; ++name)
    if (const auto value = table.find(std::to_string(name))) CHECK(*value == -name);
}

TEST_CASE("a table without room remembers nothing", "[core]") {
  remembered<int> table(0);
  table.keep("name", 1);
  CHECK_FALSE(table.find("name"));
}
