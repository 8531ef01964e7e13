#include "guard/core.hpp"

namespace ekauth::inline v1::guard {

namespace {

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

void tell(audit::sink& trail, const trace& of, audit::kind what, errc code, std::string_view key,
          time_point now) {
  trail.write({.what = what,
               .at = now,
               .code = code,
               .subject = of.subject,
               .key = key,
               .session = of.session,
               .client = of.client,
               .request_id = of.request_id,
               .path = of.path,
               .environment = of.environment});
}

}  // namespace

trace::trace(const options& how, const request& what, const std::optional<cidr::client>& origin) {
  if (how.trail == nullptr) return;
  request_id = what.request_id;
  path = path_to_tell(what.path, how.api_keys);
  if (origin) client = origin->last_hop();
}

void tell_exposed(const options& how, const trace& of, audit::kind what, std::string_view credential,
                  time_point now) {
  if (how.trail == nullptr || !how.api_keys) return;
  if (const auto key = how.api_keys->parse(credential))
    tell(*how.trail, of, what, errc{}, key->id.text(), now);
}

void tell_refused(const options& how, const trace& of, errc why, time_point now) {
  if (how.trail != nullptr) tell(*how.trail, of, kind_of(why), why, of.key, now);
}

void tell_admitted(const options& how, const trace& of, time_point now) {
  if (how.trail != nullptr && how.tell_successes)
    tell(*how.trail, of, audit::kind::auth_succeeded, errc{}, of.key, now);
}

}  // namespace ekauth::inline v1::guard
