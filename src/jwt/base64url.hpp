// base64url as tokens use it: no padding, no blanks, unused bits zero (RFC 4648 §5, RFC 7515 §2). By AVX2
// where the processor has it.
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

/// The same in a time and by accesses that do not depend on the bytes.
void encode_secret(std::string_view bytes, char* out) noexcept;

/// Writes decoded_size(text.size()) bytes and answers whether text is the one encoding of them; when it is
/// not, what was written means nothing.
[[nodiscard]] bool decode(std::string_view text, char* out) noexcept;

// The same on every processor.
namespace portable {
void encode(std::string_view bytes, char* out) noexcept;
void encode_secret(std::string_view bytes, char* out) noexcept;
[[nodiscard]] bool decode(std::string_view text, char* out) noexcept;
}  // namespace portable

// As much of it as goes by 24 bytes and 32 characters at a time, the last of them over some that are done: a
// beginning, whose size in the input is the answer.
namespace avx2 {
[[nodiscard]] bool supported() noexcept;
[[nodiscard]] std::size_t encode(std::string_view bytes, char* out) noexcept;
/// good: whether all of the beginning was of the alphabet.
[[nodiscard]] std::size_t decode(std::string_view text, char* out, bool& good) noexcept;
}  // namespace avx2

}  // namespace ekauth::inline v1::jwt::base64url
