// The texts of answers and of audit lines, written into memory that is there already.
#pragma once

#include <ekauth/http.hpp>

#include <array>

namespace ekauth::inline v1::http {

/// How a character stands inside a JSON string, and how many bytes of the text it was.
struct json_character {
  std::array<char, 6> bytes;
  std::uint8_t size;
  std::uint8_t taken;

  [[nodiscard]] std::string_view text() const noexcept { return {bytes.data(), size}; }
};

/// The first character of a text that is not empty.
[[nodiscard]] json_character first_json_character(std::string_view text) noexcept;

/// What format_time answers; at most longest_time bytes. Answers the end.
inline constexpr std::size_t longest_time = 24;
char* write_time(char* out, std::int64_t unix_milliseconds, precision shown) noexcept;

/// A credential in a URL must not come back in the body, nor get into logs.
[[nodiscard]] inline std::string_view without_query(std::string_view path) noexcept {
  return path.substr(0, path.find_first_of("?#"));
}

}  // namespace ekauth::inline v1::http
