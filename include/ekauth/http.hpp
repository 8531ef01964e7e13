// Credentials out of request headers, and errors into responses. Text in, text out: no socket, no clock.
//
//   auto who = http::find_credential({.authorization = authorization, .x_api_key = x_api_key});
//   if (!who) {
//     auto answer = http::to_envelope(who.error(), {.path = path, .unix_milliseconds = at});
//     return send(answer.status, answer.content_type, answer.body, answer.www_authenticate);
//   }
//
// face() decides what a client may learn: of an error only the catalogue's code and constant texts leave,
// never error::text(). Keep answers about logins and tokens out of caches: send Cache-Control: no-store.
//
// Source: RFC 6750 (Bearer), RFC 9110 §11 (challenges), RFC 9457 (problems), RFC 6749 §5.2 (OAuth errors).
#pragma once

#include <ekauth/random.hpp>
#include <ekauth/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ekauth::inline v1::http {

inline constexpr std::size_t max_header = 16384;  ///< bytes of a header value; more is refused unread

// Requests.

/// The two header values as the server delivers them; nullopt where the request has no such header.
struct credential_headers {
  std::optional<std::string_view> authorization = {};
  std::optional<std::string_view> x_api_key = {};
  /// Set it when either header came in more than one line. Where the server joins lines with a comma it may
  /// stay false, for a comma is refused; where the server shows one line of many, ask it how many there are.
  bool repeated = false;
};

/// Which headers a service reads.
struct accepted {
  bool bearer = true;
  bool x_api_key = true;
};

enum class scheme : std::uint8_t { bearer, api_key };

/// What a client presented, unproven. A view into the caller's header; a secret: never logged.
struct credential {
  scheme via;
  std::string_view text;
};

/// The one credential of a request.
///
/// Two headers are refused whatever they hold and whichever is accepted. A header that is not accepted is
/// never read; a request that has nothing else has no credential.
///
/// Errors: ambiguous_credentials, missing_credentials, malformed_authorization.
[[nodiscard]] result<credential> find_credential(const credential_headers& headers, accepted accepts = {});

/// The token of an Authorization value: "Bearer" in any case, one space, one token, nothing before or after.
///
/// Token: letters, digits and -._~+/ with = at the end only; other text is refused before any lookup or hash.
/// Errors: malformed_authorization, with a text for each way to be wrong.
/// Source: RFC 6750 §2.1 (b64token); RFC 9110 §11.1 (scheme names ignore case).
[[nodiscard]] result<std::string_view> bearer(std::string_view authorization);

// The catalogue.

/// What WWW-Authenticate says besides the realm.
enum class challenge : std::uint8_t {
  none,                ///< no header
  bare,                ///< nothing: the client has not said who it is (RFC 6750 §3.1)
  invalid_request,     ///< error="invalid_request"
  invalid_token,       ///< error="invalid_token"
  expired_token,       ///< the same with an error_description: the moment to refresh
  insufficient_scope,  ///< error="insufficient_scope", and scope="…" when the host names what is missing
};

/// All that is said about one error. A host describes errors of its own with the same struct:
///
///   http::description missing{.code = errc::not_found, .status = 404, .reason_phrase = "Not Found",
///                             .error_name = "_NotFoundException", .message = "No such event"};
///
/// Views; the catalogue's live for ever.
struct description {
  errc code = errc::internal_error;  ///< its face is the code of a problem
  int status = 500;
  std::string_view reason_phrase = {};  ///< "Not Found"; also details.error
  std::string_view error_name = {};     ///< errorName of the envelope
  std::string_view message = {};
  std::string_view oauth_error = "invalid_request";
  challenge challenges = challenge::none;
  int retry_after_seconds = 0;  ///< 0: none
};

/// The catalogue code that a client sees instead of a precise reason. A catalogue code is its own face.
///
/// Reasons behind a credential fold into invalid_api_key, invalid_token or refresh_token_invalid, storage
/// trouble into store_unavailable, mistakes of the host and unknown numbers into internal_error.
/// password_too_long is validation_failed: the length alone decides it, for every account and for none
/// alike, and whoever sets a password has to learn it.
[[nodiscard]] errc face(errc code) noexcept;

/// The catalogue's entry for the face of any code.
[[nodiscard]] const description& describe(errc code) noexcept;

// Responses.

/// Where and when an error happened.
struct occurrence {
  std::string_view path = {};          ///< of the request; not repeated from a ?, a # or a credential on
  std::string_view request_id = {};    ///< the host's, or make_request_id()
  std::int64_t unix_milliseconds = 0;  ///< to_unix_milliseconds(now())
};

/// What the host adds to an answer; nothing is needed. In header values ", \ and whatever is not printable
/// ASCII become a ?.
struct options {
  /// details.message; empty: the one message of the description.
  std::vector<std::string> messages = {};
  /// When not empty, details is this text instead of an object; a problem's detail is this text.
  std::string_view details_text = {};
  std::string_view realm = "api";
  /// For insufficient_scope: the scopes that lack, separated by spaces.
  std::string_view missing_scopes = {};
  /// The challenges to send; Bearer if neither. That of X-Api-Key is ApiKey realm="…", name="X-Api-Key".
  accepted offered = {.bearer = true, .x_api_key = false};
  /// When not 0, instead of the description's.
  int retry_after_seconds = 0;
  /// What stands before the code in a problem's type, such as "https://docs.example/errors#"; empty: no type.
  std::string_view problem_types = {};
};

/// A response to send. Header fields to set: Content-Type, and those of the last two members.
struct response {
  int status = 500;
  std::string reason_phrase;
  std::string_view content_type;  ///< a static text
  std::string body;
  std::string www_authenticate;  ///< empty: no such header
  int retry_after_seconds = 0;   ///< 0: no Retry-After header
};

/// {"error":{statusCode, message, errorName, details, path, requestId, timestamp}}, compact, in this order;
/// details is a text or {message: […], error: the reason phrase, statusCode}. application/json.
[[nodiscard]] response to_envelope(const description& what, const occurrence& where,
                                   const options& extra = {});
[[nodiscard]] response to_envelope(const error& why, const occurrence& where, const options& extra = {});

/// {type?, title, status, detail, instance, code, requestId, timestamp, errors?}, application/problem+json;
/// errors is [{detail}, …] of the host's messages.
/// Source: RFC 9457 §3.
[[nodiscard]] response to_problem(const description& what, const occurrence& where,
                                  const options& extra = {});
[[nodiscard]] response to_problem(const error& why, const occurrence& where, const options& extra = {});

/// {error, error_description}, application/json. What refuses a password, a refresh token or the form of a
/// request with 401 elsewhere is status 400 here.
///
/// Source: RFC 6749 §5.2.
[[nodiscard]] response to_oauth(const description& what, const options& extra = {});
[[nodiscard]] response to_oauth(const error& why, const options& extra = {});

// Texts for bodies of the host's own.

/// The text as a JSON string with its quotes, always valid UTF-8: what is not becomes U+FFFD.
/// Escaped beyond what JSON demands: U+007F to U+009F, which steer terminals, and U+2028 and U+2029, which
/// end a line for some readers. Source: RFC 8259 §7, §8.1; Unicode 15, 3.9 (one U+FFFD for each maximal
/// subpart).
[[nodiscard]] std::string json_string(std::string_view text);

enum class precision : std::uint8_t { seconds, milliseconds };

/// 2026-01-15T10:30:00Z, or with .000 before the Z. Before year 0000 and after 9999: the nearest time within.
/// Source: RFC 3339 §5.6.
[[nodiscard]] std::string format_time(std::int64_t unix_milliseconds, precision shown = precision::seconds);

/// Six base62 digits: tells requests of a log apart, proves nothing.
[[nodiscard]] std::string make_request_id(random_source& random);

/// Milliseconds since the Unix epoch, rounded down. time: a std::chrono time_point of the system clock.
template <class Time>
[[nodiscard]] constexpr std::int64_t to_unix_milliseconds(const Time& time) {
  constexpr auto up = Time::period::num * 1000, down = Time::period::den;
  static_assert(up % down == 0 || down % up == 0, "a period that does not divide milliseconds evenly");
  const std::int64_t ticks = time.time_since_epoch().count();
  if constexpr (up % down == 0)
    return ticks * (up / down);
  else
    return ticks / (down / up) - (ticks % (down / up) < 0 ? 1 : 0);
}

}  // namespace ekauth::inline v1::http
