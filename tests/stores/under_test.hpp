// A fresh store of each adapter; every test of this folder runs against all of them.
#pragma once

#include <ekauth/memory.hpp>
#include <ekauth/sqlite.hpp>

#include "catch.hpp"
#include "support/records.hpp"
#include "support/temporary.hpp"

#include <optional>

namespace under_test {

enum class adapter { memory, sqlite };

class fresh_store {
 public:
  explicit fresh_store(adapter which) {
    if (which == adapter::memory) {
      memory_.emplace();
      return;
    }
    auto opened = ekauth::sqlite::store::open({.path = folder_.file("store.db")});
    REQUIRE(opened.has_value());
    sqlite_.emplace(*std::move(opened));
  }

  [[nodiscard]] ekauth::keys::store& keys() {
    if (memory_) return *memory_;
    return *sqlite_;
  }
  [[nodiscard]] ekauth::refresh::store& sessions() {
    if (memory_) return *memory_;
    return *sqlite_;
  }
  [[nodiscard]] ekauth::allowlists::store& lists() {
    if (memory_) return *memory_;
    return *sqlite_;
  }

 private:
  fixed::temporary_folder folder_;
  std::optional<ekauth::memory::store> memory_;
  std::optional<ekauth::sqlite::store> sqlite_;
};

}  // namespace under_test
