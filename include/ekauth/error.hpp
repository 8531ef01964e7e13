// Why something was refused: a stable code and a static text, never input.
//
//   if (!who) log(name(who.error().code()), who.error().text());   // the precise reason, for the log
//   auto answer = http::to_envelope(who.error(), {.path = path});  // what the client may know: http.hpp
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ekauth::inline v1 {

/// Reasons, stable and append-only: a number never changes its meaning and is never reused.
///
/// Numbers below 1000 form the public catalogue and may be named to a client. Numbers from 1000 on are
/// precise reasons for logs and tests; http::face() says which catalogue code a client sees instead.
enum class errc : std::uint16_t {
  // The request and its credential (RFC 6750 §3.1, RFC 9110 §11).
  missing_credentials = 1,      ///< no credential in the request
  malformed_authorization = 2,  ///< Authorization is not "Bearer" and exactly one token
  ambiguous_credentials = 3,    ///< more than one credential in the request
  credential_in_query = 4,      ///< a credential in the URL, where logs and referrers leak it
  https_required = 5,           ///< plain HTTP where only HTTPS is served

  // API keys; only invalid_api_key is said before the secret was proven.
  invalid_api_key = 20,        ///< the one public answer to typo, forgery, unknown id and wrong secret
  api_key_expired = 21,        ///< past its expiry
  api_key_revoked = 22,        ///< ended for good
  api_key_disabled = 23,       ///< switched off, may be switched on again
  api_key_not_yet_valid = 24,  ///< before its first valid instant
  api_key_rolled = 25,         ///< this secret was replaced and its grace is over
  wrong_environment = 26,      ///< a test key where live is demanded, or the reverse

  // Access tokens.
  invalid_token = 40,        ///< the one public answer to every token that proves nothing
  token_expired = 41,        ///< signed by us, past exp
  token_not_yet_valid = 42,  ///< signed by us, before nbf or iat
  token_revoked = 43,        ///< signed by us, its session was ended

  // Permissions.
  insufficient_scope = 60,  ///< the credential does not carry a required scope
  ip_not_allowed = 61,      ///< the client's address is not on the allowlist

  // Login.
  invalid_credentials = 80,  ///< unknown user or wrong password, indistinguishable
  login_throttled = 81,      ///< too many attempts
  login_busy = 82,           ///< all password hashing capacity is in use

  // Refresh tokens.
  refresh_token_invalid = 100,     ///< not a refresh token of ours
  refresh_token_expired = 101,     ///< past its idle or absolute deadline, or its session was purged
  refresh_token_reused = 102,      ///< a spent token came again: the family is revoked
  refresh_token_revoked = 103,     ///< the session was ended; text() says how
  refresh_binding_mismatch = 104,  ///< bound to another client
  refresh_busy = 105,              ///< lost too many races; nothing was decided

  // Limits.
  rate_limited = 120,    ///< too many requests
  quota_exceeded = 121,  ///< usage limit reached

  // Requests to manage keys and lists.
  validation_failed = 140,  ///< a field is missing or malformed
  unknown_scope = 141,      ///< not a registered scope; position() is its index in the list
  invalid_network = 142,    ///< not an address, range or CIDR block; position() is its index in the list
  allowlist_empty = 143,    ///< enabling an allowlist without entries
  not_found = 144,          ///< absent, or another account's
  version_conflict = 145,   ///< changed meanwhile; read again
  key_limit_reached = 146,  ///< the owner has the maximum number of keys
  roll_limit = 147,         ///< three secrets of the key are live already
  allowlist_excludes_caller = 148,  ///< the list would lock out whoever saves it; ask, and save it confirmed

  // The server's own trouble; always a refusal.
  store_unavailable = 160,  ///< storage failed or its answer was lost
  internal_error = 161,     ///< none of the caller's business

  // Precise reasons behind invalid_api_key.
  key_malformed = 1000,            ///< length, alphabet or prefix
  key_checksum_mismatch = 1001,    ///< a typo, a truncation, or a swapped environment
  key_slot_unknown = 1002,         ///< its server key is not, or no longer, configured
  key_tag_mismatch = 1003,         ///< well-formed but not made by this server
  key_environment_refused = 1004,  ///< this service does not accept keys of that environment
  key_unknown = 1005,              ///< no record of that id
  key_secret_mismatch = 1006,      ///< the record exists, the secret is wrong

  // Precise reasons behind invalid_token.
  token_too_large = 1020,           ///< over the size cap; nothing was parsed
  token_malformed = 1021,           ///< not two dots, wrong signature length, or not base64url
  token_header_refused = 1022,      ///< header is not the strict form that is accepted
  token_algorithm_refused = 1023,   ///< alg is not exactly HS256
  token_key_unknown = 1024,         ///< kid names no key of the keyset
  token_signature_mismatch = 1025,  ///< the MAC is wrong
  token_payload_malformed = 1026,   ///< signed, but the payload is not one strict JSON object
  token_claim_missing = 1027,       ///< a required claim is absent
  token_claim_malformed = 1028,     ///< a registered claim has the wrong type or value
  token_issuer_mismatch = 1029,     ///< iss is not the expected issuer
  token_audience_mismatch = 1030,   ///< aud does not contain the expected audience
  token_type_refused = 1031,        ///< typ is not the accepted one

  // Precise reasons behind refresh_token_invalid.
  refresh_malformed = 1040,          ///< length, alphabet or prefix
  refresh_checksum_mismatch = 1041,  ///< a typo or a truncation
  refresh_slot_unknown = 1042,       ///< its server key is not, or no longer, configured
  refresh_tag_mismatch = 1043,       ///< well-formed but not made by this server
  refresh_store_regression = 1044,   ///< newer than the stored row: the store lost commits (critical)
  refresh_verifier_mismatch = 1045,  ///< tag good, hash wrong: damaged row or leaked key (critical)

  // Precise reasons behind store_unavailable.
  store_busy = 1060,          ///< locked by others beyond the timeout
  store_full = 1061,          ///< no space left
  store_schema_newer = 1062,  ///< written by a newer ekauth; upgrade before opening it
  store_corrupt = 1063,       ///< a stored row is not one that ekauth wrote

  // Configuration and arguments: mistakes of the host, not of a client.
  secret_too_short = 1080,       ///< a signing secret under 32 bytes
  secret_looks_like_pem = 1081,  ///< a public or private key file where a shared secret belongs
  keyset_invalid = 1082,         ///< empty keyset, repeated or malformed kid
  option_invalid = 1083,         ///< an option outside its documented limits
  password_too_long = 1084,      ///< over 1024 bytes; refused before hashing
  password_hash_invalid = 1085,  ///< a stored password hash is not an Argon2id string
};

/// The code's spelling, as in the catalogue: "invalid_api_key".
[[nodiscard]] std::string_view name(errc code) noexcept;

/// A code, a static text and, where a list was refused, the index of the entry. A small value; threads may
/// share it.
class error {
 public:
  static constexpr std::uint32_t no_position = 0xffffffff;

  /// text: a string literal; it is kept by pointer and must never contain input, ids or secrets.
  constexpr error(errc code, const char* text, std::uint32_t position = no_position) noexcept
      : text_(text), position_(position), code_(code) {}

  [[nodiscard]] constexpr errc code() const noexcept { return code_; }

  /// The precise reason in English, for logs; not for clients.
  [[nodiscard]] constexpr const char* text() const noexcept { return text_; }

  /// Index of the refused entry in the caller's list, or no_position.
  [[nodiscard]] constexpr std::uint32_t position() const noexcept { return position_; }

  /// Same code; texts and positions do not count.
  [[nodiscard]] friend constexpr bool operator==(const error& a, const error& b) noexcept {
    return a.code_ == b.code_;
  }

 private:
  const char* text_;
  std::uint32_t position_;
  errc code_;
};

}  // namespace ekauth::inline v1
