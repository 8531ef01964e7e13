// Spends refresh tokens, and finds out that one was stolen.

#include <ekauth/memory.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include <cstdio>

using namespace ekauth;

namespace {

int fail(const error& why) {
  std::fprintf(stderr, "%s\n", why.text());
  return 1;
}

}  // namespace

int main() {
  char root[32];
  os_random().fill(root, sizeof root);  // in a server: read from where its secrets are kept
  server_keys roots;
  if (const auto ok = roots.add('1', secret(std::string_view(root, sizeof root))); !ok)
    return fail(ok.error());
  const auto sessions = refresh::service::make(roots, refresh::strict());  // browsers with tabs want web()
  if (!sessions) return fail(sessions.error());
  memory::store store;
  const auto login =
      run(sessions->login({.granted = {subject_id("acc_9i8h7g6f5e")}, .epoch = 0}, now()), store);
  if (!login) return fail(login.error());

  // [readme:refresh]
  const auto renewed = run(sessions->refresh(login->token.expose(), {.now = now()}), store);
  if (!renewed) return fail(renewed.error());  // refresh_token_expired, _revoked, …: sign in again
  // sign renewed->granted into an access token; hand out renewed->token
  // [/readme]

  // The same token a second time: two hold it, one of them a thief. The family ends, for both.
  const auto again = run(sessions->refresh(login->token.expose(), {.now = now()}), store);
  if (again || again.error().code() != errc::refresh_token_reused) return 1;
  const auto ended = run(sessions->refresh(renewed->token.expose(), {.now = now()}), store);
  if (ended || ended.error().code() != errc::refresh_token_revoked) return 1;
  std::printf("%s, then %s\n", again.error().text(), ended.error().text());

  // What is not one of our tokens is refused without asking storage.
  const auto junk = run(sessions->refresh("rt_1a2b3c4d5e6f7g8h9i0j", {.now = now()}), store);
  return !junk && junk.error().code() == errc::refresh_malformed ? 0 : 1;
}
