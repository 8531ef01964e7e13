// Text of a request is never a literal. An unknown name in it is the client's error and ends no process.
#include <ekauth/scope.hpp>

constexpr ekauth::scope::registry scopes{{"events:read"}, {"events:write"}};

bool may(const ekauth::scope::set& has, const std::string& asked) {
#ifdef EKAUTH_MUST_FAIL
  return has.covers(scopes.any_of({asked}));
#else
  const auto listed = ekauth::scope::list::parse({asked});
  const auto what = listed ? scopes.any_listed(*listed) : listed.error();
  return what && has.covers(*what);
#endif
}
