// One call from a request to a principal or an error, built from keys, jwt, refresh, scope and http.
//
//   const auto gate = guard::service::make({.scopes = scopes, .api_keys = api_keys, .access_tokens =
//   verifier}); auto who = run(gate->check({.headers = headers, .secure = tls}, {.scopes = may_read}, now()),
//   store); if (!who) return send(http::to_envelope(who.error(), …)); serve(who->granted().subject);
//
// The order is fixed: transport, one credential, offline checks, record, possession, status, environment,
// session, scope, and only then the note that a key was used. A requirement that asks for nothing refuses.
#pragma once

#include <ekauth/http.hpp>
#include <ekauth/jwt.hpp>
#include <ekauth/keys.hpp>
#include <ekauth/refresh_store.hpp>

#include <memory>
#include <optional>
#include <variant>

namespace ekauth::inline v1::guard {

/// What a host knows of a request. Views; nothing of it is kept.
struct request {
  http::credential_headers headers = {};
  bool secure = false;  ///< it came over TLS, by the host's own knowledge and not by the client's word
};

/// Which credentials a route takes.
enum class credentials : std::uint8_t { either, api_key, access_token };

/// What a route demands. It must name scopes or say that any proven caller will do; otherwise nobody passes.
struct requirement {
  scope::requirement scopes = {};
  bool any_proven_caller = false;  ///< authenticated is enough; needs no scope
  credentials takes = credentials::either;
  std::optional<keys::environment> environment = {};  ///< live or test alone; nothing: both
};

struct options {
  scope::registry scopes;                                         ///< the same that the keys were made with
  std::optional<keys::service> api_keys = {};                     ///< without: API keys are refused
  std::optional<jwt::verifier> access_tokens = {};                ///< without: access tokens are refused
  http::accepted headers = {};                                    ///< which headers are read
  keys::environment token_environment = keys::environment::live;  ///< of every access token
  /// Access tokens end with their session: one read of the session for each request, so a sign-out or a
  /// changed password takes effect at once. Off, they live until exp. A token without a session is refused
  /// while this is on.
  bool tokens_end_with_session = false;
  bool allow_plain_http = false;  ///< requests that did not come over TLS pass too; for development
};

/// A caller that was proven and admitted: made by a check only. A value.
class principal {
 public:
  [[nodiscard]] const grant& granted() const noexcept { return granted_; }
  [[nodiscard]] const scope::set& scopes() const noexcept { return scopes_; }
  [[nodiscard]] keys::environment environment() const noexcept { return environment_; }
  /// The key, or null when the caller came with an access token; and the other way round.
  [[nodiscard]] const keys::principal* key() const noexcept { return std::get_if<keys::principal>(&proof_); }
  [[nodiscard]] const jwt::verified* token() const noexcept { return std::get_if<jwt::verified>(&proof_); }

 private:
  friend class check_flow;
  using proof = std::variant<keys::principal, jwt::verified>;
  principal(proof proven, grant granted, scope::set scopes, keys::environment env)
      : proof_(std::move(proven)), granted_(std::move(granted)), scopes_(scopes), environment_(env) {}
  proof proof_;
  grant granted_;
  scope::set scopes_;
  keys::environment environment_;
};

class check_flow : public flow<check_flow, principal, keys::find, refresh::find> {
 public:
  void on(const keys::find& asked, keys::find::reply answer);
  void on(const refresh::find& asked, refresh::find::reply answer);

 private:
  friend class service;
  check_flow(std::shared_ptr<const options> how, const request& what, requirement demanded, time_point now);
  [[nodiscard]] result<http::credential> admit_request(const request& what) const;
  void start_key(std::string_view credential);
  void start_token(std::string_view credential);
  void admit(principal::proof proven, grant granted, keys::environment env);

  std::shared_ptr<const options> how_;
  requirement demanded_;
  time_point now_;
  std::optional<keys::verify_flow> key_;
  std::optional<jwt::verified> token_;
};

/// Checks requests. Immutable; a copy shares its inside; threads may share it.
class service {
 public:
  /// Errors: option_invalid (neither keys nor tokens are given, or no header is read).
  [[nodiscard]] static result<service> make(options how);

  /// Answers who a request comes from, if it may do what the route demands.
  ///
  /// Asks storage: for a key keys::find; for a token refresh::find if tokens end with their session; once.
  /// Errors: https_required; ambiguous_credentials, missing_credentials, malformed_authorization; those of
  /// keys::service::verify and jwt::verifier::verify; token_revoked; wrong_environment; insufficient_scope
  /// (also of a proven caller whose kind of credential the route does not take); internal_error (the
  /// requirement demands nothing); store_unavailable.
  /// Source: RFC 6750 §3.1.
  [[nodiscard]] check_flow check(const request& what, requirement demanded, time_point now) const;

 private:
  explicit service(std::shared_ptr<const options> how) : how_(std::move(how)) {}
  std::shared_ptr<const options> how_;
};

}  // namespace ekauth::inline v1::guard
