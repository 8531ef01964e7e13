#include <ekauth/http.hpp>

#include <map>

#include "catch.hpp"

using namespace ekauth;

namespace {

// The catalogue again, as clients know it: what changes here changes their code.
struct row {
  errc code;
  int status;
  std::string error_name, message, challenge, oauth;
  int oauth_status;
  int retry_after = 0;
};

const std::string bare = R"(Bearer realm="api")", request = bare + R"(, error="invalid_request")",
                  token = bare + R"(, error="invalid_token")";

const row catalogue[] = {
    // clang-format off
    {errc::missing_credentials, 401, "MissingCredentialsException", "Authentication credentials are required", bare, "invalid_client", 401},
    {errc::malformed_authorization, 401, "InvalidAuthorizationFormatException", "The Authorization header must be: Bearer CREDENTIAL", request, "invalid_request", 400},
    {errc::ambiguous_credentials, 400, "AmbiguousCredentialsException", "Send one credential only", request, "invalid_request", 400},
    {errc::credential_in_query, 400, "CredentialInUrlException", "Credentials must not be sent in the URL", request, "invalid_request", 400},
    {errc::https_required, 403, "HttpsRequiredException", "Use HTTPS", "", "invalid_request", 403},
    {errc::invalid_api_key, 401, "InvalidApiKeyException", "Invalid API key", token, "invalid_token", 401},
    {errc::api_key_expired, 401, "ApiKeyExpiredException", "The API key has expired", token, "invalid_token", 401},
    {errc::api_key_revoked, 401, "ApiKeyRevokedException", "The API key was revoked", token, "invalid_token", 401},
    {errc::api_key_disabled, 401, "ApiKeyDisabledException", "The API key is disabled", token, "invalid_token", 401},
    {errc::api_key_not_yet_valid, 401, "ApiKeyNotYetValidException", "The API key is not valid yet", token, "invalid_token", 401},
    {errc::api_key_rolled, 401, "ApiKeyRolledException", "This secret was replaced", token, "invalid_token", 401},
    {errc::wrong_environment, 401, "WrongEnvironmentException", "A test key was used on live data (or the reverse)", token, "invalid_token", 401},
    {errc::invalid_token, 401, "InvalidTokenException", "Invalid access token", token, "invalid_token", 401},
    {errc::token_expired, 401, "TokenExpiredException", "The access token has expired", token + R"(, error_description="The access token has expired")", "invalid_token", 401},
    {errc::token_not_yet_valid, 401, "TokenNotYetValidException", "The access token is not valid yet", token, "invalid_token", 401},
    {errc::token_revoked, 401, "TokenRevokedException", "The session was ended", token, "invalid_token", 401},
    {errc::insufficient_scope, 403, "InsufficientScopeException", "Insufficient permissions", bare + R"(, error="insufficient_scope")", "insufficient_scope", 403},
    {errc::ip_not_allowed, 403, "IpNotAllowedException", "This network is not allowed", "", "access_denied", 403},
    {errc::invalid_credentials, 401, "InvalidCredentialsException", "Invalid email or password", bare, "invalid_grant", 400},
    {errc::login_throttled, 429, "LoginThrottledException", "Too many attempts", "", "temporarily_unavailable", 429, 60},
    {errc::login_busy, 503, "LoginBusyException", "Try again", "", "temporarily_unavailable", 503, 1},
    {errc::refresh_token_invalid, 401, "InvalidRefreshTokenException", "Invalid refresh token", token, "invalid_grant", 400},
    {errc::refresh_token_expired, 401, "RefreshTokenExpiredException", "The refresh token has expired", token, "invalid_grant", 400},
    {errc::refresh_token_reused, 401, "RefreshTokenReusedException", "The refresh token was already used; sign in again", token, "invalid_grant", 400},
    {errc::refresh_token_revoked, 401, "RefreshTokenRevokedException", "The session was ended; sign in again", token, "invalid_grant", 400},
    {errc::refresh_binding_mismatch, 401, "RefreshBindingException", "The refresh token belongs to another client", token, "invalid_grant", 400},
    {errc::refresh_busy, 503, "RefreshBusyException", "Try again", "", "temporarily_unavailable", 503, 1},
    {errc::rate_limited, 429, "RateLimitedException", "Too many requests", "", "temporarily_unavailable", 429, 1},
    {errc::quota_exceeded, 429, "QuotaExceededException", "Usage limit reached", "", "temporarily_unavailable", 429},
    {errc::validation_failed, 400, "BadRequestException", "Bad Request Exception", "", "invalid_request", 400},
    {errc::unknown_scope, 400, "UnknownScopeException", "Unknown scope", "", "invalid_scope", 400},
    {errc::invalid_network, 400, "InvalidNetworkException", "Not an address, range or CIDR block", "", "invalid_request", 400},
    {errc::allowlist_empty, 400, "AllowlistEmptyException", "Add an entry before enabling", "", "invalid_request", 400},
    {errc::not_found, 404, "NotFoundException", "Not found", "", "invalid_request", 404},
    {errc::version_conflict, 409, "VersionConflictException", "Changed meanwhile; read again", "", "invalid_request", 409},
    {errc::key_limit_reached, 409, "KeyLimitReachedException", "Maximum number of keys reached", "", "invalid_request", 409},
    {errc::roll_limit, 409, "TooManyLiveSecretsException", "Close an older secret first", "", "invalid_request", 409},
    {errc::allowlist_excludes_caller, 409, "AllowlistExcludesCallerException", "The list would lock you out; confirm to save it", "", "invalid_request", 409},
    {errc::store_unavailable, 503, "ServiceUnavailableException", "Temporarily unavailable", "", "temporarily_unavailable", 503, 1},
    {errc::internal_error, 500, "InternalServerErrorException", "An unexpected error occurred", "", "server_error", 500},
    // clang-format on
};

const std::map<int, std::string> phrases = {
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {409, "Conflict"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
};

// First and last number of each block of precise reasons, and the one face of the block.
struct block {
  int first, last;
  errc face;
};

const block blocks[] = {
    {1000, 1006, errc::invalid_api_key},       {1020, 1031, errc::invalid_token},
    {1040, 1045, errc::refresh_token_invalid}, {1060, 1063, errc::store_unavailable},
    {1080, 1083, errc::internal_error},        {1084, 1084, errc::validation_failed},
    {1085, 1085, errc::internal_error},
};

std::vector<errc> every_code() {
  std::vector<errc> codes;
  for (int number = 0; number < 65536; ++number)
    if (const auto code = static_cast<errc>(number); name(code) != "unknown") codes.push_back(code);
  return codes;
}

}  // namespace

TEST_CASE("each catalogue code has its status, name, message and challenge", "[http]") {
  for (const auto& row : catalogue) {
    CAPTURE(name(row.code));
    const auto& entry = http::describe(row.code);
    CHECK(http::face(row.code) == row.code);
    CHECK(entry.code == row.code);
    CHECK(entry.status == row.status);
    CHECK(entry.reason_phrase == phrases.at(row.status));
    CHECK(entry.error_name == row.error_name);
    CHECK(entry.message == row.message);
    CHECK(entry.oauth_error == row.oauth);
    CHECK(entry.retry_after_seconds == row.retry_after);

    const error why{row.code, "for the log"};
    for (const auto& answer : {http::to_envelope(why, {}), http::to_problem(why, {})}) {
      CHECK(answer.status == row.status);
      CHECK(answer.reason_phrase == phrases.at(row.status));
      CHECK(answer.www_authenticate == row.challenge);
      CHECK(answer.retry_after_seconds == row.retry_after);
    }
  }
}

TEST_CASE("RFC 6749 5.2 a refused grant is status 400 and needs no challenge", "[http][rfc]") {
  for (const auto& row : catalogue) {
    CAPTURE(name(row.code));
    const auto answer = http::to_oauth(error{row.code, "for the log"});
    CHECK(answer.status == row.oauth_status);
    CHECK(answer.reason_phrase == phrases.at(row.oauth_status));
    CHECK(answer.content_type == "application/json");
    CHECK(answer.body == R"({"error":")" + row.oauth + R"(","error_description":")" + row.message + R"("})");
    CHECK(answer.www_authenticate == (row.oauth == "invalid_grant" ? "" : row.challenge));
    CHECK(answer.retry_after_seconds == row.retry_after);
  }
}

TEST_CASE("RFC 9110 15.5.2 a 401 comes with a challenge", "[http][rfc]") {
  for (const errc code : every_code())
    for (const bool bearer : {true, false})
      for (const bool x_api_key : {true, false}) {
        CAPTURE(name(code), bearer, x_api_key);
        const error why{code, ""};
        const http::options extra{.offered = {.bearer = bearer, .x_api_key = x_api_key}};
        for (const auto& answer : {http::to_envelope(why, {}, extra), http::to_problem(why, {}, extra),
                                   http::to_oauth(why, extra)})
          CHECK((answer.status != 401 || !answer.www_authenticate.empty()));
      }
}

TEST_CASE("every code of error.hpp shows a face of the catalogue, and the precise ones their block's",
          "[http]") {
  std::map<errc, errc> expected;
  for (const auto& row : catalogue) expected[row.code] = row.code;
  for (const auto& block : blocks)
    for (int number = block.first; number <= block.last; ++number)
      expected[static_cast<errc>(number)] = block.face;

  const auto codes = every_code();
  CHECK(codes.size() == expected.size());
  for (const errc code : codes) {
    CAPTURE(name(code), static_cast<int>(code));
    REQUIRE(expected.count(code) == 1);
    CHECK(http::face(code) == expected[code]);
    CHECK(http::describe(code).code == expected[code]);
    CHECK(static_cast<int>(http::face(code)) < 1000);
  }
}

TEST_CASE("a number that no code has is an internal error", "[http]") {
  for (const int number : {0, 6, 999, 1007, 1086, 65535}) {
    CHECK(http::face(static_cast<errc>(number)) == errc::internal_error);
    CHECK(http::describe(static_cast<errc>(number)).status == 500);
  }
}

TEST_CASE("nothing of an error but its face reaches a client", "[http]") {
  for (const errc code : every_code()) {
    CAPTURE(name(code));
    const http::occurrence where{.path = "/v1/events", .request_id = "7AkD3H"};
    const http::options extra{.problem_types = "https://docs.example/errors#"};
    const error why{code, "SENTINEL", 3141592}, public_why{http::face(code), "", 1};
    const auto same = [](const http::response& a, const http::response& b) {
      CHECK(a.body == b.body);
      CHECK(a.status == b.status);
      CHECK(a.reason_phrase == b.reason_phrase);
      CHECK(a.www_authenticate == b.www_authenticate);
      CHECK(a.retry_after_seconds == b.retry_after_seconds);
      CHECK(a.body.find("SENTINEL") == std::string::npos);
      CHECK(a.www_authenticate.find("SENTINEL") == std::string::npos);
    };
    same(http::to_envelope(why, where, extra), http::to_envelope(public_why, where, extra));
    same(http::to_problem(why, where, extra), http::to_problem(public_why, where, extra));
    same(http::to_oauth(why, extra), http::to_oauth(public_why, extra));
  }
}
