#include "audit.hpp"
#include "fields.hpp"
#include "routes.hpp"

#include <ekauth/run.hpp>

namespace example {

using ekauth::errc;
using ekauth::subject_id;

namespace {

constexpr ekauth::http::description email_taken{.code = errc::validation_failed,
                                                .status = 409,
                                                .reason_phrase = "Conflict",
                                                .error_name = "EmailTakenException",
                                                .message = "There is an account with this email"};

json to_json(const account& who) { return {{"id", who.id.text()}, {"name", who.name}, {"tier", who.tier}}; }

/// The answer of login and refresh, in the same shape.
void answer_tokens(const app& app, exchange& x, const ekauth::refresh::issued& session) {
  const auto access = app.signer.sign(
      session.granted,
      {.issued_at = session.issued_at, .session = session.session, .token = session.access_id});
  if (!access) return x.refuse(access.error());
  // A replayed refresh answers an access token that was made earlier and ends earlier.
  using std::chrono::floor, std::chrono::seconds;
  const auto left =
      floor<seconds>(app.signer.lifetime()) - (floor<seconds>(x.at()) - floor<seconds>(session.issued_at));
  x.answer(200, {{"accessToken", access->expose()},
                 {"refreshToken", session.token.expose()},
                 {"expiresIn", left.count()},
                 {"tokenType", "Bearer"}});
}

/// Ends every session of an account whose password was changed. The note stays until that succeeded.
ekauth::result<void> end_sessions(app& app, const accounts::note& changed, ekauth::time_point now) {
  const auto ended = ekauth::run(
      app.sessions.end_all(changed.id, ekauth::refresh::end_reason::password_changed, now), app.store);
  if (!ended) return ended.error();
  return app.people.sessions_ended(changed);
}

}  // namespace

void create_account(app& app, exchange& x) {
  fields in(x.body);
  // Whether mail arrives there is for a confirmation mail to find out, not for a pattern.
  const std::string email = in.text("email", 254);
  const std::string password = in.free_text("password");
  const std::string title = in.text("name", 100);
  if (in.accepted() && password.size() < 8)
    return x.refuse_fields({"password must be at least 8 bytes long"});
  if (!in.accepted()) return x.refuse_fields(in.complaints());

  const auto hash = app.passwords.hash(password);
  if (!hash) return x.refuse(hash.error());
  const auto made = app.people.create(email, title, *hash, x.at());
  if (!made) return x.refuse(made.error());
  if (!*made) return x.refuse(email_taken);
  audit({.event = "account.created", .subject = (*made)->id}, x);
  x.answer(201, {{"account", to_json(**made)}});
}

void login(app& app, exchange& x) {
  fields in(x.body);
  const std::string email = in.free_text("email");
  const std::string password = in.free_text("password");
  if (!in.accepted()) return x.refuse_fields(in.complaints());

  const auto known = app.people.find_by_email(email);
  if (!known) return x.refuse(known.error());
  // An unknown email takes the same steps, so that time does not tell which emails have an account.
  const subject_id subject = known->value_or(subject_id("acc_0000000000"));
  // The epoch first, then the hash, then the password: a password changed at any point in between makes the
  // login fail, in whichever order the two arrive.
  const auto epoch = ekauth::run(app.sessions.epoch(subject), app.store);
  if (!epoch) return x.refuse(epoch.error());
  const auto hash = app.people.password_hash(subject);
  if (!hash) return x.refuse(hash.error());
  const auto refused = [&](const ekauth::error& why) {
    audit({.event = "login.failed", .code = name(why.code()), .subject = known->value_or(subject_id())}, x);
    x.refuse(why);
  };
  if (const auto ok = app.passwords.verify(*hash, password); !ok) return refused(ok.error());

  if (app.passwords.needs_rehash(**hash)) {
    // The same password under today's cost; if it fails, the next login tries again.
    if (const auto stronger = app.passwords.hash(password); stronger)
      if (!app.people.rehash(subject, **hash, *stronger)) audit({.event = "password.rehash_failed"}, x);
  }
  const ekauth::refresh::new_session what{.granted = {subject, *ekauth::scope::list::parse({"full_access"})},
                                          .epoch = *epoch};
  const auto session = ekauth::run(app.sessions.login(what, x.at()), app.store);
  if (!session) return refused(session.error());
  audit({.event = "login.succeeded", .subject = subject, .session = session->session}, x);
  answer_tokens(app, x, *session);
}

void refresh(app& app, exchange& x) {
  fields in(x.body);
  const std::string token = in.free_text("refreshToken");
  if (!in.accepted()) return x.refuse_fields(in.complaints());

  const auto session = ekauth::run(app.sessions.refresh(token, {.now = x.at()}), app.store);
  if (!session) {
    const errc code = session.error().code();
    const bool reuse = code == errc::refresh_token_reused;
    // Only a token whose secret was proven may name a session; its family is its public part.
    happening what{.event = reuse ? "refresh.reuse_detected" : "refresh.failed", .code = name(code)};
    if (reuse) what.session = ekauth::family_id(token.substr(3, 16));
    if (reuse)
      if (const auto row = app.store.find_session({.id = what.session}); row && *row)
        what.subject = (*row)->row.granted.subject;
    audit(what, x);
    return x.refuse(session.error());
  }
  using kind = ekauth::refresh::issue_kind;
  audit({.event = session->kind == kind::rotated    ? "refresh.rotated"
                  : session->kind == kind::replayed ? "refresh.replayed"
                                                    : "refresh.coalesced",
         .subject = session->granted.subject,
         .session = session->session},
        x);
  answer_tokens(app, x, *session);
}

void logout(app& app, exchange& x) {
  fields in(x.body);
  const auto token = in.optional_free_text("refreshToken");
  const bool everywhere = in.flag("everywhere");
  if (!in.accepted()) return x.refuse_fields(in.complaints());

  if (token && !everywhere) {
    // Whoever holds the token may end its session; a token that is not ours is as good as signed out.
    const auto ended = ekauth::run(app.sessions.end(*token, x.at()), app.store);
    if (!ended) return x.refuse(ended.error());
    if (*ended) audit({.event = "session.ended", .session = ekauth::family_id(token->substr(3, 16))}, x);
    return x.answer_nothing();
  }
  const auto who = admit(app, x, {.signed_in = true});
  if (!who) return;
  using ekauth::refresh::end_reason;
  const ekauth::family_id session = who->token()->session();
  if (everywhere) {
    const auto ended = ekauth::run(
        app.sessions.end_all(who->account(), end_reason::signed_out_everywhere, x.at()), app.store);
    if (!ended) return x.refuse(ended.error());
  } else {
    const auto ended =
        ekauth::run(app.sessions.end(who->account(), session, end_reason::signed_out, x.at()), app.store);
    if (!ended) return x.refuse(ended.error());
  }
  audit({.event = everywhere ? "session.ended_everywhere" : "session.ended",
         .subject = who->account(),
         .session = session},
        x);
  x.answer_nothing();
}

void verify(app& app, exchange& x, const caller& who) {
  const auto owner = app.people.find(who.account());
  if (!owner) return x.refuse(owner.error());
  if (!*owner) return x.refuse({errc::internal_error, "a credential of an account that is not there"});
  json body{{"valid", true}};
  if (const auto* principal = who.key()) {
    const auto& key = principal->key();
    body["key"] = {{"id", key.id.text()},
                   {"name", key.name},
                   {"scopes", key.granted.scopes.entries()},
                   {"createdAt", to_text(key.created_at)},
                   {"lastUsed", key.last_used ? json(to_text(*key.last_used)) : json()}};
  } else if (const auto* token = who.token()) {
    body["token"] = {{"session", token->session().text()},
                     {"scopes", who.granted().scopes.entries()},
                     {"expiresAt", to_text(token->expires_at())}};
  }
  body["account"] = to_json(**owner);
  x.answer(200, body);
}

void change_password(app& app, exchange& x, const caller& who) {
  fields in(x.body);
  const std::string current = in.free_text("currentPassword");
  const std::string next = in.free_text("newPassword");
  if (in.accepted() && next.size() < 8) return x.refuse_fields({"newPassword must be at least 8 bytes long"});
  if (!in.accepted()) return x.refuse_fields(in.complaints());

  const auto hash = app.people.password_hash(who.account());
  if (!hash) return x.refuse(hash.error());
  if (const auto ok = app.passwords.verify(*hash, current); !ok) {
    audit({.event = "password.change_failed", .code = name(ok.error().code()), .subject = who.account()}, x);
    return x.refuse(ok.error());
  }
  const auto fresh = app.passwords.hash(next);
  if (!fresh) return x.refuse(fresh.error());
  const auto changed = app.people.change_password(who.account(), **hash, *fresh);
  if (!changed) return x.refuse(changed.error());
  if (!*changed) return x.refuse({errc::version_conflict, "the password was changed meanwhile"});
  audit({.event = "password.changed", .subject = who.account()}, x);
  // Should this fail, the password is changed and finish_password_changes() ends the sessions soon.
  if (const auto ended = end_sessions(app, {who.account(), *fresh}, x.at()); !ended)
    return x.refuse(ended.error());
  x.answer_nothing();
}

void finish_password_changes(app& app) {
  const auto notes = app.people.sessions_to_end();
  if (!notes) return audit({.event = "maintenance.failed", .code = name(notes.error().code())});
  for (const auto& note : *notes) {
    const auto ended = end_sessions(app, note, ekauth::now());
    audit({.event = ended ? "session.ended_everywhere" : "maintenance.failed",
           .code = ended ? "" : name(ended.error().code()),
           .subject = note.id});
  }
}

}  // namespace example
