#include "stores/under_test.hpp"
#include "support/figure.hpp"
#include "support/whole_kit.hpp"

using namespace ekauth;

namespace {

void expect_none(std::string_view piece, std::string_view store, const whole_kit::findings& findings) {
  for (const testing::finding& broken : findings) FAIL_CHECK(testing::to_string(broken));
  std::uint64_t clauses = 0;
  for (const testing::clause& each : whole_kit::clauses()) clauses += each.name.starts_with(piece) ? 1 : 0;
  CHECK(clauses > 0);
  fixed::figure("clauses of " + std::string(piece) + " on " + std::string(store),
                std::to_string(clauses) + ", " + std::to_string(findings.size()) + " broken");
}

}  // namespace

TEST_CASE("every adapter keeps what keys ask of a store", "[stores]") {
  const auto adapter = GENERATE(from_range(under_test::adapters()));
  INFO(adapter.name);
  const auto db = adapter.open();
  expect_none("keys", adapter.name, whole_kit::check_keys(*db.stores[0], *db.stores[1]));
}

TEST_CASE("every adapter keeps what sessions ask of a store", "[stores]") {
  const auto adapter = GENERATE(from_range(under_test::adapters()));
  INFO(adapter.name);
  const auto db = adapter.open();
  expect_none("sessions", adapter.name, whole_kit::check_sessions(*db.stores[0], *db.stores[1]));
}

TEST_CASE("every adapter keeps what allowlists ask of a store", "[stores]") {
  const auto adapter = GENERATE(from_range(under_test::adapters()));
  INFO(adapter.name);
  const auto db = adapter.open();
  expect_none("allowlists", adapter.name, whole_kit::check_allowlists(*db.stores[0], *db.stores[1]));
}
