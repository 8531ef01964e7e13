// Secret bytes leave by expose() and by no conversion.
#include <ekauth/secret.hpp>

#include <string>

std::string response_body(const ekauth::secret& token) {
#ifdef EKAUTH_MUST_FAIL
  return std::string(token);
#else
  return std::string(token.expose());
#endif
}
