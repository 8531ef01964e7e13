// Logs a user in: epoch, password, session, access token, in this order.

#include <ekauth/jwt.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/password.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include <cstdio>

using namespace ekauth;

namespace {

int fail(const error& why) {
  std::fprintf(stderr, "%s\n", why.text());
  return 1;
}

secret new_secret() {  // in a server: read from where its secrets are kept
  char bytes[32];
  os_random().fill(bytes, sizeof bytes);
  return secret(std::string_view(bytes, sizeof bytes));
}

}  // namespace

int main() {
  server_keys roots;
  if (const auto ok = roots.add('1', new_secret()); !ok) return fail(ok.error());
  const auto sessions = refresh::service::make(roots);
  if (!sessions) return fail(sessions.error());
  const auto keyset = jwt::keyset::make(jwt::key{"2026-11", new_secret()});
  if (!keyset) return fail(keyset.error());
  const auto signer =
      jwt::signer::make(*keyset, {.issuer = "https://auth.example.com", .audience = "events"});
  if (!signer) return fail(signer.error());
  const auto passwords = password::hasher::make();
  if (!passwords) return fail(passwords.error());
  memory::store store;
  const auto stored_hash = passwords->hash("correct horse");  // at sign-up
  if (!stored_hash) return fail(stored_hash.error());

  // The epoch before the hash is read: a password changed in between then makes the login fail.
  const subject_id user("acc_9i8h7g6f5e");
  const auto epoch = run(sessions->epoch(user), store);
  if (!epoch) return fail(epoch.error());
  if (const auto ok = passwords->verify(*stored_hash, "correct horse"); !ok) return fail(ok.error());
  const auto session = run(sessions->login({.granted = {user}, .epoch = *epoch}, now()), store);
  if (!session) return fail(session.error());
  const auto access = signer->sign(
      session->granted,
      {.issued_at = session->issued_at, .session = session->session, .token = session->access_id});
  if (!access) return fail(access.error());
  std::printf("tokens of %zu and %zu characters\n", access->size(), session->token.size());

  const auto wrong = passwords->verify(*stored_hash, "Correct Horse");
  return session->token.size() == 66 && !wrong && wrong.error().code() == errc::invalid_credentials ? 0 : 1;
}
