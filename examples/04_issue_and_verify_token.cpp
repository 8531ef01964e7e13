// Issues an access token and proves it again: no storage in either.

#include <ekauth/jwt.hpp>

#include <cstdio>
#include <string>

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
  const auto keyset = jwt::keyset::make(jwt::key{"2026-11", new_secret()});
  if (!keyset) return fail(keyset.error());
  const auto signer =
      jwt::signer::make(*keyset, {.issuer = "https://auth.example.com", .audience = "events"});
  if (!signer) return fail(signer.error());
  const auto verifier =
      jwt::verifier::make(*keyset, {.issuer = "https://auth.example.com", .audiences = {"events"}});
  if (!verifier) return fail(verifier.error());

  const auto scopes = scope::list::parse({"events:read", "events:write"});
  if (!scopes) return fail(scopes.error());
  const time_point issued = now();
  const auto token = signer->sign({subject_id("acc_9i8h7g6f5e"), *scopes},
                                  {.issued_at = issued, .extra = {jwt::claim::text("tier", "professional")}});
  if (!token) return fail(token.error());
  std::printf("%s\n", std::string(token->expose()).c_str());

  const auto who = verifier->verify(token->expose(), now());
  if (!who) return fail(who.error());
  const grant granted = who->granted();
  std::printf("%s may %s\n", granted.subject.text().c_str(), granted.scopes.spaced().c_str());

  // A day later the token is dead, to the second.
  const auto late = verifier->verify(token->expose(), issued + std::chrono::hours(24));
  return who->subject() == "acc_9i8h7g6f5e" && granted.scopes == *scopes &&
                 who->text("tier") == "professional" && !late && late.error().code() == errc::token_expired
             ? 0
             : 1;
}
