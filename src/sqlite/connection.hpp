// The door to SQLite: a connection with its prepared statements, one run of one of them, and a row read
// strictly.
#pragma once

#include <ekauth/clock.hpp>
#include <ekauth/ids.hpp>
#include <ekauth/result.hpp>
#include <ekauth/scope.hpp>
#include <ekauth/secret.hpp>

#include "sqlite/statements.hpp"
#include "storage/sql_rows.hpp"

#include <sqlite3.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace ekauth::inline v1::sqlite {

/// What a code of SQLite means to a host.
[[nodiscard]] error trouble(int code);

struct closer {
  void operator()(sqlite3* db) const noexcept { sqlite3_close(db); }
  void operator()(sqlite3_stmt* prepared) const noexcept { sqlite3_finalize(prepared); }
};
using statement = std::unique_ptr<sqlite3_stmt, closer>;

/// A row that a statement is at. Texts and blobs are as they lie in SQLite's memory, until the next step.
class raw_row {
 public:
  explicit raw_row(sqlite3_stmt* row) noexcept : row_(row) {}
  [[nodiscard]] bool is_null(int at) const noexcept { return sqlite3_column_type(row_, at) == SQLITE_NULL; }
  [[nodiscard]] std::optional<std::string_view> text(int at) const noexcept;
  [[nodiscard]] std::optional<std::string_view> bytes(int at) const noexcept;
  [[nodiscard]] std::optional<std::int64_t> integer(int at) const noexcept;

 private:
  sqlite3_stmt* row_;
};
using columns = storage::columns<raw_row>;
using storage::corrupt_row;

/// One run of a statement: binds, steps, and leaves it reset and empty, whichever way it is left.
class query {
 public:
  explicit query(sqlite3_stmt* prepared) noexcept : prepared_(prepared) {}
  query(const query&) = delete;
  query& operator=(const query&) = delete;
  ~query() {
    sqlite3_reset(prepared_);
    sqlite3_clear_bindings(prepared_);
  }

  /// Binds ?1, ?2, … in order; one list of scopes at most. Texts and blobs are not copied: they must outlive
  /// the query.
  template <class... Values>
  query& with(const Values&... values) {
    (bind(values), ...);
    return *this;
  }

  /// Binds each field that a visitor of storage/fields.hpp is given.
  [[nodiscard]] auto binder() {
    return [this](std::string_view, const auto& value) { bind(value); };
  }

  /// SQLITE_ROW, SQLITE_DONE, or the code of what went wrong, binding included.
  [[nodiscard]] int step() noexcept { return code_ != SQLITE_OK ? code_ : sqlite3_step(prepared_); }

  /// Steps a statement that answers no rows; answers how many it changed.
  [[nodiscard]] result<std::uint32_t> run();

  [[nodiscard]] columns row() const noexcept { return columns(raw_row(prepared_)); }

  /// Steps a statement that finds rows, and gives each to rows.add.
  template <class Rows>
  [[nodiscard]] result<void> read_into(Rows& rows) {
    int code = SQLITE_DONE;
    while ((code = step()) == SQLITE_ROW)
      if (auto good = rows.add(row()); !good) return good;
    if (code != SQLITE_DONE) return trouble(code);
    return {};
  }

 private:
  void bind(std::string_view text);
  void bind(const std::string& text) { bind(std::string_view(text)); }
  void bind(const scope::list& scopes) {
    scopes_ = scopes.spaced();
    bind(scopes_);
  }
  template <class Kind>
  void bind(const id<Kind>& name) {
    bind(std::string_view(name.text()));
  }
  void bind(const char& slot) { bind(std::string_view(&slot, 1)); }
  void bind(std::int64_t number) { keep(sqlite3_bind_int64(prepared_, ++at_, number)); }
  void bind(bool yes) { bind(std::int64_t{yes}); }
  void bind(std::uint32_t number) { bind(std::int64_t{number}); }
  void bind(std::uint64_t number);
  void bind(time_point when) { bind(std::int64_t{when.time_since_epoch().count()}); }
  template <std::size_t N>
  void bind(const std::array<std::uint8_t, N>& bytes) {
    keep(sqlite3_bind_blob(prepared_, ++at_, bytes.data(), N, SQLITE_STATIC));
  }
  template <class Value>
  void bind(const std::optional<Value>& value) {
    if (value)
      bind(*value);
    else
      ++at_;  // what is not bound is NULL
  }
  template <class Choice>
  requires std::is_enum_v<Choice>
  void bind(Choice choice) { bind(static_cast<std::int64_t>(choice)); }
  void keep(int code) {
    if (code_ == SQLITE_OK) code_ = code;
  }

  sqlite3_stmt* prepared_;
  std::string scopes_;
  int at_ = 0;
  int code_ = SQLITE_OK;
};

/// One connection; used by one thread at a time.
class connection {
 public:
  /// Opens an existing file and reads nothing of it. Answers an error where it cannot be written.
  [[nodiscard]] static result<connection> open(const std::string& path, duration patience);

  /// Prepares the first count statements; they must fit the tables.
  [[nodiscard]] result<void> prepare(std::size_t count);

  [[nodiscard]] query ask(sql which) const { return query(prepared_[static_cast<std::size_t>(which)].get()); }

  /// Runs a statement that is needed once and answers no rows.
  [[nodiscard]] int execute(const char* text) const;

  /// The text or the number in the first row of a statement that is needed once, such as a pragma.
  [[nodiscard]] result<std::string> answer_of(const char* text) const;
  [[nodiscard]] result<std::int64_t> number_of(const char* text) const;

  /// Turns a setting of sqlite3_db_config on or off.
  void configure(int setting, bool on) const { sqlite3_db_config(db_.get(), setting, on ? 1 : 0, nullptr); }

  /// How long a statement waits for other processes before it is busy.
  void wait_for(duration patience) const {
    sqlite3_busy_timeout(db_.get(), static_cast<int>(patience.count()));
  }

  [[nodiscard]] bool in_transaction() const noexcept { return sqlite3_get_autocommit(db_.get()) == 0; }

 private:
  explicit connection(sqlite3* db) : db_(db) {}
  template <class Answer, class Read>
  [[nodiscard]] result<Answer> first_row(const char* text, Read read) const;

  std::unique_ptr<sqlite3, closer> db_;  // outlives its statements
  std::array<statement, all_statements> prepared_;
};

}  // namespace ekauth::inline v1::sqlite
