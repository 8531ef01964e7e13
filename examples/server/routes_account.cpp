#include "fields.hpp"
#include "routes.hpp"

#include <ekauth/run.hpp>

namespace example {

using ekauth::errc;
using ekauth::subject_id;
using ekauth::audit::kind;
using ekauth::refresh::end_reason;

namespace {

constexpr ekauth::http::description email_taken{.code = errc::validation_failed,
                                                .status = 409,
                                                .reason_phrase = "Conflict",
                                                .error_name = "EmailTakenException",
                                                .message = "There is an account with this email"};

/// Ends every session of an account whose password was changed. The note stays until that succeeded.
ekauth::result<void> end_sessions(app& app, const accounts::note& changed, ekauth::time_point now) {
  const auto ended =
      ekauth::run(app.sessions.end_all(changed.id, end_reason::password_changed, now), app.store);
  if (!ended) return ended.error();
  app.trail.tell({.what = kind::sessions_ended_all,
                  .at = now,
                  .subject = changed.id.text(),
                  .reason = name(end_reason::password_changed)});
  return app.people.sessions_ended(changed);
}

}  // namespace

json to_json(const account& who) { return {{"id", who.id.text()}, {"name", who.name}, {"tier", who.tier}}; }

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
  app.trail.tell({.what = kind::account_created, .at = x.at(), .subject = (*made)->id.text()}, x);
  x.answer(201, {{"account", to_json(**made)}});
}

void change_password(app& app, exchange& x, const caller& who) {
  fields in(x.body);
  const std::string current = in.free_text("currentPassword");
  const std::string next = in.free_text("newPassword");
  if (in.accepted() && next.size() < 8) return x.refuse_fields({"newPassword must be at least 8 bytes long"});
  if (!in.accepted()) return x.refuse_fields(in.complaints());

  const subject_id& account = who.granted().subject;
  const auto hash = app.people.password_hash(account);
  if (!hash) return x.refuse(hash.error());
  if (const auto ok = app.passwords.verify(*hash, current); !ok) {
    app.trail.tell({.what = kind::password_change_failed,
                    .at = x.at(),
                    .code = ok.error().code(),
                    .subject = account.text()},
                   x);
    return x.refuse(ok.error());
  }
  const auto fresh = app.passwords.hash(next);
  if (!fresh) return x.refuse(fresh.error());
  const auto changed = app.people.change_password(account, **hash, *fresh);
  if (!changed) return x.refuse(changed.error());
  if (!*changed) return x.refuse({errc::version_conflict, "the password was changed meanwhile"});
  app.trail.tell({.what = kind::password_changed, .at = x.at(), .subject = account.text()}, x);
  // Should this fail, the password is changed and finish_password_changes() ends the sessions soon.
  if (const auto ended = end_sessions(app, {account, *fresh}, x.at()); !ended) return x.refuse(ended.error());
  x.answer_nothing();
}

void finish_password_changes(app& app) {
  const auto trouble = [&](const ekauth::error& why) {
    app.trail.tell({.what = kind::maintenance_failed,
                    .at = ekauth::now(),
                    .code = why.code(),
                    .reason = "end sessions after a password change"});
  };
  const auto notes = app.people.sessions_to_end();
  if (!notes) return trouble(notes.error());
  for (const auto& note : *notes)
    if (const auto ended = end_sessions(app, note, ekauth::now()); !ended) trouble(ended.error());
}

void show_audit(app& app, exchange& x, const caller& who) {
  json list = json::array();
  for (const auto& line : app.trail.newest(who.granted().subject)) list.push_back(json::parse(line));
  x.answer(200, {{"events", std::move(list)}});
}

}  // namespace example
