// A token is signed and verified, and denied once it is old.
#include <ekauth/jwt.hpp>

int main() {
  using namespace ekauth;
  const auto keys = jwt::keyset::make(jwt::key{"1", secret("0123456789abcdef0123456789ABCDEF")});
  if (!keys) return 1;
  const auto signer = jwt::signer::make(*keys, {.issuer = "https://auth.example.com", .audience = "events"});
  const auto verifier =
      jwt::verifier::make(*keys, {.issuer = "https://auth.example.com", .audiences = {"events"}});
  if (!signer || !verifier) return 2;
  const auto token = signer->sign({.subject = subject_id{"acc_1"}}, {.issued_at = now()});
  if (!token) return 3;
  const auto who = verifier->verify(token->expose(), now());
  if (!who || who->subject() != "acc_1") return 4;
  return verifier->verify(token->expose(), now() + std::chrono::hours(25)) ? 5 : 0;
}
