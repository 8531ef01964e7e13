#include <algorithm>

#include "guard/core.hpp"

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

bool is_fresh(const live_session& known, std::string_view subject, time_point now, duration max_age) {
  return known.subject == subject && known.seen_at <= now && now - known.seen_at < max_age &&
         now < known.ends_at;
}

// Until the secret was proven, a row says nothing about the caller.
bool proves_possession(errc code) {
  return code == errc::api_key_revoked || code == errc::api_key_disabled ||
         code == errc::api_key_not_yet_valid || code == errc::api_key_expired || code == errc::api_key_rolled;
}

}  // namespace

check_flow::check_flow(std::shared_ptr<core> inside, const request& what, requirement demanded,
                       time_point now)
    : core_(std::move(inside)),
      demanded_(demanded),
      now_(now),
      origin_(origin_of(core_->how, what)),
      told_(core_->how, what, origin_) {
  const auto credential = find_credential(what);
  if (!credential) {
    fail(credential.error());
    return;
  }
  // X-Api-Key carries keys alone; a bearer token is a key when it starts like one. Whatever it is then must
  // prove itself as that: nothing is tried twice.
  const options& how = core_->how;
  const bool is_key = credential->via == http::scheme::api_key || !how.access_tokens ||
                      (how.api_keys && how.api_keys->looks_like_key(credential->text));
  if (is_key)
    start_key(credential->text);
  else
    start_token(credential->text);
}

result<http::credential> check_flow::find_credential(const request& what) const {
  if (demands_nothing(demanded_))
    return error{errc::internal_error, "the route demands nothing: name scopes or any_proven_caller"};
  if (const auto ok = check_transport(core_->how, what, told_, now_); !ok) return ok.error();
  return http::find_credential(what.headers, core_->how.headers);
}

void check_flow::start_key(std::string_view credential) {
  const options& how = core_->how;
  if (!how.api_keys) return fail(error{errc::key_malformed, "no API keys are taken here"});
  key_.emplace(how.api_keys->verify(credential, {.now = now_, .note_use = false}));
  delegate(*key_, &check_flow::end_key);
}

void check_flow::on(const keys::find& asked, result<keys::find::reply>&& answer) {
  if (core_->how.trail != nullptr) {
    told_.key = asked.id.text();
    if (answer && *answer) told_.subject = (*answer)->granted.subject.text();
  }
  delegate(*key_, asked, std::move(answer), &check_flow::end_key);
}

void check_flow::end_key(result<keys::principal> who) {
  if (!who) {
    if (!proves_possession(who.error().code())) told_.subject.clear();
    return fail(who.error());
  }
  grant granted = who->granted();
  const keys::environment env = who->key().env;
  prove(*std::move(who), std::move(granted), env);
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
  proven_ = principal(std::move(proven), std::move(granted), scopes, env, origin_);
  const subject_id& subject = proven_->granted().subject;
  if (how.trail != nullptr) {
    told_.subject = subject.text();
    told_.environment = env == keys::environment::test ? "test" : "live";
  }
  if (demanded_.environment && *demanded_.environment != env)
    return fail(error{errc::wrong_environment, "the route works on the other environment's data"});
  if (!how.networks) return admit();
  const auto* const key = proven_->key();
  networks_.emplace(
      how.networks->check({subject, key != nullptr ? key->key().id : key_id()}, proven_->client(), now_));
  delegate(*networks_, &check_flow::end_networks);
}

void check_flow::on(const allowlists::find& asked, result<allowlists::find::reply>&& answer) {
  delegate(*networks_, asked, std::move(answer), &check_flow::end_networks);
}

void check_flow::end_networks(result<void> passed) {
  if (!passed) return fail(passed.error());
  admit();
}

void check_flow::admit() {
  const auto* const key = proven_->key();
  if (demanded_.takes != credentials::either && (demanded_.takes == credentials::api_key) != (key != nullptr))
    return fail(error{errc::insufficient_scope, "the route takes the other kind of credential"});
  if (auto ok = proven_->scopes().require(demanded_.scopes); !ok) return fail(ok.error());
  if (key != nullptr) core_->how.api_keys->note_use(*key, now_);
  tell_admitted(core_->how, told_, now_);
  finish(*std::move(proven_));
}

void check_flow::fail(error why) {
  tell_refused(core_->how, told_, why.code(), now_);
  finish(why);
}

}  // namespace ekauth::inline v1::guard
