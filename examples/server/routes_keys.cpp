#include "fields.hpp"
#include "routes.hpp"

#include <ekauth/run.hpp>

namespace example {

using ekauth::key_id;
using ekauth::audit::kind;

namespace {

std::string_view word(ekauth::keys::status state) {
  switch (state) {
    case ekauth::keys::status::active:
      return "active";
    case ekauth::keys::status::disabled:
      return "disabled";
    case ekauth::keys::status::revoked:
      return "revoked";
  }
  return "unknown";
}

std::string_view word(ekauth::keys::environment which) {
  return which == ekauth::keys::environment::live ? "live" : "test";
}

json to_json(const app& app, const ekauth::keys::summary& key) {
  return {{"id", key.id.text()},
          {"name", key.name},
          {"scopes", key.granted.scopes.entries()},
          {"environment", word(key.env)},
          {"display", app.api_keys.display(key.id, key.env)},
          {"status", word(key.state)},
          {"createdAt", to_text(key.created_at)},
          {"lastUsed", time_or_null(key.last_used)},
          {"expiresAt", time_or_null(key.expires_at)},
          {"revokedAt", time_or_null(key.revoked_at)},
          {"liveSecrets", key.secrets.size()}};
}

/// The only answer that ever holds a key.
void answer_created(const app& app, exchange& x, int status, const ekauth::keys::created& made) {
  x.answer(status, {{"apiKey", made.token.expose()}, {"key", to_json(app, made.key)}});
}

void tell(app& app, const exchange& x, const caller& who, kind what, const ekauth::keys::summary& key) {
  app.trail.tell({.what = what,
                  .at = x.at(),
                  .subject = who.granted().subject.text(),
                  .key = key.id.text(),
                  .environment = word(key.env)},
                 x);
}

void answer_changed(app& app, exchange& x, const caller& who, kind what,
                    const ekauth::result<ekauth::keys::summary>& changed) {
  if (!changed) return x.refuse(changed.error());
  tell(app, x, who, what, *changed);
  x.answer(200, {{"key", to_json(app, *changed)}});
}

}  // namespace

void create_key(app& app, exchange& x, const caller& who) {
  fields in(x.body);
  const std::string title = in.text("name", 100);
  const auto wanted = in.texts("scopes", 64);
  const std::string environment = in.choice("environment", {"live", "test"});
  const auto days = in.integer("expiresInDays", 1, 3650);
  if (!in.accepted()) return x.refuse_fields(in.complaints());

  auto granted = ekauth::scope::list::parse(wanted);
  if (!granted) return x.refuse(granted.error());
  ekauth::keys::new_key what{
      .granted = {who.granted().subject, *std::move(granted)},
      .name = title,
      .env = environment == "test" ? ekauth::keys::environment::test : ekauth::keys::environment::live};
  if (days) what.expires_at = x.at() + std::chrono::hours(24 * *days);
  const auto made = ekauth::run(app.api_keys.create(std::move(what), x.at()), app.store);
  if (!made) return x.refuse(made.error());
  tell(app, x, who, kind::key_created, made->key);
  answer_created(app, x, 201, *made);
}

void list_keys(app& app, exchange& x, const caller& who) {
  json list = json::array();
  key_id after;
  for (;;) {
    const auto page = ekauth::run(app.api_keys.list(who.granted().subject, after, 100), app.store);
    if (!page) return x.refuse(page.error());
    for (const auto& each : *page) list.push_back(to_json(app, each));
    if (page->size() < 100) break;
    after = page->back().id;
  }
  x.answer(200, {{"keys", std::move(list)}});
}

void show_key(app& app, exchange& x, const caller& who) {
  const auto found = ekauth::run(app.api_keys.find(who.granted().subject, key_id(x.parameter)), app.store);
  if (!found) return x.refuse(found.error());
  x.answer(200, {{"key", to_json(app, *found)}});
}

void revoke_key(app& app, exchange& x, const caller& who) {
  answer_changed(
      app, x, who, kind::key_revoked,
      ekauth::run(app.api_keys.revoke(who.granted().subject, key_id(x.parameter), x.at()), app.store));
}

void disable_key(app& app, exchange& x, const caller& who) {
  answer_changed(
      app, x, who, kind::key_disabled,
      ekauth::run(app.api_keys.disable(who.granted().subject, key_id(x.parameter), x.at()), app.store));
}

void enable_key(app& app, exchange& x, const caller& who) {
  answer_changed(
      app, x, who, kind::key_enabled,
      ekauth::run(app.api_keys.enable(who.granted().subject, key_id(x.parameter), x.at()), app.store));
}

void roll_key(app& app, exchange& x, const caller& who) {
  fields in(x.body);
  const auto grace = in.integer("graceSeconds", 0, 90 * 86400);
  if (!in.accepted()) return x.refuse_fields(in.complaints());
  // A day by default: long enough to update what uses the key.
  const std::chrono::seconds overlap(grace.value_or(86400));
  const auto made =
      ekauth::run(app.api_keys.roll(who.granted().subject, key_id(x.parameter), overlap, x.at()), app.store);
  if (!made) return x.refuse(made.error());
  tell(app, x, who, kind::key_rolled, made->key);
  answer_created(app, x, 200, *made);
}

}  // namespace example
