// A misspelt scope does not build outside of constants either. It would end the process at the first request.
#include <ekauth/scope.hpp>

constexpr ekauth::scope::registry scopes{{"events:read"}, {"events:write"}};

bool may_read(const ekauth::scope::set& has) {
#ifdef EKAUTH_MUST_FAIL
  return has.covers(scopes.all_of({"event:read"}));
#else
  return has.covers(scopes.all_of({"events:read"}));
#endif
}
