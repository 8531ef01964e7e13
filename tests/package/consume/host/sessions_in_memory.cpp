// A session's first token works once, and none works after the sign-out.
#include <ekauth/memory.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

int main() {
  using namespace ekauth;
  server_keys roots;
  if (!roots.add('1', secret("0123456789abcdef0123456789ABCDEF"))) return 1;
  const auto sessions = refresh::service::make(roots);
  if (!sessions) return 2;

  memory::store store;
  const auto login = run(sessions->login({.granted = {subject_id{"acc_1"}}, .epoch = 0}, now()), store);
  if (!login) return 3;
  const auto next = run(sessions->refresh(login->token.expose(), {.now = now()}), store);
  if (!next) return 4;
  if (run(sessions->refresh(login->token.expose(), {.now = now()}), store)) return 5;
  return run(sessions->refresh(next->token.expose(), {.now = now()}), store) ? 6 : 0;
}
