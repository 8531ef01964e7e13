// A misspelt scope in a requirement does not build; it would lock everybody out, or nobody.
#include <ekauth/scope.hpp>

constexpr ekauth::scope::registry scopes{{"events:read"}, {"events:write"}};

#ifdef EKAUTH_MUST_FAIL
constexpr auto may_read = scopes.all_of({"event:read"});
#else
constexpr auto may_read = scopes.all_of({"events:read"});
#endif
static_assert(!may_read.needs_nothing());
