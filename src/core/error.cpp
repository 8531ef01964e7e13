#include <ekauth/error.hpp>
#include <ekauth/flow.hpp>

namespace ekauth::inline v1 {

std::string_view name(errc code) noexcept {
  switch (code) {
    case errc::missing_credentials: return "missing_credentials";
    case errc::malformed_authorization: return "malformed_authorization";
    case errc::ambiguous_credentials: return "ambiguous_credentials";
    case errc::credential_in_query: return "credential_in_query";
    case errc::https_required: return "https_required";
    case errc::invalid_api_key: return "invalid_api_key";
    case errc::api_key_expired: return "api_key_expired";
    case errc::api_key_revoked: return "api_key_revoked";
    case errc::api_key_disabled: return "api_key_disabled";
    case errc::api_key_not_yet_valid: return "api_key_not_yet_valid";
    case errc::api_key_rolled: return "api_key_rolled";
    case errc::wrong_environment: return "wrong_environment";
    case errc::invalid_token: return "invalid_token";
    case errc::token_expired: return "token_expired";
    case errc::token_not_yet_valid: return "token_not_yet_valid";
    case errc::token_revoked: return "token_revoked";
    case errc::insufficient_scope: return "insufficient_scope";
    case errc::ip_not_allowed: return "ip_not_allowed";
    case errc::invalid_credentials: return "invalid_credentials";
    case errc::login_throttled: return "login_throttled";
    case errc::login_busy: return "login_busy";
    case errc::refresh_token_invalid: return "refresh_token_invalid";
    case errc::refresh_token_expired: return "refresh_token_expired";
    case errc::refresh_token_reused: return "refresh_token_reused";
    case errc::refresh_token_revoked: return "refresh_token_revoked";
    case errc::refresh_binding_mismatch: return "refresh_binding_mismatch";
    case errc::refresh_busy: return "refresh_busy";
    case errc::rate_limited: return "rate_limited";
    case errc::quota_exceeded: return "quota_exceeded";
    case errc::validation_failed: return "validation_failed";
    case errc::unknown_scope: return "unknown_scope";
    case errc::invalid_network: return "invalid_network";
    case errc::allowlist_empty: return "allowlist_empty";
    case errc::not_found: return "not_found";
    case errc::version_conflict: return "version_conflict";
    case errc::key_limit_reached: return "key_limit_reached";
    case errc::roll_limit: return "roll_limit";
    case errc::store_unavailable: return "store_unavailable";
    case errc::internal_error: return "internal_error";
    case errc::key_malformed: return "key_malformed";
    case errc::key_checksum_mismatch: return "key_checksum_mismatch";
    case errc::key_slot_unknown: return "key_slot_unknown";
    case errc::key_tag_mismatch: return "key_tag_mismatch";
    case errc::key_environment_refused: return "key_environment_refused";
    case errc::key_unknown: return "key_unknown";
    case errc::key_secret_mismatch: return "key_secret_mismatch";
    case errc::token_too_large: return "token_too_large";
    case errc::token_malformed: return "token_malformed";
    case errc::token_header_refused: return "token_header_refused";
    case errc::token_algorithm_refused: return "token_algorithm_refused";
    case errc::token_key_unknown: return "token_key_unknown";
    case errc::token_signature_mismatch: return "token_signature_mismatch";
    case errc::token_payload_malformed: return "token_payload_malformed";
    case errc::token_claim_missing: return "token_claim_missing";
    case errc::token_claim_malformed: return "token_claim_malformed";
    case errc::token_issuer_mismatch: return "token_issuer_mismatch";
    case errc::token_audience_mismatch: return "token_audience_mismatch";
    case errc::token_type_refused: return "token_type_refused";
    case errc::refresh_malformed: return "refresh_malformed";
    case errc::refresh_checksum_mismatch: return "refresh_checksum_mismatch";
    case errc::refresh_slot_unknown: return "refresh_slot_unknown";
    case errc::refresh_tag_mismatch: return "refresh_tag_mismatch";
    case errc::refresh_store_regression: return "refresh_store_regression";
    case errc::refresh_verifier_mismatch: return "refresh_verifier_mismatch";
    case errc::store_busy: return "store_busy";
    case errc::store_full: return "store_full";
    case errc::store_schema_newer: return "store_schema_newer";
    case errc::store_corrupt: return "store_corrupt";
    case errc::secret_too_short: return "secret_too_short";
    case errc::secret_looks_like_pem: return "secret_looks_like_pem";
    case errc::keyset_invalid: return "keyset_invalid";
    case errc::option_invalid: return "option_invalid";
    case errc::password_too_long: return "password_too_long";
    case errc::password_hash_invalid: return "password_hash_invalid";
  }
  return "unknown";
}

error storage_trouble(error why) noexcept {
  switch (why.code()) {
    case errc::store_unavailable:
    case errc::store_busy:
    case errc::store_full:
    case errc::store_schema_newer:
    case errc::store_corrupt: return why;
    default: return {errc::store_unavailable, why.text()};
  }
}

}  // namespace ekauth::inline v1
