#include "guard/core.hpp"

namespace ekauth::inline v1::guard {

namespace {

constexpr duration oldest_session = std::chrono::hours(1);

std::optional<cidr::address> address_of(const std::optional<cidr::client>& origin) {
  if (!origin) return std::nullopt;
  const auto known = origin->known();
  return known ? std::optional(*known) : std::nullopt;
}

}  // namespace

std::optional<cidr::address> principal::client() const { return address_of(origin_); }
std::optional<cidr::address> visitor::client() const { return address_of(origin_); }

std::optional<cidr::client> origin_of(const options& how, const request& what) {
  if (!what.peer) return std::nullopt;
  return cidr::client_of(*what.peer, how.forwarded_by, what.forwarded_for, how.trusted_proxies);
}

result<void> check_transport(const options& how, const request& what, const trace& of, time_point now) {
  if (!what.secure && !how.allow_plain_http) {
    if (const auto exposed = http::find_credential(what.headers, how.headers))
      tell_exposed(how, of, audit::kind::key_exposed_plaintext, exposed->text, now);
    return error{errc::https_required, "the request did not come over TLS"};
  }
  if (const auto exposed = credential_in_query(what.query, how.api_keys)) {
    // expose: a key that is ours is reported by its id.
    tell_exposed(how, of, audit::kind::key_exposed_in_url, exposed->expose(), now);
    return error{errc::credential_in_query, "a credential in the URL"};
  }
  return {};
}

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

result<visitor> service::open(const request& what, time_point now) const {
  const options& how = shares_->inside.how;
  const auto origin = origin_of(how, what);
  const trace told(how, what, origin);
  if (const auto ok = check_transport(how, what, told, now); !ok) {
    tell_refused(how, told, ok.error().code(), now);
    return ok.error();
  }
  tell_admitted(how, told, now);
  return visitor(origin);
}

}  // namespace ekauth::inline v1::guard
