// The door to the JSON parser: headers and payloads read strictly. Every object's names are distinct, texts
// are UTF-8, depth and size are capped; blanks, order and members that mean nothing here are the issuer's
// affair (RFC 8259).
#pragma once

#include <ekauth/jwt.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ekauth::inline v1::jwt {

/// Bytes of JSON that a token of the largest size could hold.
inline constexpr std::size_t max_json_size = max_token_size * 3 / 4;

/// Longest subject, session and token name, in bytes.
inline constexpr std::size_t max_name_size = 255;

/// 9999-12-31T23:59:59Z, the last time that a token's dates can tell.
inline constexpr time_point end_of_time{std::chrono::seconds(253402300799)};

/// Whether text is UTF-8 without NUL.
[[nodiscard]] bool is_text(std::string_view text) noexcept;

/// Whether text is one JSON value that may stand in a payload.
[[nodiscard]] bool is_value(std::string_view text);

/// What a header says. Views die with the next read on this thread.
struct header {
  std::optional<std::string_view> algorithm, type, kid;
};

/// Errors: token_header_refused (not a strict object of that kind, or one that carries crit, b64, enc, zip or
/// cty).
[[nodiscard]] result<header> read_header(std::string_view json);

/// The registered claims of a payload.
struct claims {
  enum class audience { absent, other, ours };

  claims() noexcept {}  // not left to the compiler, which would clear what lies behind the empty optionals

  std::optional<std::string_view> issuer, subject, session, token, scope;
  std::optional<time_point> expires_at, issued_at, not_before;
  audience meant_for = audience::absent;
  /// The texts are the parser's, without escapes, and die with the next read on this thread; otherwise views
  /// into the payload.
  bool unescaped = false;
};

/// audiences: those that count as ours.
/// Errors: token_payload_malformed, token_claim_malformed.
[[nodiscard]] result<claims> read_claims(std::string_view json, const std::vector<std::string>& audiences);

/// One member of a payload that was read before; nothing when it is absent or of another type.
[[nodiscard]] std::optional<std::string> find_text(std::string_view json, std::string_view name);
[[nodiscard]] std::optional<std::int64_t> find_integer(std::string_view json, std::string_view name);
[[nodiscard]] std::optional<bool> find_boolean(std::string_view json, std::string_view name);
[[nodiscard]] std::optional<std::string> find_json(std::string_view json, std::string_view name);

}  // namespace ekauth::inline v1::jwt
