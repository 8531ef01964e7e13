// What the tests do to a store behind its back: plain SQLite, plain bytes, child processes.
#pragma once

#include <ekauth/sqlite.hpp>

#include "catch.hpp"
#include "support/records.hpp"
#include "support/temporary.hpp"

#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>

namespace raw {

/// A connection that ekauth knows nothing of.
class connection {
 public:
  explicit connection(const std::string& path) {
    REQUIRE(sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr) ==
            SQLITE_OK);
  }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection() { sqlite3_close(db_); }

  void run(const std::string& sql) {
    INFO(sql);
    REQUIRE(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  }

  /// The first column of all rows, one a line.
  [[nodiscard]] std::string ask(const std::string& sql, int column = 0) {
    sqlite3_stmt* asked = nullptr;
    REQUIRE(sqlite3_prepare_v2(db_, sql.c_str(), -1, &asked, nullptr) == SQLITE_OK);
    std::string all;
    while (sqlite3_step(asked) == SQLITE_ROW) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(asked, column));
      all += (all.empty() ? "" : "\n") + std::string(text == nullptr ? "NULL" : text);
    }
    sqlite3_finalize(asked);
    return all;
  }

 private:
  sqlite3* db_ = nullptr;
};

inline std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// A store that must open.
inline ekauth::sqlite::store open(const std::string& path,
                                  ekauth::duration busy_timeout = std::chrono::seconds(20)) {
  auto opened = ekauth::sqlite::store::open({.path = path, .busy_timeout = busy_timeout});
  REQUIRE(opened.has_value());
  return *std::move(opened);
}

/// The code with which a path is refused.
inline ekauth::errc refusal(ekauth::sqlite::options how) {
  const auto opened = ekauth::sqlite::store::open(std::move(how));
  REQUIRE_FALSE(opened.has_value());
  return opened.error().code();
}

/// Runs act() in a child, which ends with its answer. Nothing of SQLite may be open.
template <class Act>
[[nodiscard]] pid_t in_child(const Act& act) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(act());
  return child;
}

/// How a child ended: its answer, or 128 and the signal that ended it.
inline int ended(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace raw
