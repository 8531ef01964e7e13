// Only a verifier makes claims that count as verified.
#include <ekauth/jwt.hpp>

ekauth::result<ekauth::jwt::verified> claims(const ekauth::jwt::verifier& verifier, std::string_view token,
                                             ekauth::time_point now) {
#ifdef EKAUTH_MUST_FAIL
  return ekauth::jwt::verified();
#else
  return verifier.verify(token, now);
#endif
}
