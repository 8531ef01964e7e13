// The one door to libsodium: Argon2id. Private to this piece.
#pragma once

#include <ekauth/result.hpp>
#include <ekauth/secret.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ekauth::inline v1::password {

/// Argon2id as a self-describing string. Fails only when memory runs out.
[[nodiscard]] result<std::string> argon2id(std::string_view password, std::uint64_t passes,
                                           std::size_t memory_bytes);

/// Such a string, taken apart.
struct argon2id_hash {
  std::uint64_t passes = 0, memory_kib = 0;
  std::array<unsigned char, 16> salt{};
  digest value{};
};

/// Reads what libsodium writes, at any cost that it takes, and nothing else:
///
///   $argon2id$v=19$m=65536,t=2,p=1$c2FsdA…$aGFzaA…         salt and value in base64 without padding
[[nodiscard]] std::optional<argon2id_hash> parse_argon2id(std::string_view text) noexcept;

/// Whether the password is the one of the hash, compared in constant time. Fails only when memory runs out.
[[nodiscard]] result<bool> argon2id_matches(const argon2id_hash& hash, std::string_view password);

}  // namespace ekauth::inline v1::password
