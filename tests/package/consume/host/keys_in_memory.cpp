// A key is created, verified, and denied once it is revoked.
#include <ekauth/keys.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/run.hpp>

int main() {
  using namespace ekauth;
  static constexpr scope::registry scopes{{"events:read"}, {"events:write"}};
  const auto api_keys = keys::service::make({}, scopes);
  const auto granted = scope::list::parse({"events:read"});
  if (!api_keys || !granted) return 1;

  memory::store store;
  const subject_id owner{"acc_1"};
  const auto made = run(api_keys->create({.granted = {owner, *granted}, .name = "host"}, now()), store);
  if (!made) return 2;
  const auto who = run(api_keys->verify(made->token.expose(), {.now = now()}), store);
  if (!who || who->granted().subject != owner) return 3;
  if (!who->scopes().covers(scopes.all_of({"events:read"}))) return 4;
  if (!run(api_keys->revoke(owner, made->key.id, now()), store)) return 5;
  return run(api_keys->verify(made->token.expose(), {.now = now()}), store) ? 6 : 0;
}
