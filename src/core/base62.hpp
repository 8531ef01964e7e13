// Base62 text and the CRC-32 that closes our tokens. Digits 0-9 A-Z a-z, most significant first, zero padded.
#pragma once

#include <ekauth/random.hpp>
#include <ekauth/secret.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace ekauth::inline v1::base62 {

[[nodiscard]] bool is_text(std::string_view text) noexcept;

/// value mod 62^width.
[[nodiscard]] std::string digits(std::uint64_t value, std::size_t width);

/// The 32 bytes as one big-endian integer, mod 62^width.
[[nodiscard]] std::string digits(const digest& value, std::size_t width);

/// Uniform digits, each drawn by rejection.
[[nodiscard]] std::string random_digits(random_source& random, std::size_t width);
void random_digits(random_source& random, char* out, std::size_t width);

/// The value of at most ten digits; the caller has checked is_text.
[[nodiscard]] std::uint64_t value(std::string_view digits) noexcept;

/// CRC-32 (ISO-HDLC), the one of zlib.
[[nodiscard]] std::uint32_t crc32(std::string_view bytes) noexcept;

}  // namespace ekauth::inline v1::base62
