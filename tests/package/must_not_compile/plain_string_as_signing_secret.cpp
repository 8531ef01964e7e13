// What signs tokens is kept as a secret from the first moment.
#include <ekauth/jwt.hpp>

ekauth::result<ekauth::jwt::keyset> keys(const std::string& bytes) {
#ifdef EKAUTH_MUST_FAIL
  return ekauth::jwt::keyset::make(ekauth::jwt::key{"2026-11", bytes});
#else
  return ekauth::jwt::keyset::make(ekauth::jwt::key{"2026-11", ekauth::secret(bytes)});
#endif
}
