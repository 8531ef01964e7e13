#include <algorithm>

#include "guard/core.hpp"

namespace ekauth::inline v1::guard {

namespace {

constexpr duration oldest_session = std::chrono::hours(1);

bool demands_nothing(const requirement& demanded) {
  return demanded.scopes.needs_nothing() && !demanded.any_proven_caller;
}

// The session behind a token: there, alive, and of the token's subject.
bool is_behind(const refresh::find::reply& found, const refresh::find& asked, std::string_view subject,
               time_point now) {
  return found && found->row.id == asked.id && refresh::is_live(*found, now) &&
         found->row.granted.subject.text() == subject;
}

bool is_fresh(const live_session& known, std::string_view subject, time_point now, duration max_age) {
  return known.subject == subject && known.seen_at <= now && now - known.seen_at < max_age &&
         now < known.ends_at;
}

// Until the secret was proven, a row says nothing about the caller.
bool proves_possession(errc code) {
  return code == errc::api_key_revoked || code == errc::api_key_disabled ||
         code == errc::api_key_not_yet_valid || code == errc::api_key_expired || code == errc::api_key_rolled;
}

audit::kind kind_of(errc code) {
  switch (code) {
    case errc::ip_not_allowed:
      return audit::kind::auth_network_denied;
    case errc::insufficient_scope:
      return audit::kind::auth_scope_denied;
    case errc::wrong_environment:
      return audit::kind::auth_wrong_environment;
    case errc::internal_error:
      return audit::kind::request_failed;
    default:
      return audit::kind::auth_failed;
  }
}

}  // namespace

// ---- service

result<service> service::make(options how) {
  if (!how.api_keys && !how.access_tokens)
    return error{errc::option_invalid, "a guard needs keys, tokens or both"};
  if (!how.headers.bearer && !how.headers.x_api_key)
    return error{errc::option_invalid, "a guard must read a header"};
  if ((how.forwarded_by == cidr::forwarding::none) != how.trusted_proxies.empty())
    return error{errc::option_invalid, "trusted proxies and the header that they write belong together"};
  if (how.session_max_age < duration(0) || how.session_max_age > oldest_session)
    return error{errc::option_invalid, "session_max_age is 0 to an hour"};
  return service(make_shares<core>(std::move(how)));
}

check_flow service::check(const request& what, requirement demanded, time_point now) const {
  return {shares_->one(), what, demanded, now};
}

// ---- check_flow

check_flow::check_flow(std::shared_ptr<core> inside, const request& what, requirement demanded,
                       time_point now)
    : core_(std::move(inside)), demanded_(demanded), now_(now) {
  const options& how = core_->how;
  if (how.trail != nullptr) {
    told_.request_id = what.request_id;
    told_.path = path_to_tell(what.path, how.api_keys);
  }
  find_client(what);
  const auto credential = admit_request(what);
  if (!credential) {
    fail(credential.error());
    return;
  }
  // X-Api-Key carries keys alone; a bearer token is a key when it starts like one. Whatever it is then must
  // prove itself as that: nothing is tried twice.
  const bool is_key = credential->via == http::scheme::api_key || !how.access_tokens ||
                      (how.api_keys && how.api_keys->looks_like_key(credential->text));
  if (is_key)
    start_key(credential->text);
  else
    start_token(credential->text);
}

void check_flow::find_client(const request& what) {
  if (!what.peer) return;
  const auto who =
      cidr::client_of(*what.peer, core_->how.forwarded_by, what.forwarded_for, core_->how.trusted_proxies);
  told_.client = who.last_hop();
  if (const auto known = who.known()) client_ = *known;
}

result<http::credential> check_flow::admit_request(const request& what) {
  const options& how = core_->how;
  const auto tell_exposed = [&](audit::kind kind, std::string_view credential) {
    if (how.trail == nullptr || !how.api_keys) return;
    if (const auto key = how.api_keys->parse(credential)) tell(kind, errc{}, key->id.text());
  };
  if (demands_nothing(demanded_))
    return error{errc::internal_error, "the route demands nothing: name scopes or any_proven_caller"};
  if (!what.secure && !how.allow_plain_http) {
    if (const auto exposed = http::find_credential(what.headers, how.headers))
      tell_exposed(audit::kind::key_exposed_plaintext, exposed->text);
    return error{errc::https_required, "the request did not come over TLS"};
  }
  if (const auto exposed = credential_in_query(what.query, how.api_keys)) {
    tell_exposed(audit::kind::key_exposed_in_url, exposed->expose());
    return error{errc::credential_in_query, "a credential in the URL"};
  }
  return http::find_credential(what.headers, how.headers);
}

void check_flow::start_key(std::string_view credential) {
  const options& how = core_->how;
  if (!how.api_keys) return fail(error{errc::key_malformed, "no API keys are taken here"});
  key_.emplace(how.api_keys->verify(credential, {.now = now_, .note_use = false}));
  if (key_->done()) return fail(std::move(*key_).take().error());
  key_->next([this](keys::find asked) {
    if (core_->how.trail != nullptr) told_.key = asked.id.text();
    ask(std::move(asked));
  });
}

void check_flow::start_token(std::string_view credential) {
  const options& how = core_->how;
  auto token = how.access_tokens->verify(credential, now_);
  if (!token) return fail(token.error());
  family_id session = token->session();
  if (how.trail != nullptr) {
    told_.subject = token->subject();
    told_.session = session.text();
  }
  if (how.tokens_end_with_session) {
    if (session.empty())
      return fail(error{errc::token_revoked, "the token names no session that could be alive"});
    const auto known = core_->sessions.find(session.text());
    if (!known || !is_fresh(*known, token->subject(), now_, how.session_max_age)) {
      // What is read next counts, and not what was read before, should a clock that went back come round to
      // it again.
      if (known) core_->sessions.forget(session.text());
      token_.emplace(*std::move(token));
      return ask(refresh::find{std::move(session)});
    }
  }
  grant granted = token->granted();
  prove(*std::move(token), std::move(granted), how.token_environment);
}

void check_flow::on(const keys::find& asked, keys::find::reply answer) {
  const subject_id owner = answer ? answer->granted.subject : subject_id();
  key_->resume(asked, std::move(answer));
  auto who = std::move(*key_).take();
  if (!who) {
    if (core_->how.trail != nullptr && proves_possession(who.error().code())) told_.subject = owner.text();
    return fail(who.error());
  }
  grant granted = who->granted();
  const keys::environment env = who->key().env;
  prove(*std::move(who), std::move(granted), env);
}

void check_flow::on(const refresh::find& asked, refresh::find::reply answer) {
  if (!is_behind(answer, asked, token_->subject(), now_))
    return fail(error{errc::token_revoked, "the session was ended"});
  const refresh::record& row = answer->row;
  core_->sessions.keep(asked.id.text(),
                       {row.granted.subject.text(), now_,
                        std::min(row.idle_deadline, row.absolute_deadline.value_or(row.idle_deadline))});
  grant granted = token_->granted();
  prove(*std::move(token_), std::move(granted), core_->how.token_environment);
}

void check_flow::prove(principal::proof proven, grant granted, keys::environment env) {
  const options& how = core_->how;
  const auto* const by_key = std::get_if<keys::principal>(&proven);
  const bool known = by_key != nullptr && how.scopes.compiled(by_key->scopes());
  const scope::set scopes = known ? by_key->scopes() : how.scopes.compile(granted.scopes);
  proven_ = principal(std::move(proven), std::move(granted), scopes, env, client_);
  const subject_id& subject = proven_->granted().subject;
  if (how.trail != nullptr) {
    told_.subject = subject.text();
    told_.environment = env == keys::environment::test ? "test" : "live";
  }
  if (demanded_.environment && *demanded_.environment != env)
    return fail(error{errc::wrong_environment, "the route works on the other environment's data"});
  if (!how.networks) return admit();
  const auto* const key = proven_->key();
  networks_.emplace(how.networks->check({subject, key != nullptr ? key->key().id : key_id()}, client_, now_));
  if (networks_->done()) return end_networks();
  networks_->next([this](allowlists::find asked) { ask(std::move(asked)); });
}

void check_flow::on(const allowlists::find& asked, allowlists::find::reply answer) {
  networks_->resume(asked, std::move(answer));
  end_networks();
}

void check_flow::end_networks() {
  const auto passed = std::move(*networks_).take();
  if (!passed) return fail(passed.error());
  admit();
}

void check_flow::admit() {
  const auto* const key = proven_->key();
  if (demanded_.takes != credentials::either && (demanded_.takes == credentials::api_key) != (key != nullptr))
    return fail(error{errc::insufficient_scope, "the route takes the other kind of credential"});
  if (auto ok = proven_->scopes().require(demanded_.scopes); !ok) return fail(ok.error());
  if (key != nullptr) core_->how.api_keys->note_use(*key, now_);
  if (core_->how.tell_successes) tell(audit::kind::auth_succeeded, errc{}, told_.key);
  finish(*std::move(proven_));
}

void check_flow::fail(error why) {
  tell(kind_of(why.code()), why.code(), told_.key);
  finish(why);
}

void check_flow::tell(audit::kind what, errc code, std::string_view key) const {
  if (core_->how.trail == nullptr) return;
  core_->how.trail->write({.what = what,
                           .at = now_,
                           .code = code,
                           .subject = told_.subject,
                           .key = key,
                           .session = told_.session,
                           .client = told_.client,
                           .request_id = told_.request_id,
                           .path = told_.path,
                           .environment = told_.environment});
}

// ---- stores

namespace {

template <class Store, class Request>
result<typename Request::reply> ask_if_there(Store* store, const Request& request) {
  if (store == nullptr) return error{errc::store_unavailable, "the check has no store for this"};
  return store->answer(request);
}

}  // namespace

result<keys::find::reply> stores::answer(const keys::find& request) const {
  return ask_if_there(of_keys, request);
}

result<refresh::find::reply> stores::answer(const refresh::find& request) const {
  return ask_if_there(of_sessions, request);
}

result<allowlists::find::reply> stores::answer(const allowlists::find& request) const {
  return ask_if_there(of_lists, request);
}

}  // namespace ekauth::inline v1::guard
