// The inside of guard::service: its options, the sessions it remembers, and what its two calls share.
#pragma once

#include <ekauth/guard.hpp>

#include "core/lanes.hpp"
#include "core/remembered.hpp"

namespace ekauth::inline v1::guard {

/// A session that was found alive.
struct live_session {
  std::string subject;
  time_point seen_at;
  time_point ends_at;  // the earlier of its deadlines
};

struct core {
  explicit core(options settings)
      : how(std::move(settings)), sessions(how.session_max_age > duration(0) ? how.remembered_sessions : 0) {}
  options how;
  remembered<live_session> sessions;  // by id; synchronises itself
};

/// The client of a request; nothing without a peer.
[[nodiscard]] std::optional<cidr::client> origin_of(const options& how, const request& what);

/// The demands of every route: TLS, and no credential in the URL. Reports a key that was exposed.
/// Errors: https_required, credential_in_query.
[[nodiscard]] result<void> check_transport(const options& how, const request& what, const trace& of,
                                           time_point now);

/// Report to the trail, if there is one: a key that was exposed, a refusal, a success.
void tell_exposed(const options& how, const trace& of, audit::kind what, std::string_view credential,
                  time_point now);
void tell_refused(const options& how, const trace& of, errc why, time_point now);
void tell_admitted(const options& how, const trace& of, time_point now);

/// The credential that a query string carries, decoded; nothing where it has none.
///
/// The value of a parameter named access_token (RFC 6750 §2.3), one that starts as an API key of the host's
/// does, or what looks like such a key within a name or a value.
[[nodiscard]] std::optional<secret> credential_in_query(std::string_view query,
                                                        const std::optional<keys::service>& api_keys);

/// The path up to the first segment that starts as an API key of the host's does, and up to what looks like
/// such a key, a refresh token or an access token, escaped or not, within a segment.
[[nodiscard]] std::string_view path_to_tell(std::string_view path,
                                            const std::optional<keys::service>& api_keys);

}  // namespace ekauth::inline v1::guard
