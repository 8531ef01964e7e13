// A second owner of secret bytes is asked for by name, so that a search for clone finds every one.
#include <ekauth/secret.hpp>

ekauth::secret second_owner(const ekauth::secret& token) {
#ifdef EKAUTH_MUST_FAIL
  return token;
#else
  return token.clone();
#endif
}
