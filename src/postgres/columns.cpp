#include "postgres/columns.hpp"

#include <cstring>
#include <limits>

namespace ekauth::inline v1::postgres {

std::string_view columns::value_of(int at) const noexcept {
  return {PQgetvalue(rows_, row_, at), static_cast<std::size_t>(PQgetlength(rows_, row_, at))};
}

std::string_view columns::text() {
  const int at = at_++;
  if (!is_there(at) || PQftype(rows_, at) != static_cast<Oid>(type::bytea) ||
      PQgetisnull(rows_, row_, at) != 0)
    return bad(std::string_view());
  return value_of(at);
}

scope::list columns::scopes() {
  const std::string_view stored = text();
  auto read = scope::list::parse_spaced(stored);
  if (!read) return bad(scope::list());
  // Parsing drops repeats; ekauth never writes one.
  std::size_t length = read->empty() ? 0 : read->entries().size() - 1;
  for (const std::string& one : read->entries()) length += one.size();
  if (length != stored.size()) return bad(scope::list());
  return *std::move(read);
}

char columns::slot() {
  const std::string_view stored = text();
  if (stored.size() != 1 || !is_slot(stored[0])) return bad('\0');
  return stored[0];
}

std::int64_t columns::integer() {
  const int at = at_++;
  if (!is_there(at)) return bad(std::int64_t{0});
  const Oid of = PQftype(rows_, at);
  const std::string_view stored = value_of(at);  // most significant byte first; none where it is NULL
  const bool is_int8 = of == static_cast<Oid>(type::int8) && stored.size() == 8;
  const bool is_int2 = of == static_cast<Oid>(type::int2) && stored.size() == 2;
  if (!is_int8 && !is_int2) return bad(std::int64_t{0});
  std::uint64_t bits = (stored[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (const char byte : stored) bits = bits << 8 | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(bits);
}

std::uint32_t columns::u32() {
  const std::int64_t number = integer();
  if (number < 0 || number > std::numeric_limits<std::uint32_t>::max()) return bad(0u);
  return static_cast<std::uint32_t>(number);
}

std::uint64_t columns::u64() {
  const std::int64_t number = integer();
  if (number < 0) return bad(std::uint64_t{0});
  return static_cast<std::uint64_t>(number);
}

std::optional<time_point> columns::optional_time() {
  if (!next_is_null()) return time();
  skip(1);
  return std::nullopt;
}

void columns::copy_bytes(std::uint8_t* out, std::size_t size) {
  const std::string_view stored = text();
  if (stored.size() == size)
    std::memcpy(out, stored.data(), size);
  else
    good_ = false;
}

}  // namespace ekauth::inline v1::postgres
