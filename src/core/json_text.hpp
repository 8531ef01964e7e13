// Text as JSON strings hold it. Everything that ekauth writes as JSON is escaped here.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace ekauth::inline v1 {

/// How a character stands inside a JSON string, and how many bytes of the text it was.
struct json_character {
  std::array<char, 6> bytes;
  std::uint8_t size;
  std::uint8_t taken;

  [[nodiscard]] std::string_view text() const noexcept { return {bytes.data(), size}; }
};

/// The first character of a text that is not empty.
[[nodiscard]] json_character first_json_character(std::string_view text) noexcept;

/// The text as a JSON string with its quotes. It is always valid UTF-8: a byte that is not becomes U+FFFD.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace ekauth::inline v1
