// The gate: the one way to a protected handler. Nothing else in this server decides who may pass.
//
//   one credential exactly → API key or access token → the record behind it → kind of caller → scope
//
// HTTPS was demanded before any route was looked for (routes.cpp).
#pragma once

#include "app.hpp"
#include "exchange.hpp"

#include <optional>
#include <variant>

namespace example {

/// What a route demands of its caller, beyond a proven credential.
struct access {
  ekauth::scope::requirement scopes = {};
  bool signed_in = false;  ///< a person with an access token; an API key will not do
};

/// Who passed. Made by admit only.
class caller {
 public:
  const ekauth::subject_id& account() const { return granted_.subject; }
  const ekauth::grant& granted() const { return granted_; }
  /// Test keys work on sandbox data, everything else on live data.
  ekauth::keys::environment environment() const { return environment_; }
  /// One of the two.
  const ekauth::keys::principal* key() const { return std::get_if<ekauth::keys::principal>(&proof_); }
  const ekauth::jwt::verified* token() const { return std::get_if<ekauth::jwt::verified>(&proof_); }

 private:
  friend ekauth::result<caller> identify(app& app, exchange& x);
  explicit caller(ekauth::keys::principal key);
  explicit caller(ekauth::jwt::verified token);

  ekauth::grant granted_;
  ekauth::keys::environment environment_;
  std::variant<ekauth::keys::principal, ekauth::jwt::verified> proof_;
};

/// The caller, or nothing after the refusal was sent and audited.
std::optional<caller> admit(app& app, exchange& x, const access& demanded);

}  // namespace example
