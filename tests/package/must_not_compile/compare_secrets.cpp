// Secrets have no ==: an ordinary comparison tells by its time how far they agree.
#include <ekauth/secret.hpp>

bool same(const ekauth::secret& a, const ekauth::secret& b) {
#ifdef EKAUTH_MUST_FAIL
  return a == b;
#else
  return ekauth::constant_time_equal(a.expose(), b.expose());
#endif
}
