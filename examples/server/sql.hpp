// The host's own tables are in an SQLite file of their own, beside ekauth's: one connection, one lock, and
// statements that cannot leak.
#pragma once

#include <ekauth/result.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

struct sqlite3;

namespace example {

using sql_value = std::variant<std::int64_t, std::string>;
using sql_row = std::vector<std::string>;

/// One connection. Threads share it and take turns.
class database {
 public:
  /// Creates the file where there is none. Errors: store_unavailable.
  static ekauth::result<database> open(const std::string& path);

  /// Runs one statement with its values bound in order. Errors: store_unavailable.
  ekauth::result<std::vector<sql_row>> rows(std::string_view statement,
                                            const std::vector<sql_value>& values = {}) const;

  /// Runs one statement; answers how many rows it changed; nothing when it broke a uniqueness rule.
  ekauth::result<std::optional<int>> change(std::string_view statement,
                                            const std::vector<sql_value>& values = {}) const;

 private:
  struct closer {
    void operator()(sqlite3* connection) const;
  };
  std::unique_ptr<sqlite3, closer> connection_;
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
};

}  // namespace example
