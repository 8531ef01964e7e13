// A key outlives the store object that kept it.
#include <ekauth/keys.hpp>
#include <ekauth/run.hpp>
#include <ekauth/sqlite.hpp>

#include <cstdio>

int main() {
  using namespace ekauth;
  static constexpr char path[] = "keys.db";
  static constexpr scope::registry scopes{{"events:read"}};
  std::remove(path);
  const auto api_keys = keys::service::make({}, scopes);
  if (!api_keys) return 1;
  auto first = sqlite::store::open({.path = path});
  if (!first) return 2;
  const auto made = run(api_keys->create({.granted = {subject_id("acc_1")}, .name = "host"}, now()), *first);
  if (!made) return 3;
  auto second = sqlite::store::open({.path = path});
  if (!second) return 4;
  const auto who = run(api_keys->verify(made->token.expose(), {.now = now()}), *second);
  return who && who->key().id == made->key.id ? 0 : 5;
}
