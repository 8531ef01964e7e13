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
};

inline constexpr std::size_t signature_size = 43;  ///< base64url characters of a 32-byte MAC

/// base64url of {"alg":"HS256","typ":"JWT"}.
inline constexpr std::string_view plain_header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

/// base64url of {"alg":"HS256","typ":"JWT","kid":"…"}. kid: well-formed.
[[nodiscard]] std::string header_naming(std::string_view kid);

/// Writes the signature over "header.payload": 43 characters.
void write_signature(const crypto::hmac_key& key, std::string_view signing_input, char* out);

/// The payload segment of a token whose MAC was proven; still base64url, never looked at.
/// Errors: those of verifier::verify up to and including token_signature_mismatch.
[[nodiscard]] result<std::string_view> prove(std::string_view token, const keyset::state& keys,
                                             std::string_view type);

}  // namespace ekauth::inline v1::jwt
