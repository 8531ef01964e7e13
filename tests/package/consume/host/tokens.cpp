// A password is checked, a token signed and verified, and a refusal put into words.
#include <ekauth/http.hpp>
#include <ekauth/jwt.hpp>
#include <ekauth/password.hpp>

int main() {
  using namespace ekauth;
  auto passwords = password::hasher::make({.passes = 1, .memory_bytes = std::size_t{8} << 20});
  if (!passwords) return 1;
  const auto hash = passwords->hash("correct horse");
  if (!hash || !passwords->verify(*hash, "correct horse")) return 2;

  const auto keys = jwt::keyset::make(jwt::key{"1", secret("0123456789abcdef0123456789ABCDEF")});
  if (!keys) return 3;
  const auto signer = jwt::signer::make(*keys, {.issuer = "https://auth.example.com", .audience = "events"});
  const auto verifier =
      jwt::verifier::make(*keys, {.issuer = "https://auth.example.com", .audiences = {"events"}});
  if (!signer || !verifier) return 4;
  const auto token = signer->sign({.subject = subject_id{"acc_1"}}, {.issued_at = now()});
  if (!token) return 5;
  const auto who = verifier->verify(token->expose(), now());
  if (!who || who->subject() != "acc_1") return 6;

  const auto late = verifier->verify(token->expose(), now() + std::chrono::hours(25));
  if (late) return 7;
  return http::to_envelope(late.error(), {.path = "/"}).status == 401 ? 0 : 8;
}
