#include "fields.hpp"
#include "routes.hpp"

#include <ekauth/run.hpp>

namespace example {

using ekauth::errc;
using ekauth::result;
using ekauth::subject_id;
using ekauth::audit::kind;

namespace {

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

/// Storage as a refresh sees it from one place: whose session it is decides whether that place is allowed,
/// and from elsewhere a token that holds is not spent. It can still be used where it is allowed.
class fenced_sessions {
 public:
  fenced_sessions(app& shared, const exchange& x) : app_(shared), x_(x) {}

  result<ekauth::refresh::find::reply> answer(const ekauth::refresh::find& asked) {
    auto found = app_.store.answer(asked);
    if (found && *found) {
      subject_ = (*found)->row.granted.subject;
      fence_ = check_network(app_, x_, subject_);
    }
    return found;
  }
  result<bool> answer(const ekauth::refresh::advance& asked) {
    stopped_ = !fence_;
    if (stopped_) return fence_.error();
    return app_.store.answer(asked);
  }
  result<ekauth::refresh::revoke::reply> answer(const ekauth::refresh::revoke& asked) {
    return app_.store.answer(asked);
  }

  /// Whose session it was that was asked for.
  const subject_id& subject() const { return subject_; }

  /// What comes of the refresh. Only a token that holds gets to hear of networks.
  result<ekauth::refresh::issued> judge(result<ekauth::refresh::issued> session) const {
    if (!fence_ && (session || stopped_)) return fence_.error();
    return session;
  }

 private:
  app& app_;
  const exchange& x_;
  subject_id subject_;
  result<void> fence_;
  bool stopped_ = false;
};

void tell_ended(app& app, const exchange& x, kind what, const subject_id& account, std::string_view session) {
  app.trail.tell({.what = what,
                  .at = x.at(),
                  .subject = account.text(),
                  .session = session,
                  .reason = what == kind::session_ended ? "signed_out" : "signed_out_everywhere"},
                 x);
}

kind kind_of(errc refused) {
  switch (refused) {
    case errc::refresh_token_reused:
      return kind::refresh_reuse_detected;
    case errc::refresh_verifier_mismatch:
      return kind::refresh_verifier_mismatch;
    case errc::refresh_store_regression:
      return kind::refresh_store_regression;
    default:
      return kind::refresh_failed;
  }
}

kind kind_of(ekauth::refresh::issue_kind issued) {
  switch (issued) {
    case ekauth::refresh::issue_kind::replayed:
      return kind::refresh_replayed;
    case ekauth::refresh::issue_kind::coalesced:
      return kind::refresh_coalesced;
    default:
      return kind::refresh_rotated;
  }
}

}  // namespace

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
  const auto tell = [&](kind what, errc code = {}, std::string_view session = {}) {
    const std::string_view whose = *known ? std::string_view(subject.text()) : "";
    app.trail.tell({.what = what, .at = x.at(), .code = code, .subject = whose, .session = session}, x);
  };
  const auto refused = [&](const ekauth::error& why) {
    tell(kind::login_failed, why.code());
    x.refuse(why);
  };
  if (const auto ok = app.passwords.verify(*hash, password); !ok) return refused(ok.error());
  // Only who knows the password gets to hear of networks.
  if (const auto ok = check_network(app, x, subject); !ok) return refused(ok.error());

  if (app.passwords.needs_rehash(**hash)) {
    // The same password under today's cost; if it fails, the next login tries again.
    if (const auto stronger = app.passwords.hash(password); stronger) {
      const auto changed = app.people.rehash(subject, **hash, *stronger);
      if (changed && *changed) tell(kind::password_rehashed);
    }
  }
  const ekauth::refresh::new_session what{.granted = {subject, *ekauth::scope::list::parse({"full_access"})},
                                          .epoch = *epoch};
  const auto session = ekauth::run(app.sessions.login(what, x.at()), app.store);
  if (!session) return refused(session.error());
  tell(kind::login_succeeded, {}, session->session.text());
  answer_tokens(app, x, *session);
}

void refresh(app& app, exchange& x) {
  fields in(x.body);
  const std::string token = in.free_text("refreshToken");
  if (!in.accepted()) return x.refuse_fields(in.complaints());

  fenced_sessions store(app, x);
  const auto session = store.judge(ekauth::run(app.sessions.refresh(token, {.now = x.at()}), store));
  if (session) {
    app.trail.tell({.what = kind_of(session->kind),
                    .at = x.at(),
                    .subject = session->granted.subject.text(),
                    .session = session->session.text()},
                   x);
    return answer_tokens(app, x, *session);
  }
  const errc code = session.error().code();
  ekauth::audit::event what{.what = kind_of(code), .at = x.at(), .code = code};
  // Only a token that was made here may name a session; its family is its public part.
  if (ekauth::audit::is_critical(what.what) || code == errc::ip_not_allowed) {
    what.subject = store.subject().text();
    what.session = std::string_view(token).substr(3, 16);
  }
  app.trail.tell(what, x);
  x.refuse(session.error());
}

void logout(app& app, exchange& x) {
  fields in(x.body);
  const auto token = in.optional_free_text("refreshToken");
  const bool everywhere = in.flag("everywhere");
  if (!in.accepted()) return x.refuse_fields(in.complaints());

  if (token && !everywhere) {
    // Whoever holds the token may end its session, wherever they are; a token that is not ours is as good as
    // signed out.
    const auto ended = ekauth::run(app.sessions.end(*token, x.at()), app.store);
    if (!ended) return x.refuse(ended.error());
    if (*ended) {
      const ekauth::family_id session(token->substr(3, 16));
      const auto row = app.store.answer(ekauth::refresh::find{session});
      const subject_id account = row && *row ? (*row)->row.granted.subject : subject_id();
      tell_ended(app, x, kind::session_ended, account, session.text());
    }
    return x.answer_nothing();
  }
  const auto who = admit(app, x, person);
  if (!who) return;
  using ekauth::refresh::end_reason;
  const subject_id& account = who->granted().subject;
  const ekauth::family_id session = who->token()->session();
  if (everywhere) {
    const auto ended =
        ekauth::run(app.sessions.end_all(account, end_reason::signed_out_everywhere, x.at()), app.store);
    if (!ended) return x.refuse(ended.error());
  } else {
    const auto ended =
        ekauth::run(app.sessions.end(account, session, end_reason::signed_out, x.at()), app.store);
    if (!ended) return x.refuse(ended.error());
  }
  tell_ended(app, x, everywhere ? kind::sessions_ended_all : kind::session_ended, account, session.text());
  x.answer_nothing();
}

void verify(app& app, exchange& x, const caller& who) {
  const auto owner = app.people.find(who.granted().subject);
  if (!owner) return x.refuse(owner.error());
  if (!*owner) return x.refuse({errc::internal_error, "a credential of an account that is not there"});
  json body{{"valid", true}};
  if (const auto* principal = who.key()) {
    const auto& key = principal->key();
    body["key"] = {{"id", key.id.text()},
                   {"name", key.name},
                   {"scopes", key.granted.scopes.entries()},
                   {"createdAt", to_text(key.created_at)},
                   {"lastUsed", time_or_null(key.last_used)}};
  } else if (const auto* token = who.token()) {
    body["token"] = {{"session", token->session().text()},
                     {"scopes", who.granted().scopes.entries()},
                     {"expiresAt", to_text(token->expires_at())}};
  }
  body["account"] = to_json(**owner);
  x.answer(200, body);
}

}  // namespace example
