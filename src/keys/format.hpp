// The text of an API key: how it is composed, and what can be checked of it offline.
#pragma once

#include <ekauth/keys_store.hpp>

#include "crypto/crypto.hpp"

#include <string>
#include <string_view>

namespace ekauth::inline v1::keys {

inline constexpr std::size_t id_digits = 10;
inline constexpr std::size_t secret_digits = 25;
inline constexpr std::size_t tag_digits = 6;
inline constexpr std::size_t check_digits = 6;
inline constexpr std::size_t body_digits = id_digits + 1 + secret_digits + tag_digits + check_digits;

/// The parts of a key text whose form and CRC are right; views into it.
struct parts {
  environment env;
  std::string_view id;
  char slot;
  std::string_view secret;
  std::string_view tag;
  std::string_view tagged;  ///< everything before the tag: what the tag is made over
};

[[nodiscard]] std::string_view name(environment env) noexcept;

/// Errors: key_malformed, key_checksum_mismatch.
[[nodiscard]] result<parts> split(std::string_view prefix, std::string_view text) noexcept;

/// The server-keyed tag of everything before it.
[[nodiscard]] std::string tag_of(const crypto::hmac_key& key, std::string_view tagged);

/// What is stored of a secret. key: the slot's verifier key, or null in slot '0'.
[[nodiscard]] digest digest_of(const crypto::hmac_key* key, std::string_view prefix, environment env,
                               std::string_view id, std::string_view secret_text);

}  // namespace ekauth::inline v1::keys
