// A registry of constants is checked while it compiles.
#include <ekauth/scope.hpp>

#ifdef EKAUTH_MUST_FAIL
constexpr ekauth::scope::registry scopes{{"events read"}};
#else
constexpr ekauth::scope::registry scopes{{"events:read"}};
#endif
static_assert(!scopes.all_of({"events:read"}).needs_nothing());
