// Only a guard's check can say who was admitted.
#include <ekauth/guard.hpp>

ekauth::grant who(const ekauth::guard::principal& admitted, const ekauth::jwt::verified& token) {
#ifdef EKAUTH_MUST_FAIL
  const ekauth::guard::principal made(token, token.granted(), {}, ekauth::keys::environment::live);
  return made.granted();
#else
  (void)token;
  return admitted.granted();
#endif
}
