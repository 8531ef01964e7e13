// Makes an API key, shows it once, and lists what is kept of it.

#include <ekauth/keys.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/run.hpp>

#include <cstdio>
#include <string>

using namespace ekauth;

namespace {

// [readme:scopes]
constexpr scope::registry scopes{{"events:read"}, {"events:write"}, {"full_access", scope::kind::superuser}};
// [/readme]

/// In a server: made once, kept like a private key, read at start.
secret new_root() {
  char bytes[32];
  os_random().fill(bytes, sizeof bytes);
  secret root(std::string_view(bytes, sizeof bytes));
  wipe(bytes, sizeof bytes);
  return root;
}

int fail(const error& why) {
  std::fprintf(stderr, "%s\n", why.text());
  return 1;
}

}  // namespace

int main() {
  server_keys roots;
  if (const auto ok = roots.add('1', new_root()); !ok) return fail(ok.error());
  const auto api_keys = keys::service::make(roots, scopes);
  if (!api_keys) return fail(api_keys.error());
  memory::store store;
  const subject_id owner("acc_9i8h7g6f5e");

  // [readme:create_key]
  const auto granted = scope::list::parse({"events:read", "events:write"});
  if (!granted) return fail(granted.error());
  const auto made =
      run(api_keys->create({.granted = {owner, *granted}, .name = "Production Server"}, now()), store);
  if (!made) return fail(made.error());
  std::printf("%s, shown this once\n", std::string(made->token.expose()).c_str());
  // [/readme]

  const auto listed = run(api_keys->list(owner), store);
  if (!listed) return fail(listed.error());
  for (const auto& key : *listed)
    std::printf("%s is called %s\n", api_keys->display(key.id, key.env).c_str(), key.name.c_str());
  return made->token.expose().starts_with("ek_live_") && made->token.size() == 56 && listed->size() == 1 ? 0
                                                                                                         : 1;
}
