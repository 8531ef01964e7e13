// A session outlives the store object that kept it, and its first token works once.
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>
#include <ekauth/sqlite.hpp>

#include <cstdio>

int main() {
  using namespace ekauth;
  static constexpr char path[] = "sessions.db";
  std::remove(path);
  server_keys roots;
  if (!roots.add('1', secret("0123456789abcdef0123456789ABCDEF"))) return 1;
  const auto sessions = refresh::service::make(roots);
  if (!sessions) return 2;

  auto first = sqlite::store::open({.path = path});
  if (!first) return 3;
  const subject_id owner{"acc_1"};
  const auto login = run(sessions->login({.granted = {owner}, .epoch = 0}, now()), *first);
  if (!login) return 4;

  auto second = sqlite::store::open({.path = path});
  if (!second) return 5;
  if (!run(sessions->refresh(login->token.expose(), {.now = now()}), *second)) return 6;
  return run(sessions->refresh(login->token.expose(), {.now = now()}), *second) ? 7 : 0;
}
