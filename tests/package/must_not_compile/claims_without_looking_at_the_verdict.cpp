// Whose token it is can be asked only of the answer, once it was found to be one.
#include <ekauth/jwt.hpp>

std::string subject(const ekauth::jwt::verifier& verifier, std::string_view token, ekauth::time_point now) {
  const auto who = verifier.verify(token, now);
#ifdef EKAUTH_MUST_FAIL
  return std::string(who.subject());
#else
  return who ? std::string(who->subject()) : std::string();
#endif
}
