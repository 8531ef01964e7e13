#include <ekauth/http.hpp>

namespace ekauth::inline v1::http {

namespace {

consteval std::string_view phrase(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 409:
      return "Conflict";
    case 429:
      return "Too Many Requests";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

consteval description row(errc code, int status, std::string_view error_name, std::string_view message,
                          std::string_view oauth, challenge challenges = challenge::none,
                          int retry_after = 0) {
  return {code, status, phrase(status), error_name, message, oauth, challenges, retry_after};
}

// The bodies' OAuth codes: RFC 6749 §5.2 and §4.1.2.1, RFC 6750 §3.1.
constexpr std::string_view bad_request = "invalid_request", bad_client = "invalid_client",
                           bad_token = "invalid_token", bad_grant = "invalid_grant",
                           busy = "temporarily_unavailable";

// Message and name are contract: clients compare them. A login cannot know a better wait than a minute to
// suggest, and a quota may never refill, so quota_exceeded suggests none; hosts that know say so in options.
constexpr description catalogue[] = {
    // clang-format off
    row(errc::missing_credentials, 401, "MissingCredentialsException", "Authentication credentials are required", bad_client, challenge::bare),
    row(errc::malformed_authorization, 401, "InvalidAuthorizationFormatException", "The Authorization header must be: Bearer CREDENTIAL", bad_request, challenge::invalid_request),
    row(errc::ambiguous_credentials, 400, "AmbiguousCredentialsException", "Send one credential only", bad_request, challenge::invalid_request),
    row(errc::credential_in_query, 400, "CredentialInUrlException", "Credentials must not be sent in the URL", bad_request, challenge::invalid_request),
    row(errc::https_required, 403, "HttpsRequiredException", "Use HTTPS", bad_request),

    row(errc::invalid_api_key, 401, "InvalidApiKeyException", "Invalid API key", bad_token, challenge::invalid_token),
    row(errc::api_key_expired, 401, "ApiKeyExpiredException", "The API key has expired", bad_token, challenge::invalid_token),
    row(errc::api_key_revoked, 401, "ApiKeyRevokedException", "The API key was revoked", bad_token, challenge::invalid_token),
    row(errc::api_key_disabled, 401, "ApiKeyDisabledException", "The API key is disabled", bad_token, challenge::invalid_token),
    row(errc::api_key_not_yet_valid, 401, "ApiKeyNotYetValidException", "The API key is not valid yet", bad_token, challenge::invalid_token),
    row(errc::api_key_rolled, 401, "ApiKeyRolledException", "This secret was replaced", bad_token, challenge::invalid_token),
    row(errc::wrong_environment, 401, "WrongEnvironmentException", "A test key was used on live data (or the reverse)", bad_token, challenge::invalid_token),

    row(errc::invalid_token, 401, "InvalidTokenException", "Invalid access token", bad_token, challenge::invalid_token),
    row(errc::token_expired, 401, "TokenExpiredException", "The access token has expired", bad_token, challenge::expired_token),
    row(errc::token_not_yet_valid, 401, "TokenNotYetValidException", "The access token is not valid yet", bad_token, challenge::invalid_token),
    row(errc::token_revoked, 401, "TokenRevokedException", "The session was ended", bad_token, challenge::invalid_token),

    row(errc::insufficient_scope, 403, "InsufficientScopeException", "Insufficient permissions", "insufficient_scope", challenge::insufficient_scope),
    row(errc::ip_not_allowed, 403, "IpNotAllowedException", "This network is not allowed", "access_denied"),

    row(errc::invalid_credentials, 401, "InvalidCredentialsException", "Invalid email or password", bad_grant, challenge::bare),
    row(errc::login_throttled, 429, "LoginThrottledException", "Too many attempts", busy, challenge::none, 60),
    row(errc::login_busy, 503, "LoginBusyException", "Try again", busy, challenge::none, 1),

    row(errc::refresh_token_invalid, 401, "InvalidRefreshTokenException", "Invalid refresh token", bad_grant, challenge::invalid_token),
    row(errc::refresh_token_expired, 401, "RefreshTokenExpiredException", "The refresh token has expired", bad_grant, challenge::invalid_token),
    row(errc::refresh_token_reused, 401, "RefreshTokenReusedException", "The refresh token was already used; sign in again", bad_grant, challenge::invalid_token),
    row(errc::refresh_token_revoked, 401, "RefreshTokenRevokedException", "The session was ended; sign in again", bad_grant, challenge::invalid_token),
    row(errc::refresh_binding_mismatch, 401, "RefreshBindingException", "The refresh token belongs to another client", bad_grant, challenge::invalid_token),
    row(errc::refresh_busy, 503, "RefreshBusyException", "Try again", busy, challenge::none, 1),

    row(errc::rate_limited, 429, "RateLimitedException", "Too many requests", busy, challenge::none, 1),
    row(errc::quota_exceeded, 429, "QuotaExceededException", "Usage limit reached", busy),

    row(errc::validation_failed, 400, "BadRequestException", "Bad Request Exception", bad_request),
    row(errc::unknown_scope, 400, "UnknownScopeException", "Unknown scope", "invalid_scope"),
    row(errc::invalid_network, 400, "InvalidNetworkException", "Not an address, range or CIDR block", bad_request),
    row(errc::allowlist_empty, 400, "AllowlistEmptyException", "Add an entry before enabling", bad_request),
    row(errc::not_found, 404, "NotFoundException", "Not found", bad_request),
    row(errc::version_conflict, 409, "VersionConflictException", "Changed meanwhile; read again", bad_request),
    row(errc::key_limit_reached, 409, "KeyLimitReachedException", "Maximum number of keys reached", bad_request),
    row(errc::roll_limit, 409, "TooManyLiveSecretsException", "Close an older secret first", bad_request),
    row(errc::allowlist_excludes_caller, 409, "AllowlistExcludesCallerException", "The list would lock you out; confirm to save it", bad_request),

    row(errc::store_unavailable, 503, "ServiceUnavailableException", "Temporarily unavailable", busy, challenge::none, 1),
    // clang-format on
};

constexpr description internal = row(errc::internal_error, 500, "InternalServerErrorException",
                                     "An unexpected error occurred", "server_error");

// RFC 9110 §15.5.2: a 401 names a way in.
consteval bool every_401_has_a_challenge() {
  for (const auto& entry : catalogue)
    if (entry.status == 401 && entry.challenges == challenge::none) return false;
  return true;
}
static_assert(every_401_has_a_challenge());

const description* find(errc code) {
  for (const auto& entry : catalogue)
    if (entry.code == code) return &entry;
  return nullptr;
}

}  // namespace

errc face(errc code) noexcept {
  switch (code) {
    case errc::key_malformed:
    case errc::key_checksum_mismatch:
    case errc::key_slot_unknown:
    case errc::key_tag_mismatch:
    case errc::key_environment_refused:
    case errc::key_unknown:
    case errc::key_secret_mismatch:
      return errc::invalid_api_key;

    case errc::token_too_large:
    case errc::token_malformed:
    case errc::token_header_refused:
    case errc::token_algorithm_refused:
    case errc::token_key_unknown:
    case errc::token_signature_mismatch:
    case errc::token_payload_malformed:
    case errc::token_claim_missing:
    case errc::token_claim_malformed:
    case errc::token_issuer_mismatch:
    case errc::token_audience_mismatch:
    case errc::token_type_refused:
      return errc::invalid_token;

    case errc::refresh_malformed:
    case errc::refresh_checksum_mismatch:
    case errc::refresh_slot_unknown:
    case errc::refresh_tag_mismatch:
    case errc::refresh_store_regression:
    case errc::refresh_verifier_mismatch:
      return errc::refresh_token_invalid;

    case errc::store_busy:
    case errc::store_full:
    case errc::store_schema_newer:
    case errc::store_corrupt:
      return errc::store_unavailable;

    case errc::password_too_long:
      return errc::validation_failed;

    // A catalogue code is its own face; whatever is left is the host's mistake or a number from the future.
    default:
      return find(code) != nullptr ? code : errc::internal_error;
  }
}

const description& describe(errc code) noexcept {
  const description* entry = find(face(code));
  return entry != nullptr ? *entry : internal;
}

}  // namespace ekauth::inline v1::http
