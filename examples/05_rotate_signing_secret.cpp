// Replaces the secret that signs access tokens without refusing a token that is still alive.

#include <ekauth/jwt.hpp>

#include <cstdio>

using namespace ekauth;

namespace {

int fail(const error& why) {
  std::fprintf(stderr, "%s\n", why.text());
  return 1;
}

secret new_secret() {
  char bytes[32];
  os_random().fill(bytes, sizeof bytes);
  return secret(std::string_view(bytes, sizeof bytes));
}

result<secret> sign(const jwt::keyset& keys) {
  const auto signer = jwt::signer::make(keys, {.issuer = "https://auth.example.com", .audience = "events"});
  if (!signer) return signer.error();
  return signer->sign({subject_id("acc_9i8h7g6f5e")}, {.issued_at = now()});
}

bool accepts(const jwt::keyset& keys, const secret& token) {
  const auto verifier =
      jwt::verifier::make(keys, {.issuer = "https://auth.example.com", .audiences = {"events"}});
  return verifier && verifier->verify(token.expose(), now());
}

}  // namespace

int main() {
  const auto before = jwt::keyset::make(jwt::key{"2026-10", new_secret()});
  if (!before) return fail(before.error());
  const auto old_token = sign(*before);
  if (!old_token) return fail(old_token.error());

  // The new key signs; one older key still verifies. A keyset is a value: requests in flight keep theirs.
  const auto during = before->rotate({"2026-11", new_secret()}, 1);
  if (!during) return fail(during.error());
  const auto new_token = sign(*during);
  if (!new_token) return fail(new_token.error());
  std::printf("%s signs, %zu keys verify\n", std::string(during->signing_kid()).c_str(), during->size());
  const bool overlap = accepts(*during, *old_token) && accepts(*during, *new_token);

  // Once every token of the old key has expired (24 hours), it goes; or at once, when it has leaked.
  const auto after = during->rotate({"2026-12", new_secret()}, 0);
  if (!after) return fail(after.error());
  return overlap && !accepts(*before, *new_token) && !accepts(*after, *old_token) ? 0 : 1;
}
