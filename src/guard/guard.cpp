#include <ekauth/guard.hpp>

namespace ekauth::inline v1::guard {

namespace {

bool demands_nothing(const requirement& demanded) {
  return demanded.scopes.needs_nothing() && !demanded.any_proven_caller;
}

// The session behind a token: there, alive, and of the token's subject.
bool is_behind(const refresh::find::reply& found, const refresh::find& asked, std::string_view subject,
               time_point now) {
  return found && found->row.id == asked.id && refresh::is_live(*found, now) &&
         found->row.granted.subject.text() == subject;
}

}  // namespace

result<service> service::make(options how) {
  if (!how.api_keys && !how.access_tokens)
    return error{errc::option_invalid, "a guard needs keys, tokens or both"};
  if (!how.headers.bearer && !how.headers.x_api_key)
    return error{errc::option_invalid, "a guard must read a header"};
  return service(std::make_shared<const options>(std::move(how)));
}

check_flow service::check(const request& what, requirement demanded, time_point now) const {
  return {how_, what, demanded, now};
}

check_flow::check_flow(std::shared_ptr<const options> how, const request& what, requirement demanded,
                       time_point now)
    : how_(std::move(how)), demanded_(demanded), now_(now) {
  const auto credential = admit_request(what);
  if (!credential) {
    finish(credential.error());
    return;
  }
  // X-Api-Key carries keys alone; a bearer token is a key when it starts like one. Whatever it is then must
  // prove itself as that: nothing is tried twice.
  const bool is_key = credential->via == http::scheme::api_key || !how_->access_tokens ||
                      (how_->api_keys && how_->api_keys->looks_like_key(credential->text));
  if (is_key)
    start_key(credential->text);
  else
    start_token(credential->text);
}

result<http::credential> check_flow::admit_request(const request& what) const {
  if (demands_nothing(demanded_))
    return error{errc::internal_error, "the route demands nothing: name scopes or any_proven_caller"};
  if (!what.secure && !how_->allow_plain_http)
    return error{errc::https_required, "the request did not come over TLS"};
  return http::find_credential(what.headers, how_->headers);
}

void check_flow::start_key(std::string_view credential) {
  if (!how_->api_keys) return finish(error{errc::key_malformed, "no API keys are taken here"});
  key_.emplace(how_->api_keys->verify(credential, {.now = now_, .note_use = false}));
  if (key_->done()) return finish(std::move(*key_).take().error());
  key_->next([this](keys::find asked) { ask(std::move(asked)); });
}

void check_flow::start_token(std::string_view credential) {
  auto token = how_->access_tokens->verify(credential, now_);
  if (!token) return finish(token.error());
  if (!how_->tokens_end_with_session) {
    grant granted = token->granted();
    return admit(*std::move(token), std::move(granted), how_->token_environment);
  }
  const family_id session = token->session();
  if (session.empty())
    return finish(error{errc::token_revoked, "the token names no session that could be alive"});
  token_.emplace(*std::move(token));
  ask(refresh::find{session});
}

void check_flow::on(const keys::find& asked, keys::find::reply answer) {
  key_->resume(asked, std::move(answer));
  auto who = std::move(*key_).take();
  if (!who) return finish(who.error());
  grant granted = who->granted();
  const keys::environment env = who->key().env;
  admit(*std::move(who), std::move(granted), env);
}

void check_flow::on(const refresh::find& asked, refresh::find::reply answer) {
  if (!is_behind(answer, asked, token_->subject(), now_))
    return finish(error{errc::token_revoked, "the session was ended"});
  grant granted = token_->granted();
  admit(*std::move(token_), std::move(granted), how_->token_environment);
}

void check_flow::admit(principal::proof proven, grant granted, keys::environment env) {
  const auto* const key = std::get_if<keys::principal>(&proven);
  if (demanded_.takes != credentials::either && (demanded_.takes == credentials::api_key) != (key != nullptr))
    return finish(error{errc::insufficient_scope, "the route takes the other kind of credential"});
  if (demanded_.environment && *demanded_.environment != env)
    return finish(error{errc::wrong_environment, "the route works on the other environment's data"});
  const scope::set scopes = how_->scopes.compile(granted.scopes);
  if (auto ok = scopes.require(demanded_.scopes); !ok) return finish(ok.error());
  if (key != nullptr) how_->api_keys->note_use(*key, now_);
  finish(principal(std::move(proven), std::move(granted), scopes, env));
}

}  // namespace ekauth::inline v1::guard
