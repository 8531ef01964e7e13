#include "sql.hpp"

#include <sqlite3.h>

namespace example {

namespace {

using ekauth::errc;
using ekauth::error;

struct finalizer {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using prepared = std::unique_ptr<sqlite3_stmt, finalizer>;

error trouble() { return {errc::store_unavailable, "the server's own tables cannot be read or written"}; }

prepared prepare(sqlite3* connection, std::string_view text, const std::vector<sql_value>& values) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(connection, text.data(), static_cast<int>(text.size()), &raw, nullptr) != SQLITE_OK)
    return nullptr;
  prepared statement(raw);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int at = static_cast<int>(i) + 1;
    const auto* text_value = std::get_if<std::string>(&values[i]);
    const int bound = text_value ? sqlite3_bind_text(raw, at, text_value->data(),
                                                     static_cast<int>(text_value->size()), SQLITE_TRANSIENT)
                                 : sqlite3_bind_int64(raw, at, std::get<std::int64_t>(values[i]));
    if (bound != SQLITE_OK) return nullptr;
  }
  return statement;
}

sql_row read_row(sqlite3_stmt* statement) {
  sql_row row;
  for (int i = 0; i < sqlite3_column_count(statement); ++i) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
    row.emplace_back(text ? text : "", static_cast<std::size_t>(sqlite3_column_bytes(statement, i)));
  }
  return row;
}

}  // namespace

void database::closer::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

ekauth::result<database> database::open(const std::string& path) {
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  database made;
  made.connection_.reset(raw);
  if (opened != SQLITE_OK) return trouble();
  sqlite3_busy_timeout(raw, 5000);
  for (const auto* pragma : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"})
    if (auto ok = made.rows(pragma); !ok) return ok.error();
  return made;
}

ekauth::result<std::vector<sql_row>> database::rows(std::string_view text,
                                                    const std::vector<sql_value>& values) const {
  const std::lock_guard turn(*mutex_);
  const prepared statement = prepare(connection_.get(), text, values);
  if (!statement) return trouble();
  std::vector<sql_row> out;
  int step = SQLITE_OK;
  while ((step = sqlite3_step(statement.get())) == SQLITE_ROW) out.push_back(read_row(statement.get()));
  if (step != SQLITE_DONE) return trouble();
  return out;
}

ekauth::result<std::optional<int>> database::change(std::string_view text,
                                                    const std::vector<sql_value>& values) const {
  const std::lock_guard turn(*mutex_);
  const prepared statement = prepare(connection_.get(), text, values);
  if (!statement) return trouble();
  const int step = sqlite3_step(statement.get());
  if (step == SQLITE_CONSTRAINT) return std::optional<int>();
  if (step != SQLITE_DONE) return trouble();
  return std::optional<int>(sqlite3_changes(connection_.get()));
}

}  // namespace example
