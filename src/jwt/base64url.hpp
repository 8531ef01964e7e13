// base64url as tokens use it: no padding, no blanks, unused bits zero (RFC 4648 §5, RFC 7515 §2).
#pragma once

#include <cstddef>
#include <string_view>

namespace ekauth::inline v1::jwt::base64url {

[[nodiscard]] constexpr std::size_t encoded_size(std::size_t bytes) noexcept { return (bytes * 4 + 2) / 3; }
[[nodiscard]] constexpr std::size_t decoded_size(std::size_t characters) noexcept {
  return characters * 3 / 4;
}

/// Writes encoded_size(bytes.size()) characters.
void encode(std::string_view bytes, char* out) noexcept;

/// Writes decoded_size(text.size()) bytes and answers whether text is the one encoding of them; when it is
/// not, what was written means nothing.
[[nodiscard]] bool decode(std::string_view text, char* out) noexcept;

}  // namespace ekauth::inline v1::jwt::base64url
