// The door of a server: one call from a request to a principal, to a visitor, or to an error.
//
//   const auto gate =
//       guard::service::make({.scopes = scopes, .api_keys = api_keys, .access_tokens = verifier});
//   auto who = run(gate->check({.headers = headers, .secure = tls}, {.scopes = may_read}, now()), store);
//   if (!who) return send(http::to_envelope(who.error(), …));
//   serve(who->granted().subject);
//
//   auto visitor = gate->open({.headers = headers, .secure = tls}, now());  // login, sign-up, health
//   if (!visitor) return send(http::to_envelope(visitor.error(), …));
//
// The order is fixed: transport, one credential, offline checks, record, possession, status, environment,
// networks, scope. Only then is it noted that a key was used. A requirement that asks for nothing refuses.
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

/// A request as the host sees it. Views; a check copies the ones that it keeps.
struct request {
  http::credential_headers headers = {};
  bool secure = false;  ///< it came over TLS, by the host's own knowledge and not by the client's word
  std::optional<cidr::address> peer = {};  ///< the other end of the connection, from the socket
  std::span<const std::string_view> forwarded_for =
      {};                            ///< lines of the header that options.forwarded_by names
  std::string_view query = {};       ///< the URL behind its ?; a credential in it is refused
  std::string_view path = {};        ///< for the audit trail, as the next; written up to a credential in it
  std::string_view request_id = {};  ///< as the client learns it
};

/// Which credentials a route takes.
enum class credentials : std::uint8_t { either, api_key, access_token };

/// The demands of a route. It must name scopes or say that any proven caller will do; otherwise nobody
/// passes.
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

  /// Access tokens end with their session, for one read of it on each request. A sign-out or a changed
  /// password then takes effect at once. Off, tokens live until exp. While this is on, a token without a
  /// session is refused.
  bool tokens_end_with_session = false;
  /// For how long a session that was found alive needs no second read. On this node, an ended session may
  /// still be accepted for up to this long. At most an hour.
  duration session_max_age{0};
  std::uint32_t remembered_sessions = 16384;  ///< for session_max_age

  cidr::forwarding forwarded_by = cidr::forwarding::none;  ///< the header that one's proxies write
  cidr::allowlist trusted_proxies = {};                    ///< whose word about the client is believed
  bool allow_plain_http = false;  ///< requests that did not come over TLS pass too; for development

  /// Gets every refusal; must outlive the service and its flows. Put audit::flood_control before the sink
  /// that writes.
  audit::sink* trail = nullptr;
  bool tell_successes = false;  ///< and every request that was admitted
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
  /// As those of a visitor.
  [[nodiscard]] std::optional<cidr::address> client() const;
  [[nodiscard]] const std::optional<cidr::client>& origin() const noexcept { return origin_; }

 private:
  friend class check_flow;
  using proof = std::variant<keys::principal, jwt::verified>;
  principal(proof proven, grant granted, scope::set scopes, keys::environment env,
            const std::optional<cidr::client>& origin)
      : proof_(std::move(proven)),
        granted_(std::move(granted)),
        scopes_(scopes),
        environment_(env),
        origin_(origin) {}
  proof proof_;
  grant granted_;
  scope::set scopes_;
  keys::environment environment_;
  std::optional<cidr::client> origin_;
};

/// A client at a route that takes no credential: nothing about it is proven. Made by open only. A value.
class visitor {
 public:
  /// The client's address behind trusted proxies; nothing when it is not known.
  [[nodiscard]] std::optional<cidr::address> client() const;
  /// How the address was found; nothing for a request without a peer.
  [[nodiscard]] const std::optional<cidr::client>& origin() const noexcept { return origin_; }

 private:
  friend class service;
  explicit visitor(const std::optional<cidr::client>& origin) : origin_(origin) {}
  std::optional<cidr::client> origin_;
};

struct core;  // the service's options, and the sessions it remembers
class check_flow;

/// Checks requests. Immutable but for the sessions it remembers; a copy shares its inside; threads may share
/// it.
class service {
 public:
  /// Errors: option_invalid (neither keys nor tokens are given, no header is read, proxies without a header
  /// or a header without proxies, session_max_age negative or over an hour).
  [[nodiscard]] static result<service> make(options how);

  /// Answers the caller of a request, if it may do what the route demands.
  ///
  /// Asks storage, each once at most: keys::find for a key; refresh::find for a token, if tokens end with
  /// their session; allowlists::find, if networks are checked. While what is remembered is young enough, a
  /// find is saved.
  /// Errors, in this order, the first that applies:
  ///   internal_error                                   the requirement demands nothing
  ///   https_required, credential_in_query              transport
  ///   ambiguous_credentials, malformed_authorization, missing_credentials     headers
  ///   those of keys::service::parse or of jwt::verifier::verify               offline
  ///   key_unknown, or token_revoked                    no record, or no session that is alive
  ///   key_secret_mismatch                              possession
  ///   api_key_revoked, api_key_disabled                status
  ///   api_key_not_yet_valid, api_key_expired, api_key_rolled                  status
  ///   wrong_environment                                environment
  ///   ip_not_allowed; validation_failed                networks; a token without a subject has no list
  ///   insufficient_scope                               scope, or the other kind of credential
  /// A request that storage fails ends the check with store_unavailable. For http::options::missing_scopes
  /// pass registry::missing(demanded.scopes, {}). Source: RFC 6750 §3.1.
  [[nodiscard]] check_flow check(const request& what, requirement demanded, time_point now) const;

  /// Lets a request through to a route that takes no credential: login, sign-up, refresh, health.
  ///
  /// Needs only what is in the process, so it is a result and no flow. An event loop may call it before a
  /// body is read. A credential in the headers is looked at only if it came without TLS: its exposure is
  /// reported to the trail.
  /// Errors: https_required; credential_in_query (an API key anywhere in the query, or a parameter
  /// access_token).
  [[nodiscard]] result<visitor> open(const request& what, time_point now) const;

  // Copies only, and a move copies: no service is ever without its inside.
  service(const service&) noexcept = default;
  service& operator=(const service&) noexcept = default;

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

/// The facts of a request that go to the trail; empty without a trail.
struct trace {
  trace(const options& how, const request& what, const std::optional<cidr::client>& origin);

  std::string request_id, path, subject, key, session;
  std::optional<cidr::address> client;
  std::string_view environment;
};

/// A check in progress: an inner flow for the key, the token's session, an inner flow for the networks.
class check_flow : public flow<check_flow, principal, keys::find, refresh::find, allowlists::find> {
 public:
  void on(const keys::find& asked, result<keys::find::reply>&& answer);
  void on(const refresh::find& asked, refresh::find::reply answer);
  void on(const allowlists::find& asked, result<allowlists::find::reply>&& answer);
  /// Ends the check and reports it to the trail.
  void fail(error why);

 private:
  friend class service;
  check_flow(std::shared_ptr<core> inside, const request& what, requirement demanded, time_point now);
  [[nodiscard]] result<http::credential> find_credential(const request& what) const;
  void start_key(std::string_view credential);
  void end_key(result<keys::principal> who);
  void start_token(std::string_view credential);
  void prove(principal::proof proven, grant granted, keys::environment env);
  void end_networks(result<void> passed);
  void admit();

  std::shared_ptr<core> core_;
  requirement demanded_;
  time_point now_;
  std::optional<cidr::client> origin_;
  trace told_;
  std::optional<keys::verify_flow> key_;
  std::optional<jwt::verified> token_;
  std::optional<principal> proven_;
  std::optional<allowlists::check_flow> networks_;
};

}  // namespace ekauth::inline v1::guard
