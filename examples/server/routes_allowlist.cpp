#include "fields.hpp"
#include "routes.hpp"

#include <ekauth/run.hpp>

namespace example {

using ekauth::errc;
using ekauth::error;
using ekauth::result;
using ekauth::allowlists::holder;
using ekauth::allowlists::list;
using ekauth::audit::kind;

namespace {

/// Whose list the path means: the caller's, or that of a key, which must be the caller's.
result<holder> holder_of(app& app, const exchange& x, const caller& who) {
  const ekauth::subject_id& account = who.granted().subject;
  if (x.parameter.empty()) return holder{account};
  const auto key = ekauth::run(app.api_keys.find(account, ekauth::key_id(x.parameter)), app.store);
  if (!key) return key.error();
  return holder{account, key->id};
}

/// Who must not be locked out: whoever asks, unless they confirmed it. A key's list locks out nobody who is
/// signed in. Errors: allowlist_excludes_caller, for an unknown address is on no list.
result<std::optional<ekauth::cidr::address>> caller_to_keep(const exchange& x, const holder& of,
                                                            bool confirmed) {
  if (confirmed || !of.key.empty()) return std::optional<ekauth::cidr::address>();
  const auto known = x.address();
  if (!known) return error{errc::allowlist_excludes_caller, "the caller's address is not known"};
  return known;
}

json to_json(const list& what) {
  json entries = json::array(), warnings = json::array();
  for (const auto& each : what.entries)
    entries.push_back({{"id", each.id},
                       {"networks", each.networks.to_string()},
                       {"label", each.label},
                       {"expiresAt", time_or_null(each.expires_at)}});
  if (what.covers_all_ipv4) warnings.push_back("The entries let every IPv4 address in");
  if (what.covers_all_ipv6) warnings.push_back("The entries let every IPv6 address in");
  return {{"enabled", what.enabled},
          {"entries", std::move(entries)},
          {"version", what.version},
          {"changedAt", time_or_null(what.changed_at)},
          {"warnings", std::move(warnings)}};
}

std::string_view word(const std::optional<ekauth::cidr::client>& who) {
  using outcome = ekauth::cidr::client::outcome;
  if (!who) return "no_address";
  switch (who->how()) {
    case outcome::ok:
      return "ok";
    case outcome::all_trusted:
      return "all_trusted";
    case outcome::malformed:
      return "malformed";
    case outcome::too_long:
      return "too_long";
  }
  return "unknown";
}

/// For the trail: "on, entries: 3".
std::string in_short(const list& what) {
  return (what.enabled ? "on, entries: " : "off, entries: ") + std::to_string(what.entries.size());
}

void answer_switched(app& app, exchange& x, const holder& of, kind what, const result<list>& changed) {
  if (!changed) return x.refuse(changed.error());
  app.trail.tell({.what = what, .at = x.at(), .subject = of.account.text(), .key = of.key.text()}, x);
  x.answer(200, {{"allowlist", to_json(*changed)}});
}

}  // namespace

void show_allowlist(app& app, exchange& x, const caller& who) {
  const auto of = holder_of(app, x, who);
  if (!of) return x.refuse(of.error());
  const auto found = ekauth::run(app.networks.find(*of, x.at()), app.store);
  if (!found) return x.refuse(found.error());
  x.answer(200, {{"allowlist", to_json(*found)}});
}

void replace_allowlist(app& app, exchange& x, const caller& who) {
  fields in(x.body);
  in.require("enabled");
  in.require("version");
  ekauth::allowlists::edit edit;
  edit.enabled = in.flag("enabled");
  edit.expected = static_cast<std::uint64_t>(in.integer("version", 0, INT64_MAX).value_or(0));
  const bool confirmed = in.flag("confirm");
  for (fields& each : in.objects("entries"))
    edit.entries.push_back({.networks = each.free_text("networks"),
                            .label = each.optional_free_text("label").value_or(""),
                            .expires_at = each.time("expiresAt"),
                            .id = each.optional_free_text("id").value_or("")});
  if (!in.accepted()) return x.refuse_fields(in.complaints());

  const auto of = holder_of(app, x, who);
  if (!of) return x.refuse(of.error());
  const auto keep = caller_to_keep(x, *of, confirmed || !edit.enabled);
  if (!keep) return x.refuse(keep.error());
  edit.caller = *keep;
  const auto before = ekauth::run(app.networks.find(*of, x.at()), app.store);
  if (!before) return x.refuse(before.error());
  const auto saved = ekauth::run(app.networks.save(*of, std::move(edit), x.at()), app.store);
  if (!saved) return x.refuse(saved.error());
  app.trail.tell({.what = kind::allowlist_changed,
                  .at = x.at(),
                  .subject = of->account.text(),
                  .key = of->key.text(),
                  .before = in_short(*before),
                  .after = in_short(*saved)},
                 x);
  x.answer(200, {{"allowlist", to_json(*saved)}});
}

void enable_allowlist(app& app, exchange& x, const caller& who) {
  fields in(x.body);
  const bool confirmed = in.flag("confirm");
  if (!in.accepted()) return x.refuse_fields(in.complaints());
  const auto of = holder_of(app, x, who);
  if (!of) return x.refuse(of.error());
  const auto keep = caller_to_keep(x, *of, confirmed);
  if (!keep) return x.refuse(keep.error());
  answer_switched(app, x, *of, kind::allowlist_enabled,
                  ekauth::run(app.networks.enable(*of, *keep, x.at()), app.store));
}

void disable_allowlist(app& app, exchange& x, const caller& who) {
  const auto of = holder_of(app, x, who);
  if (!of) return x.refuse(of.error());
  answer_switched(app, x, *of, kind::allowlist_disabled,
                  ekauth::run(app.networks.disable(*of, x.at()), app.store));
}

void show_client(app& app, exchange& x, const caller&) {
  const auto known = x.address();
  const bool forwarded = x.client() && x.client()->hops() > 0;
  const bool by_rfc_7239 = app.settings.forwarded_by == ekauth::cidr::forwarding::forwarded;
  x.answer(200, {{"address", known ? json(known->to_string()) : json()},
                 {"foundIn", forwarded ? (by_rfc_7239 ? "Forwarded" : "X-Forwarded-For") : "connection"},
                 {"hops", x.client() ? x.client()->hops() : 0},
                 {"outcome", word(x.client())}});
}

}  // namespace example
