// A fresh store of each adapter; every test of this folder runs against all of them.
#pragma once

#include <ekauth/memory.hpp>
#include <ekauth/sqlite.hpp>

#include "catch.hpp"
#include "stores/private_redis.hpp"
#include "support/records.hpp"
#include "support/temporary.hpp"

#include <array>
#include <optional>

namespace under_test {

enum class adapter { memory, sqlite, redis };
inline constexpr std::array adapters{adapter::memory, adapter::sqlite, adapter::redis};

class fresh_store {
 public:
  explicit fresh_store(adapter which) {
    switch (which) {
      case adapter::memory:
        use(memory_.emplace());
        return;
      case adapter::sqlite: {
        auto opened = ekauth::sqlite::store::open({.path = folder_.file("store.db")});
        REQUIRE(opened.has_value());
        use(sqlite_.emplace(*std::move(opened)));
        return;
      }
      case adapter::redis:
        use(redis_.emplace(fixed::fresh_redis_store()));
        return;
    }
  }

  [[nodiscard]] ekauth::keys::store& keys() { return *keys_; }
  [[nodiscard]] ekauth::refresh::store& sessions() { return *sessions_; }
  [[nodiscard]] ekauth::allowlists::store& lists() { return *lists_; }

 private:
  template <class Store>
  void use(Store& store) {
    keys_ = &store;
    sessions_ = &store;
    lists_ = &store;
  }

  fixed::temporary_folder folder_;
  std::optional<ekauth::memory::store> memory_;
  std::optional<ekauth::sqlite::store> sqlite_;
  std::optional<ekauth::redis::store> redis_;
  ekauth::keys::store* keys_ = nullptr;
  ekauth::refresh::store* sessions_ = nullptr;
  ekauth::allowlists::store* lists_ = nullptr;
};

}  // namespace under_test
