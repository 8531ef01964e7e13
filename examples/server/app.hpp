// Everything the handlers share, made once in main. Threads share it.
#pragma once

#include "accounts.hpp"
#include "audit.hpp"
#include "config.hpp"
#include "events.hpp"

#include <ekauth/allowlists.hpp>
#include <ekauth/guard.hpp>
#include <ekauth/jwt.hpp>
#include <ekauth/keys.hpp>
#include <ekauth/password.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/scope.hpp>
#include <ekauth/sqlite.hpp>

namespace example {

/// What can be permitted. A scope that is misspelt anywhere in this server does not compile.
inline constexpr ekauth::scope::registry scopes{
    {"events:read"},     {"events:write"},
    {"events:delete"},   {"analytics:read"},
    {"vendors:read"},    {"vendors:write"},
    {"webhooks:manage"}, {"full_access", ekauth::scope::kind::superuser}};

struct app {
  config settings;
  audit_trail& trail;
  accounts people;
  events happenings;
  ekauth::sqlite::store store;
  ekauth::keys::service api_keys;
  ekauth::refresh::service sessions;
  ekauth::jwt::signer signer;
  ekauth::allowlists::service networks;
  ekauth::password::hasher passwords;
  ekauth::guard::service gate;
};

}  // namespace example
