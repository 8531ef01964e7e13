// A row of an answer, read strictly.
#pragma once

#include <ekauth/clock.hpp>
#include <ekauth/scope.hpp>
#include <ekauth/secret.hpp>

#include "postgres/parameters.hpp"

#include <libpq-fe.h>

namespace ekauth::inline v1::postgres {

inline constexpr error corrupt_row{errc::store_corrupt, "a stored row is not one that ekauth wrote"};

/// Whether a character may name a server key.
[[nodiscard]] constexpr bool is_slot(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// The columns of a row from left to right. What ekauth would not have written makes the row bad for good,
/// and every value read from it worthless.
class columns {
 public:
  columns(const PGresult* rows, int row) noexcept : rows_(rows), row_(row) {}

  /// Of a statement that only reads, past the column that all of these begin with.
  [[nodiscard]] static columns found(const PGresult* rows, int row) noexcept {
    columns made(rows, row);
    made.skip(1);
    return made;
  }

  [[nodiscard]] bool good() const noexcept { return good_; }
  [[nodiscard]] bool next_is_null() const noexcept {
    return is_there(at_) && PQgetisnull(rows_, row_, at_) != 0;
  }
  void skip(int count) noexcept { at_ += count; }

  /// As it lies in the answer, and as long.
  [[nodiscard]] std::string_view text();
  [[nodiscard]] scope::list scopes();
  [[nodiscard]] char slot();
  [[nodiscard]] std::int64_t integer();
  [[nodiscard]] std::uint32_t u32();
  [[nodiscard]] std::uint64_t u64();
  [[nodiscard]] time_point time() { return time_point(duration(integer())); }
  [[nodiscard]] std::optional<time_point> optional_time();
  [[nodiscard]] digest digest_bytes() { return bytes<32>(); }

  template <std::size_t N>
  [[nodiscard]] std::array<std::uint8_t, N> bytes() {
    std::array<std::uint8_t, N> out{};
    copy_bytes(out.data(), N);
    return out;
  }

  /// An enumeration whose values are all numbers from first to last.
  template <class Choice>
  [[nodiscard]] Choice one_of(Choice first, Choice last) {
    const std::int64_t number = integer();
    if (number < static_cast<std::int64_t>(first) || number > static_cast<std::int64_t>(last))
      return bad(first);
    return static_cast<Choice>(number);
  }

 private:
  template <class Value>
  Value bad(Value value) {
    good_ = false;
    return value;
  }
  void copy_bytes(std::uint8_t* out, std::size_t size);
  // libpq would tell of a place outside to a notice receiver that may be gone.
  [[nodiscard]] bool is_there(int at) const noexcept {
    return row_ < PQntuples(rows_) && at < PQnfields(rows_);
  }
  [[nodiscard]] std::string_view value_of(int at) const noexcept;

  const PGresult* rows_;
  int row_;
  int at_ = 0;
  bool good_ = true;
};

}  // namespace ekauth::inline v1::postgres
