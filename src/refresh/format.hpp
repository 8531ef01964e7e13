// The text of a refresh token, and the MACs it is made of.
#pragma once

#include <ekauth/refresh_store.hpp>

#include "crypto/crypto.hpp"

#include <string>
#include <string_view>

namespace ekauth::inline v1::refresh {

inline constexpr std::string_view token_prefix = "rt_";
inline constexpr std::size_t family_digits = 16;
inline constexpr std::size_t generation_digits = 4;
inline constexpr std::size_t secret_digits = 25;
inline constexpr std::size_t tag_digits = 11;
inline constexpr std::size_t check_digits = 6;
inline constexpr std::size_t token_size =
    token_prefix.size() + family_digits + generation_digits + 1 + secret_digits + tag_digits + check_digits;
inline constexpr std::uint32_t max_generation = 62 * 62 * 62 * 62 - 1;

/// The parts of a token whose form and CRC are right; views into it.
struct parts {
  std::string_view family;
  std::uint32_t generation;
  char slot;
  std::string_view secret;
  std::string_view tag;
  std::string_view tagged;  ///< everything before the tag
};

/// Errors: refresh_malformed, refresh_checksum_mismatch.
[[nodiscard]] result<parts> split(std::string_view token) noexcept;

/// The server keys of a refresh service, one ring for each use.
struct rings {
  explicit rings(const server_keys& roots)
      : tag(roots, "refresh-tag"),
        ratchet(roots, "refresh-ratchet"),
        verifier(roots, "refresh-verifier"),
        jti(roots, "jti") {}
  crypto::key_ring tag, ratchet, verifier, jti;
};

[[nodiscard]] std::string tag_of(const crypto::hmac_key& key, std::string_view tagged);

/// What is stored of a secret: bound to family and generation.
[[nodiscard]] digest digest_of(const crypto::hmac_key& key, std::string_view family, std::uint32_t generation,
                               std::string_view secret_text);

/// The secret of the generation after the presented one.
[[nodiscard]] secret successor_of(const crypto::hmac_key& ratchet, std::string_view family,
                                  std::uint32_t next_generation, std::string_view secret_text,
                                  const std::array<std::uint8_t, 16>& salt);

/// The token of a listed slot.
[[nodiscard]] secret compose(const rings& keys, std::string_view family, std::uint32_t generation, char slot,
                             std::string_view secret_text);

/// The access token id of a generation: always the same one.
[[nodiscard]] token_id access_id_of(const rings& keys, char slot, std::string_view family,
                                    std::uint32_t generation);

}  // namespace ekauth::inline v1::refresh
