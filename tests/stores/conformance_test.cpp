#include "stores/under_test.hpp"

using namespace ekauth;

namespace {

void expect_none(const std::vector<testing::finding>& findings) {
  for (const testing::finding& broken : findings) FAIL_CHECK(testing::to_string(broken));
}

}  // namespace

TEST_CASE("every adapter keeps what keys ask of a store", "[stores]") {
  const auto adapter = GENERATE(from_range(under_test::adapters()));
  INFO(adapter.name);
  const auto db = adapter.open();
  expect_none(testing::check_keys(*db.keys[0], *db.keys[1]));
}

TEST_CASE("every adapter keeps what sessions ask of a store", "[stores]") {
  const auto adapter = GENERATE(from_range(under_test::adapters()));
  INFO(adapter.name);
  const auto db = adapter.open();
  expect_none(testing::check_sessions(*db.sessions[0], *db.sessions[1]));
}

TEST_CASE("every adapter keeps what allowlists ask of a store", "[stores]") {
  const auto adapter = GENERATE(from_range(under_test::adapters()));
  INFO(adapter.name);
  const auto db = adapter.open();
  expect_none(testing::check_allowlists(*db.lists[0], *db.lists[1]));
}
