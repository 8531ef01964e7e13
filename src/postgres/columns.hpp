// One row of an answer, as the strict reading of rows wants it.
#pragma once

#include "postgres/parameters.hpp"
#include "storage/sql_rows.hpp"

#include <libpq-fe.h>

namespace ekauth::inline v1::postgres {

/// A row of an answer in PostgreSQL's binary form. Texts and bytes are as they lie in the answer, and as
/// long.
class raw_row {
 public:
  raw_row(const PGresult* rows, int row) noexcept : rows_(rows), row_(row) {}

  [[nodiscard]] bool is_null(int at) const noexcept {
    return is_there(at) && PQgetisnull(rows_, row_, at) != 0;
  }
  [[nodiscard]] std::optional<std::string_view> text(int at) const noexcept { return bytes(at); }
  [[nodiscard]] std::optional<std::string_view> bytes(int at) const noexcept {
    if (!is_there(at) || !is_of(at, type::bytea) || PQgetisnull(rows_, row_, at) != 0) return std::nullopt;
    return value_of(at);
  }
  [[nodiscard]] std::optional<std::int64_t> integer(int at) const noexcept {
    if (!is_there(at)) return std::nullopt;
    const std::string_view stored = value_of(at);  // most significant byte first; none where it is NULL
    const bool is_int8 = is_of(at, type::int8) && stored.size() == 8;
    const bool is_int2 = is_of(at, type::int2) && stored.size() == 2;
    if (!is_int8 && !is_int2) return std::nullopt;
    std::uint64_t bits = (stored[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
    for (const char byte : stored) bits = bits << 8 | static_cast<unsigned char>(byte);
    return static_cast<std::int64_t>(bits);
  }

 private:
  // libpq would tell of a place outside to a notice receiver that may be gone.
  [[nodiscard]] bool is_there(int at) const noexcept {
    return row_ < PQntuples(rows_) && at < PQnfields(rows_);
  }
  [[nodiscard]] bool is_of(int at, type which) const noexcept {
    return PQftype(rows_, at) == static_cast<Oid>(which);
  }
  [[nodiscard]] std::string_view value_of(int at) const noexcept {
    return {PQgetvalue(rows_, row_, at), static_cast<std::size_t>(PQgetlength(rows_, row_, at))};
  }

  const PGresult* rows_;
  int row_;
};

class columns : public storage::columns<raw_row> {
 public:
  columns(const PGresult* rows, int row, int first = 0) noexcept
      : storage::columns<raw_row>(raw_row(rows, row), first) {}

  /// A row of a statement that only reads, past the column that all of these begin with.
  [[nodiscard]] static columns found(const PGresult* rows, int row) noexcept { return {rows, row, 1}; }
};
using storage::corrupt_row;

}  // namespace ekauth::inline v1::postgres
