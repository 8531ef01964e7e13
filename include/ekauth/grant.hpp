// What every credential of ekauth proves: who, and what they may do. Login is refresh issuing, and jwt signing, a grant.
#pragma once

#include <ekauth/ids.hpp>
#include <ekauth/scope.hpp>

namespace ekauth::inline v1 {

/// A subject and the scopes given to it, as texts; a scope::registry compiles them.
struct grant {
  subject_id subject;
  scope::list scopes = {};

  friend bool operator==(const grant&, const grant&) = default;
};

}  // namespace ekauth::inline v1
