#include "sqlite/connection.hpp"

#include <cstring>
#include <limits>

namespace ekauth::inline v1::sqlite {

error trouble(int code) {
  switch (code & 0xff) {  // the rest says more precisely which call failed
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return {errc::store_busy, "others held the file beyond the timeout"};
    case SQLITE_FULL:
      return {errc::store_full, "no space left for the file or its log"};
    case SQLITE_NOTADB:
      return {errc::store_corrupt, "the file is not an SQLite database"};
    case SQLITE_CORRUPT:
      return {errc::store_corrupt, "the file is damaged"};
    case SQLITE_CONSTRAINT:
      return {errc::store_corrupt, "the tables hold what ekauth did not write"};
    case SQLITE_READONLY:
      return {errc::store_unavailable, "the file may only be read"};
    case SQLITE_CANTOPEN:
      return {errc::store_unavailable, "the file cannot be opened"};
    case SQLITE_IOERR:
      return {errc::store_unavailable, "reading or writing the file failed"};
    case SQLITE_TOOBIG:
      return {errc::store_unavailable, "a value larger than SQLite stores"};
    case SQLITE_NOMEM:
      return {errc::store_unavailable, "out of memory"};
    default:
      return {errc::store_unavailable, "SQLite refused a statement"};
  }
}

// ---- query

result<std::uint32_t> query::run() {
  if (const int code = step(); code != SQLITE_DONE) return trouble(code);
  return static_cast<std::uint32_t>(sqlite3_changes(sqlite3_db_handle(prepared_)));
}

void query::bind(std::string_view text) {
  // Given its length, a text may hold any byte. None comes from nowhere: a null pointer would mean NULL.
  keep(sqlite3_bind_text64(prepared_, ++at_, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void query::bind(std::uint64_t number) {
  if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return keep(SQLITE_TOOBIG);
  bind(static_cast<std::int64_t>(number));
}

// ---- raw_row

std::optional<std::string_view> raw_row::text(int at) const noexcept {
  if (sqlite3_column_type(row_, at) != SQLITE_TEXT) return std::nullopt;
  const auto* const bytes = reinterpret_cast<const char*>(sqlite3_column_text(row_, at));
  if (bytes == nullptr) return std::nullopt;
  return std::string_view(bytes, static_cast<std::size_t>(sqlite3_column_bytes(row_, at)));
}

std::optional<std::string_view> raw_row::bytes(int at) const noexcept {
  if (sqlite3_column_type(row_, at) != SQLITE_BLOB) return std::nullopt;
  const auto* const bytes = static_cast<const char*>(sqlite3_column_blob(row_, at));
  if (bytes == nullptr) return std::nullopt;
  return std::string_view(bytes, static_cast<std::size_t>(sqlite3_column_bytes(row_, at)));
}

std::optional<std::int64_t> raw_row::integer(int at) const noexcept {
  if (sqlite3_column_type(row_, at) != SQLITE_INTEGER) return std::nullopt;
  return sqlite3_column_int64(row_, at);
}

// ---- connection

template <class Answer, class Read>
result<Answer> connection::first_row(const char* text, Read read) const {
  sqlite3_stmt* made = nullptr;
  if (const int code = sqlite3_prepare_v2(db_.get(), text, -1, &made, nullptr); code != SQLITE_OK)
    return trouble(code);
  const statement owned(made);
  query asked(made);
  if (const int code = asked.step(); code != SQLITE_ROW) return trouble(code);
  columns row = asked.row();
  Answer answer = read(row);
  if (!row.good()) return corrupt_row;
  return answer;
}

result<connection> connection::open(const std::string& path, duration patience) {
  sqlite3* db = nullptr;
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  connection opened(db);  // also after a failure there is something to close
  if (code != SQLITE_OK) return trouble(code);
  // SQLite falls back to reading alone.
  if (sqlite3_db_readonly(db, "main") != 0) return trouble(SQLITE_READONLY);
  opened.wait_for(patience);
  opened.configure(SQLITE_DBCONFIG_DEFENSIVE, true);
  opened.configure(SQLITE_DBCONFIG_TRUSTED_SCHEMA, false);
  return opened;
}

result<void> connection::prepare(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    sqlite3_stmt* made = nullptr;
    const int code =
        sqlite3_prepare_v3(db_.get(), statement_texts[i], -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    prepared_[i].reset(made);
    if ((code & 0xff) == SQLITE_ERROR)
      return error{errc::store_corrupt, "the tables are not those of ekauth"};
    if (code != SQLITE_OK) return trouble(code);
  }
  return {};
}

int connection::execute(const char* text) const {
  return sqlite3_exec(db_.get(), text, nullptr, nullptr, nullptr);
}

result<std::string> connection::answer_of(const char* text) const {
  return first_row<std::string>(text, [](columns& row) { return std::string(row.text()); });
}

result<std::int64_t> connection::number_of(const char* text) const {
  return first_row<std::int64_t>(text, [](columns& row) { return row.integer(); });
}

}  // namespace ekauth::inline v1::sqlite
