// The signed envelope (RFC 7515): header.payload.signature, with no opinion about what the payload is.
#pragma once

#include <ekauth/jwt.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/crypto.hpp"

namespace ekauth::inline v1::jwt {

struct keyset::state {
  struct member {
    std::string kid;
    std::shared_ptr<const crypto::hmac_key> mac;
    std::string header;  // base64url of the header that names this key
  };
  std::vector<member> keys;  // the first one signs

  /// The header that tokens of ours have when one of the keys signs them.
  [[nodiscard]] std::string_view header_of(const member& key) const noexcept;
};

inline constexpr std::size_t signature_size = 43;  ///< base64url characters of a 32-byte MAC

/// base64url of {"alg":"HS256","typ":"JWT"}.
inline constexpr std::string_view plain_header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

/// base64url of {"alg":"HS256","typ":"JWT","kid":"…"}. kid: well-formed.
[[nodiscard]] std::string header_naming(std::string_view kid);

/// What all tokens of one key, issuer and audience begin with: the header, and iss and aud as far as they
/// fill whole groups of base64url. Written, encoded and hashed once.
struct known_start {
  std::string text;
  std::string rest;      // of iss and aud, up to two bytes of JSON
  crypto::hmac_key mac;  // of what comes after text
};
[[nodiscard]] known_start make_start(const keyset::state& keys, const keyset::state::member& key,
                                     std::string_view issuer, std::string_view audience);

/// Writes the signature over "header.payload": 43 characters. signing_input: what comes after the start when
/// the key is that of one.
void write_signature(const crypto::hmac_key& key, std::string_view signing_input, char* out);

/// The payload segment of a token whose MAC was proven; still base64url, never looked at.
/// starts: tried first; they change nothing but the time.
/// Errors: those of verifier::verify up to and including token_signature_mismatch.
[[nodiscard]] result<std::string_view> prove(std::string_view token, const keyset::state& keys,
                                             std::string_view type,
                                             const std::vector<known_start>& starts = {});

}  // namespace ekauth::inline v1::jwt
