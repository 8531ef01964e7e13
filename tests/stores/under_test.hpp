// Every adapter, and how a test gets a fresh, empty store of it. A new one is a function and a line in
// adapters().
#pragma once

#include <ekauth/memory.hpp>
#include <ekauth/sqlite.hpp>
#include <ekauth/testing.hpp>

#include "catch.hpp"
#include "support/postgres_schema.hpp"
#include "support/private_redis.hpp"
#include "support/temporary.hpp"

#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace under_test {

/// Two handles on the same data, as two connection pools or two nodes would be; or one, twice.
struct handles {
  using every_store =
      ekauth::storage::joined<ekauth::keys::store, ekauth::refresh::store, ekauth::allowlists::store>;
  every_store* stores[2];
  std::shared_ptr<void> keeper;  // owns the stores, and what they need

  template <class Store>
  handles(std::shared_ptr<void> owner, Store& here, Store& there)
      : stores{&here, &there}, keeper(std::move(owner)) {}
};

inline handles open_memory() {
  auto db = std::make_shared<ekauth::memory::store>();
  return {db, *db, *db};
}

inline handles open_sqlite() {
  struct opened {
    fixed::temporary_folder folder;
    std::optional<ekauth::sqlite::store> here, there;
  };
  auto db = std::make_shared<opened>();
  for (auto* handle : {&db->here, &db->there}) {
    auto store = ekauth::sqlite::store::open({.path = db->folder.file("store.db")});
    REQUIRE(store.has_value());
    handle->emplace(*std::move(store));
  }
  return {db, *db->here, *db->there};
}

inline handles open_postgres() {
  struct opened {
    fixed::postgres_schema schema;
    ekauth::postgres::store here = schema.open(), there = schema.open();
  };
  auto db = std::make_shared<opened>();
  return {db, db->here, db->there};
}

inline handles open_redis() {
  struct opened {
    ekauth::redis::store here, there;
  };
  auto how = fixed::fresh_redis(), beside = fixed::fresh_redis();
  beside.prefix = how.prefix;
  auto db = std::make_shared<opened>(
      opened{fixed::open_redis(std::move(how)), fixed::open_redis(std::move(beside))});
  return {db, db->here, db->there};
}

struct adapter {
  std::string_view name;
  handles (*open)();
};

/// All of them, or the one that EKAUTH_TEST_ADAPTER names.
inline std::vector<adapter> adapters() {
  const std::vector<adapter> all = {
      {"memory", open_memory}, {"sqlite", open_sqlite}, {"postgres", open_postgres}, {"redis", open_redis}};
  const char* const asked = std::getenv("EKAUTH_TEST_ADAPTER");
  if (asked == nullptr) return all;
  for (const adapter& each : all)
    if (each.name == asked) return {each};
  return {};
}

}  // namespace under_test
