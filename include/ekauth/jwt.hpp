// Access tokens: compact JWS signed with HMAC-SHA-256 (RFC 7515, RFC 7519, checked as RFC 8725 advises).
//
//   auto keys = jwt::keyset::make(jwt::key{"2026-11", secret(bytes_from_file)});
//   auto signer = jwt::signer::make(*keys, {.issuer = "https://auth.example.com", .audience = "events"});
//   auto token = signer->sign(granted, {.issued_at = now(), .session = family});
//   auto verifier =
//       jwt::verifier::make(*keys, {.issuer = "https://auth.example.com", .audiences = {"events"}});
//   auto who = verifier->verify(credential, now());
//   if (!who) return refuse(who.error());
//   serve(who->subject(), scopes.compile(who->granted().scopes));
//
//   header  = {"alg":"HS256","typ":"JWT"}, and "kid" behind them when the keyset has several keys
//   payload = iss aud sub iat nbf? exp jti sid? scope? and the host's own claims, in this order
//
// Nothing in a token chooses how it is checked, and no claim can be read before the MAC was proven.
#pragma once

#include <ekauth/clock.hpp>
#include <ekauth/grant.hpp>
#include <ekauth/ids.hpp>
#include <ekauth/jwt_verified.hpp>
#include <ekauth/random.hpp>
#include <ekauth/result.hpp>
#include <ekauth/secret.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ekauth::inline v1::jwt {

inline constexpr std::size_t max_token_size =
    8192;  ///< characters; longer tokens are neither made nor looked at
inline constexpr std::size_t min_secret_size = 32;  ///< bytes, RFC 7518 §3.2
inline constexpr std::size_t max_keys = 16;         ///< keys in a keyset
inline constexpr std::size_t max_depth = 32;  ///< arrays and objects around a value, the token's own included
inline constexpr std::size_t max_remembered = 65'536;
inline constexpr duration max_leeway = std::chrono::minutes(5);
inline constexpr duration max_lifetime = std::chrono::hours(24 * 366);

/// A shared secret and its public name.
struct key {
  std::string kid;       ///< 1 to 64 of A-Z a-z 0-9 _ . - ; appears in tokens
  ekauth::secret value;  ///< at least 32 bytes of randomness; not a password, not a key file
};

/// The secrets that tokens are checked with, one of which signs. An immutable value that is cheap to copy and
/// keeps no secret in clear; threads may share it.
class keyset {
 public:
  /// keys: 1 to 16; the first one signs.
  /// Errors: secret_too_short, secret_looks_like_pem (PEM or another text that holds a key: OpenSSH, RFC
  /// 4716, JWK; or DER; or one of them in base64), keyset_invalid (no key, too many, a repeated or malformed
  /// kid, a secret of zeros); each with the index of the key.
  [[nodiscard]] static result<keyset> make(std::vector<key> keys);
  [[nodiscard]] static result<keyset> make(key only);

  /// A keyset in which next signs, and the keep newest of the present keys still verify. Drop a key once
  /// every token it signed has expired. Errors: as make.
  [[nodiscard]] result<keyset> rotate(key next, std::size_t keep = 1) const;

  [[nodiscard]] std::size_t size() const noexcept;
  /// The kid of the key that signs.
  [[nodiscard]] std::string_view signing_kid() const noexcept;

  // Copies only, so that no keyset is ever without keys; signer and verifier do the same.
  keyset(const keyset&) noexcept;
  keyset& operator=(const keyset&) noexcept;
  ~keyset();

  struct state;

 private:
  friend class signer;
  friend class verifier;
  explicit keyset(std::shared_ptr<const state> made) noexcept;
  std::shared_ptr<const state> state_;
};

/// A claim of the host's own, ready to be signed. A value.
class claim {
 public:
  [[nodiscard]] static claim text(std::string_view name, std::string_view value);
  [[nodiscard]] static claim integer(std::string_view name, std::int64_t value);
  [[nodiscard]] static claim boolean(std::string_view name, bool value);
  /// value: one JSON value of any kind; sign refuses it when it is not.
  [[nodiscard]] static claim json(std::string_view name, std::string_view value);

 private:
  friend class signer;
  enum class kind : std::uint8_t { text, json };
  claim(kind is, std::string_view name, std::string_view value) : name_(name), value_(value), kind_(is) {}

  std::string name_;
  std::string value_;
  kind kind_;
};

struct signer_options {
  std::string issuer;                          ///< the claim iss; 1 to 1,024 bytes of UTF-8 without NUL
  std::string audience;                        ///< the claim aud; the same
  duration lifetime = std::chrono::hours(24);  ///< whole seconds, 1 s to 366 days
};

/// What a token says beside the grant.
struct issue {
  time_point issued_at;                       ///< rounded down to the second
  family_id session = {};                     ///< the claim sid; left out when empty
  token_id token = {};                        ///< the claim jti; random when empty
  std::optional<time_point> not_before = {};  ///< the claim nbf, rounded up to the second
  std::vector<claim> extra = {};  ///< after all others, in this order; not a registered name, none twice
};

/// Makes access tokens. Immutable and cheap to copy; threads may share it.
class signer {
 public:
  /// Errors: option_invalid (an option outside its limits).
  [[nodiscard]] static result<signer> make(keyset keys, signer_options options);
  /// random: names tokens that were given no name, in place of OpenSSL's generator; must outlive the signer.
  [[nodiscard]] static result<signer> make(keyset keys, signer_options options, random_source& random);

  /// A signed token. The same grant, times, ids and claims give the same bytes for as long as the keyset
  /// stays.
  ///
  /// what.subject: 1 to 255 bytes of UTF-8 without NUL.
  /// Errors: validation_failed (malformed or overlong text, times outside 1970 to 9999, nbf not before exp, a
  /// token that would be longer than 8,192 characters).
  [[nodiscard]] result<secret> sign(const grant& what, const issue& at) const;

  [[nodiscard]] duration lifetime() const noexcept;

  signer(const signer&) noexcept;
  signer& operator=(const signer&) noexcept;
  ~signer();

 private:
  struct state;
  explicit signer(std::shared_ptr<const state> made) noexcept;
  std::shared_ptr<const state> state_;
};

struct verifier_options {
  std::string issuer = {};                  ///< iss must be exactly this; required
  std::vector<std::string> audiences = {};  ///< aud must be or contain one of these; required
  /// How far nbf and iat may lie ahead of now, for clocks that differ; at most 5 minutes. It never prolongs a
  /// life: a token is dead at exactly exp.
  duration leeway = std::chrono::seconds(5);
  /// The accepted typ, byte for byte. "JWT" may also be absent from the token (RFC 7519 §5.1), others may
  /// not.
  std::string type = "JWT";
  bool unsafe_any_issuer =
      false;  ///< any iss or none; leave issuer empty. Any holder of the key speaks for all.
  bool unsafe_any_audience =
      false;  ///< any aud or none; leave audiences empty. Accepts tokens meant for others.
  bool unsafe_no_subject = false;  ///< sub may be absent; subject() is then empty.
  /// How many accepted tokens to remember, word for word, so that the same one need not be proven again; at
  /// most 65,536, of up to 936 characters. It changes no answer: exp, nbf and iat are checked at every use,
  /// and whoever ends sessions asks for them as without. Each takes 1 KiB, in which the token lies in clear
  /// until another one takes its place, it is forgotten, or the last copy of the verifier is gone; then it is
  /// wiped.
  std::size_t remembered_tokens = 0;
};

/// Proves access tokens. Immutable and cheap to copy; threads may share it. Copies remember together.
class verifier {
 public:
  /// Errors: option_invalid (issuer or audiences missing without the matching unsafe option, or given with
  /// it; leeway negative or over 5 minutes; an empty type; too many tokens to remember).
  [[nodiscard]] static result<verifier> make(keyset keys, verifier_options options);

  /// Who a token speaks for.
  ///
  /// token: the text after "Bearer "; more than 8,192 characters are refused unread; never kept.
  /// now: UTC; the token lives while now < exp.
  /// Errors, in this order, the first that applies:
  ///   token_too_large, token_malformed                 before anything is parsed
  ///   token_header_refused, token_algorithm_refused, token_type_refused, token_key_unknown    before the MAC
  ///   token_signature_mismatch                         nothing behind it was read
  ///   token_payload_malformed, token_claim_malformed, token_claim_missing
  ///   token_issuer_mismatch, token_audience_mismatch, token_expired, token_not_yet_valid
  /// Time: equal for every wrong signature; without a kid every key is tried.
  /// Source: RFC 7515 §5.2, RFC 7519 §7.2, RFC 8725 §3.
  [[nodiscard]] result<verified> verify(std::string_view token, time_point now) const;

  /// Wipes what is remembered of a session's tokens, or of all. Those that are still good are accepted as
  /// before, and remembered again.
  void forget(const family_id& session) const noexcept;
  void forget_all() const noexcept;

  verifier(const verifier&) noexcept;
  verifier& operator=(const verifier&) noexcept;
  ~verifier();

 private:
  struct state;
  explicit verifier(std::shared_ptr<const state> made) noexcept;
  std::shared_ptr<const state> state_;
};

}  // namespace ekauth::inline v1::jwt
