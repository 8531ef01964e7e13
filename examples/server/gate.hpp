// The gate: the one way to a handler. ekauth's guard decides who may pass; here its answer meets HTTP.
#pragma once

#include "app.hpp"

#include <optional>

namespace example {

/// Who passed. Made by the guard only.
using caller = ekauth::guard::principal;

/// What a route demands that has a person behind it: an access token, which only a login gives.
inline constexpr ekauth::guard::requirement person{.any_proven_caller = true,
                                                   .takes = ekauth::guard::credentials::access_token};

/// The caller, or nothing after the refusal was sent.
std::optional<caller> admit(app& app, exchange& x, const ekauth::guard::requirement& demanded);

/// For routes that take no credential: whether the request may go on. Otherwise the refusal was sent.
bool let_in(app& app, exchange& x);

/// For the same routes, once they know whose account it is: whether it may be used from where the request
/// comes. Errors: ip_not_allowed, store_unavailable.
ekauth::result<void> check_network(app& app, const exchange& x, const ekauth::subject_id& account);

}  // namespace example
