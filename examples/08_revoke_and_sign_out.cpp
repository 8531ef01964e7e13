// Ends things: one API key, one session, every session of a user.

#include <ekauth/keys.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include <cstdio>

using namespace ekauth;

namespace {

constexpr scope::registry scopes{{"events:read"}};

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
  const auto api_keys = keys::service::make(roots, scopes);
  if (!api_keys) return fail(api_keys.error());
  const auto sessions = refresh::service::make(roots);
  if (!sessions) return fail(sessions.error());
  memory::store store;
  const subject_id user("acc_9i8h7g6f5e");

  const auto key = run(api_keys->create({.granted = {user}, .name = "Lost laptop"}, now()), store);
  if (!key) return fail(key.error());
  const auto revoked = run(api_keys->revoke(user, key->key.id, now()), store);
  if (!revoked) return fail(revoked.error());  // not_found, also when the key is another owner's
  const auto denied = run(api_keys->verify(key->token.expose(), {.now = now()}), store);

  const auto phone = run(sessions->login({.granted = {user}, .epoch = 0, .client = "phone"}, now()), store);
  if (!phone) return fail(phone.error());
  const auto signed_out = run(sessions->end(phone->token.expose(), now()), store);
  if (!signed_out) return fail(signed_out.error());

  const auto tablet = run(sessions->login({.granted = {user}, .epoch = 0, .client = "tablet"}, now()), store);
  if (!tablet) return fail(tablet.error());
  // After a password change: the new hash is stored first, and this is repeated until it succeeds.
  const auto epoch = run(sessions->end_all(user, refresh::end_reason::password_changed, now()), store);
  if (!epoch) return fail(epoch.error());
  const auto dead = run(sessions->refresh(tablet->token.expose(), {.now = now()}), store);
  if (denied || dead) return 1;
  std::printf("key: %s; session: %s\n", denied.error().text(), dead.error().text());
  return denied.error().code() == errc::api_key_revoked && *signed_out &&
                 dead.error().code() == errc::refresh_token_revoked
             ? 0
             : 1;
}
