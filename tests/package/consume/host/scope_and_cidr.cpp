// What needs no third party: scopes that cover, addresses that are on a list.
#include <ekauth/cidr.hpp>
#include <ekauth/scope.hpp>

int main() {
  using namespace ekauth;
  static constexpr scope::registry scopes{{"events:read"}, {"events:write"}};
  constexpr scope::requirement may_write = scopes.all_of({"events:write"});
  const auto granted = scope::list::parse({"events:read"});
  if (!granted || scopes.compile(*granted).covers(may_write)) return 1;

  const auto offices = cidr::allowlist::parse({"192.0.2.0/24", "2001:db8::7"});
  const auto inside = cidr::address::parse("192.0.2.77"), outside = cidr::address::parse("192.0.3.1");
  if (!offices || !inside || !outside) return 2;
  return offices->contains(*inside) && !offices->contains(*outside) ? 0 : 3;
}
