// Decides what a credential may do, and says what it lacks.

#include <ekauth/scope.hpp>

#include <cstdio>

using namespace ekauth;

namespace {

constexpr scope::registry scopes{
    {"events:read"},
    {"events:write", scope::kind::ordinary, {"events:read"}},  // who writes may read
    {"events:delete"},
    {"payouts:send", scope::kind::explicit_only},  // never by a star or superuser
    {"full_access", scope::kind::superuser}};

// Requirements are made once, from literals: a misspelt scope does not compile.
constexpr auto may_read = scopes.all_of({"events:read"});
constexpr auto may_change = scopes.any_of({"events:write", "events:delete"});
constexpr auto may_clean = scopes.all_of({"events:read", "events:delete"});
constexpr auto may_pay = scopes.all_of({"payouts:send"});

int fail(const error& why) {
  std::fprintf(stderr, "entry %u: %s\n", why.position(), why.text());
  return 1;
}

}  // namespace

int main() {
  const auto granted = scope::list::parse({"events:write"});  // as a key or a token carries them
  if (!granted) return fail(granted.error());
  const scope::set has = scopes.compile(*granted);
  const bool writer = has.covers(may_read) && has.covers(may_change) && !has.covers(may_pay);

  const auto refused = has.require(may_clean);
  if (refused) return 1;
  const std::string lacking = scopes.missing(may_clean, has);
  std::printf("%s: needs %s as well\n", refused.error().text(), lacking.c_str());

  const auto everything = scope::list::parse({"full_access"});
  if (!everything) return fail(everything.error());
  const scope::set all = scopes.compile(*everything);
  const bool superuser = all.covers(may_clean) && !all.covers(may_pay);

  const auto typo = scope::list::parse({"events:read", "events:raed"});  // well-formed, so it parses
  if (!typo) return fail(typo.error());
  const auto unknown = scopes.check(*typo);  // but is not registered
  return writer && lacking == "events:delete" && superuser && !unknown && unknown.error().position() == 1 ? 0
                                                                                                          : 1;
}
