// One call from a request to a principal or an error, built from keys, jwt, refresh, scope, allowlists and
// http.
//
//   const auto gate =
//       guard::service::make({.scopes = scopes, .api_keys = api_keys, .access_tokens = verifier});
//   auto who = run(gate->check({.headers = headers, .secure = tls}, {.scopes = may_read}, now()), store);
//   if (!who) return send(http::to_envelope(who.error(), …));
//   serve(who->granted().subject);
//
// The order is fixed: transport, one credential, offline checks, record, possession, status, environment,
// networks, scope, and only then the note that a key was used. A requirement that asks for nothing refuses.
#pragma once

#include <ekauth/allowlists.hpp>
#include <ekauth/audit.hpp>
#include <ekauth/client_address.hpp>
#include <ekauth/http.hpp>
#include <ekauth/jwt.hpp>
#include <ekauth/keys.hpp>
#include <ekauth/refresh_store.hpp>

#include <memory>
#include <optional>
#include <span>
#include <variant>

namespace ekauth::inline v1::guard {

/// What a host knows of a request. Views; a check copies what it keeps.
struct request {
  http::credential_headers headers = {};
  bool secure = false;  ///< it came over TLS, by the host's own knowledge and not by the client's word
  std::optional<cidr::address> peer = {};  ///< the other end of the connection, from the socket
  std::span<const std::string_view> forwarded_for =
      {};                            ///< lines of the header that options.forwarded_by names
  std::string_view query = {};       ///< what follows the ? of the URL; a credential in it is refused
  std::string_view path = {};        ///< for the audit trail, as the next; told up to a credential in it
  std::string_view request_id = {};  ///< what the client is told
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
  std::optional<allowlists::service> networks = {};               ///< without: no allowlist is looked at
  http::accepted headers = {};                                    ///< which headers are read
  keys::environment token_environment = keys::environment::live;  ///< of every access token

  /// Access tokens end with their session: a sign-out or a changed password takes effect at once, for one
  /// read of the session on each request. Off, they live until exp. A token without a session is refused
  /// while this is on.
  bool tokens_end_with_session = false;
  /// For how long a session that was found alive needs no second read: an ended one may pass so much longer,
  /// on this node. At most an hour.
  duration session_max_age{0};
  std::uint32_t remembered_sessions = 16384;  ///< for session_max_age

  cidr::forwarding forwarded_by = cidr::forwarding::none;  ///< the header that one's proxies write
  cidr::allowlist trusted_proxies = {};                    ///< whose word about the client is believed
  bool allow_plain_http = false;  ///< requests that did not come over TLS pass too; for development

  /// Is told of every refusal; must outlive the service and its flows. Put audit::flood_control before what
  /// writes.
  audit::sink* trail = nullptr;
  bool tell_successes = false;  ///< and of every request that was admitted
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
  /// The client's address behind trusted proxies; nothing when it is not known.
  [[nodiscard]] const std::optional<cidr::address>& client() const noexcept { return client_; }

 private:
  friend class check_flow;
  using proof = std::variant<keys::principal, jwt::verified>;
  principal(proof proven, grant granted, scope::set scopes, keys::environment env,
            std::optional<cidr::address> client)
      : proof_(std::move(proven)),
        granted_(std::move(granted)),
        scopes_(scopes),
        environment_(env),
        client_(client) {}
  proof proof_;
  grant granted_;
  scope::set scopes_;
  keys::environment environment_;
  std::optional<cidr::address> client_;
};

struct core;  // the service's options, and the sessions it remembers

class check_flow : public flow<check_flow, principal, keys::find, refresh::find, allowlists::find> {
 public:
  void on(const keys::find& asked, keys::find::reply answer);
  void on(const refresh::find& asked, refresh::find::reply answer);
  void on(const allowlists::find& asked, allowlists::find::reply answer);
  /// Ends the check and tells the trail.
  void fail(error why);

 private:
  friend class service;
  // What the trail is told besides the outcome; empty without a trail.
  struct told {
    std::string request_id, path, subject, key, session;
    std::optional<cidr::address> client;
    std::string_view environment;
  };

  check_flow(std::shared_ptr<core> inside, const request& what, requirement demanded, time_point now);
  void find_client(const request& what);
  [[nodiscard]] result<http::credential> admit_request(const request& what);
  void start_key(std::string_view credential);
  void start_token(std::string_view credential);
  void prove(principal::proof proven, grant granted, keys::environment env);
  void end_networks();
  void admit();
  void tell(audit::kind what, errc code, std::string_view key) const;

  std::shared_ptr<core> core_;
  requirement demanded_;
  time_point now_;
  std::optional<cidr::address> client_;
  told told_;
  std::optional<keys::verify_flow> key_;
  std::optional<jwt::verified> token_;
  std::optional<principal> proven_;
  std::optional<allowlists::check_flow> networks_;
};

/// Checks requests. Immutable but for the sessions it remembers; a copy shares its inside; threads may share
/// it.
class service {
 public:
  /// Errors: option_invalid (neither keys nor tokens are given, no header is read, proxies without a header
  /// or a header without proxies, session_max_age negative or over an hour).
  [[nodiscard]] static result<service> make(options how);

  /// Answers who a request comes from, if it may do what the route demands.
  ///
  /// Asks storage: for a key keys::find; for a token refresh::find if tokens end with their session; and
  /// allowlists::find if networks are checked. Each once, or not at all while what is remembered is young
  /// enough. Errors: https_required; credential_in_query (a key in a name or a value, or a parameter
  /// access_token; not a token under another name); ambiguous_credentials, missing_credentials,
  /// malformed_authorization; those of keys::service::verify and jwt::verifier::verify; token_revoked;
  /// wrong_environment; those of allowlists::service::check (validation_failed: a token without a subject has
  /// no list); insufficient_scope (also of a proven caller whose kind of credential the route does not take);
  /// internal_error (the requirement demands nothing); store_unavailable. For http::options::missing_scopes
  /// pass registry::missing(demanded.scopes, {}). Source: RFC 6750 §3.1.
  [[nodiscard]] check_flow check(const request& what, requirement demanded, time_point now) const;

 private:
  explicit service(std::shared_ptr<const shares<core>> all) : shares_(std::move(all)) {}
  std::shared_ptr<const shares<core>> shares_;
};

/// Blocking stores for a check that are not one object. One that is missing is storage trouble when it is
/// asked.
struct stores {
  keys::store* of_keys = nullptr;
  refresh::store* of_sessions = nullptr;
  allowlists::store* of_lists = nullptr;

  result<keys::find::reply> answer(const keys::find& request) const;
  result<refresh::find::reply> answer(const refresh::find& request) const;
  result<allowlists::find::reply> answer(const allowlists::find& request) const;
};

}  // namespace ekauth::inline v1::guard
