#include "gate.hpp"

#include <ekauth/run.hpp>

#include <httplib.h>

namespace example {

using ekauth::errc;
using ekauth::error;
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

// A log or a Referer header would carry it on.
bool has_credential_in_url(const ekauth::keys::service& api_keys, const httplib::Request& request) {
  for (const auto& [name, value] : request.params)
    if (name == "access_token" || api_keys.looks_like_key(value)) return true;
  return false;
}

}  // namespace

std::optional<caller> admit(app& app, exchange& x, const ekauth::guard::requirement& demanded) {
  auto who = ekauth::run(app.gate.check(x.seen(), demanded, x.at()), app.store);
  if (who) return *std::move(who);
  if (who.error().code() != errc::insufficient_scope)
    x.refuse(who.error());
  else if (!demanded.scopes.needs_nothing())
    x.refuse(who.error(), scopes.missing(demanded.scopes, {}));
  else
    x.refuse(demanded.takes == credentials::api_key ? key_demanded : sign_in_demanded);
  return std::nullopt;
}

bool admit_anybody(app& app, exchange& x) {
  const auto refuse = [&](const error& why) {
    // Without the path, which need not be one of ours and may hold a credential too.
    ekauth::audit::event what{.what = ekauth::audit::kind::auth_failed, .at = x.at(), .code = why.code()};
    what.request_id = x.id();
    if (x.client()) what.client = x.client()->last_hop();
    app.trail.tell(what);
    x.refuse(why);
    return false;
  };
  if (app.settings.https_only && !x.secure())
    return refuse({errc::https_required, "the request did not come over HTTPS"});
  if (has_credential_in_url(app.api_keys, x.request()))
    return refuse({errc::credential_in_query, "a credential in the URL"});
  return true;
}

ekauth::result<void> check_network(app& app, const exchange& x, const ekauth::subject_id& account) {
  return ekauth::run(app.networks.check({account}, x.address(), x.at()), app.store);
}

}  // namespace example
