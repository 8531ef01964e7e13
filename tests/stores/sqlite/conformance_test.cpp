#include <ekauth/sqlite.hpp>
#include <ekauth/testing.hpp>

#include "catch.hpp"
#include "support/temporary.hpp"
#include "support/whole_kit.hpp"

using namespace ekauth;

TEST_CASE("two handles on one file keep what keys, sessions and allowlists ask of a store", "[sqlite]") {
  const fixed::temporary_folder folder;
  auto here = sqlite::store::open({.path = folder.file("store.db")});
  auto there = sqlite::store::open({.path = folder.file("store.db")});
  REQUIRE(here);
  REQUIRE(there);
  for (const auto& found : {whole_kit::check_keys(*here, *there), whole_kit::check_sessions(*here, *there),
                            whole_kit::check_allowlists(*here, *there)})
    for (const testing::finding& broken : found) FAIL_CHECK(testing::to_string(broken));
}
