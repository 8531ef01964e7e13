// Base62 and CRC-32 once more, bit by bit: shares nothing with src/core.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fuzz {

inline constexpr std::string_view base62_digits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// turns: of 2^32, by which the digits tell more than the CRC, as no check does.
inline std::string plain_check(std::string_view text, std::uint64_t turns = 0) {
  std::uint32_t crc = 0xffffffffu;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
  }
  std::uint64_t value = (turns << 32) + static_cast<std::uint32_t>(~crc);
  std::string six(6, '0');
  for (std::size_t i = 6; i-- > 0; value /= 62) six[i] = base62_digits[value % 62];
  return six;
}

/// The text with every byte that is no digit made one.
inline std::string to_digits(std::string text) {
  for (char& c : text)
    if (base62_digits.find(c) == std::string_view::npos)
      c = base62_digits[static_cast<unsigned char>(c) % 62];
  return text;
}

}  // namespace fuzz
