#include "gate.hpp"

#include <ekauth/run.hpp>

namespace example {

using ekauth::errc;
using ekauth::guard::credentials;

namespace {

constexpr ekauth::http::description sign_in_demanded{.code = errc::insufficient_scope,
                                                     .status = 403,
                                                     .reason_phrase = "Forbidden",
                                                     .error_name = "SignInRequiredException",
                                                     .message = "Sign in for this; an API key cannot do it"};
constexpr ekauth::http::description key_demanded{.code = errc::insufficient_scope,
                                                 .status = 403,
                                                 .reason_phrase = "Forbidden",
                                                 .error_name = "ApiKeyRequiredException",
                                                 .message = "This takes an API key, not an access token"};

}  // namespace

std::optional<caller> admit(app& app, exchange& x, const ekauth::guard::requirement& demanded) {
  auto who = ekauth::run(app.gate.check(x.seen(), demanded, x.at()), app.store);
  if (who) {
    x.came_from(who->origin());
    return *std::move(who);
  }
  if (who.error().code() != errc::insufficient_scope)
    x.refuse(who.error());
  else if (!demanded.scopes.needs_nothing())
    x.refuse(who.error(), scopes.missing(demanded.scopes, {}));
  else
    x.refuse(demanded.takes == credentials::api_key ? key_demanded : sign_in_demanded);
  return std::nullopt;
}

bool let_in(app& app, exchange& x) {
  const auto who = app.gate.open(x.seen(), x.at());
  if (who)
    x.came_from(who->origin());
  else
    x.refuse(who.error());
  return who.has_value();
}

ekauth::result<void> check_network(app& app, const exchange& x, const ekauth::subject_id& account) {
  return ekauth::run(app.networks.check({account}, x.address(), x.at()), app.store);
}

}  // namespace example
