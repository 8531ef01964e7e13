#include "gate.hpp"

#include "audit.hpp"

#include <ekauth/run.hpp>

#include <httplib.h>

namespace example {

namespace http = ekauth::http;
using ekauth::errc;
using ekauth::error;
using ekauth::result;

caller::caller(ekauth::keys::principal key)
    : granted_(key.granted()), environment_(key.key().env), proof_(std::move(key)) {}

caller::caller(ekauth::jwt::verified token)
    : granted_(token.granted()), environment_(ekauth::keys::environment::live), proof_(std::move(token)) {}

namespace {

constexpr http::description sign_in_demanded{.code = errc::insufficient_scope,
                                             .status = 403,
                                             .reason_phrase = "Forbidden",
                                             .error_name = "SignInRequiredException",
                                             .message = "Sign in for this; an API key cannot do it"};

// A log or a Referer header would carry it on.
bool credential_in_url(const ekauth::keys::service& api_keys, const httplib::Request& request) {
  for (const auto& [name, value] : request.params)
    if (name == "access_token" || api_keys.looks_like_key(value)) return true;
  return false;
}

result<http::credential> find_credential(const app& app, const httplib::Request& request,
                                         std::string& storage) {
  if (credential_in_url(app.api_keys, request))
    return error{errc::credential_in_query, "a credential in the URL"};
  http::credential_headers headers;
  // Views into one string that outlives them: the HTTP library hands its values out as temporaries.
  const std::string authorization = request.get_header_value("Authorization");
  const std::string x_api_key = request.get_header_value("X-Api-Key");
  storage = authorization + x_api_key;
  const std::string_view both = storage;
  if (request.has_header("Authorization")) headers.authorization = both.substr(0, authorization.size());
  if (request.has_header("X-Api-Key")) headers.x_api_key = both.substr(authorization.size());
  headers.repeated =
      request.get_header_value_count("Authorization") > 1 || request.get_header_value_count("X-Api-Key") > 1;
  return http::find_credential(headers);
}

// An access token outlives its session by up to a day unless somebody asks. One indexed read, and signing
// out, a changed password or a stolen refresh token end the access tokens too.
result<void> session_lives(app& app, const ekauth::jwt::verified& token, ekauth::time_point now) {
  const auto found = app.store.find_session({.id = token.session()});
  if (!found) return ekauth::storage_trouble(found.error());
  const bool lives = *found && ekauth::refresh::is_live(**found, now) &&
                     (*found)->row.granted.subject.text() == token.subject();
  if (!lives) return error{errc::token_revoked, "the session behind the token was ended"};
  return {};
}

}  // namespace

result<caller> identify(app& app, exchange& x) {
  std::string storage;
  const auto credential = find_credential(app, x.request(), storage);
  if (!credential) return credential.error();
  if (credential->via == http::scheme::api_key || app.api_keys.looks_like_key(credential->text)) {
    auto key = ekauth::run(app.api_keys.verify(credential->text, {.now = x.at()}), app.store);
    if (!key) return key.error();
    return caller(*std::move(key));
  }
  auto token = app.tokens.verify(credential->text, x.at());
  if (!token) return token.error();
  if (const auto lives = session_lives(app, *token, x.at()); !lives) return lives.error();
  return caller(*std::move(token));
}

std::optional<caller> admit(app& app, exchange& x, const access& demanded) {
  auto who = identify(app, x);
  if (!who) {
    audit({.event = "auth.failed", .code = name(who.error().code())}, x);
    x.refuse(who.error());
    return std::nullopt;
  }
  const ekauth::key_id key = who->key() ? who->key()->key().id : ekauth::key_id();
  if (demanded.signed_in && !who->token()) {
    audit({.event = "auth.scope_denied", .code = "sign_in_required", .subject = who->account(), .key = key},
          x);
    x.refuse(sign_in_demanded);
    return std::nullopt;
  }
  const auto has = scopes.compile(who->granted().scopes);
  if (const auto ok = has.require(demanded.scopes); !ok) {
    audit({.event = "auth.scope_denied",
           .code = name(ok.error().code()),
           .subject = who->account(),
           .key = key},
          x);
    x.refuse_scope(ok.error(), scopes.missing(demanded.scopes, has));
    return std::nullopt;
  }
  return *std::move(who);
}

}  // namespace example
