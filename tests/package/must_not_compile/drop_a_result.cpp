// An answer that may be "denied" is looked at.
#include <ekauth/result.hpp>

ekauth::result<void> require_admin();

bool serve() {
#ifdef EKAUTH_MUST_FAIL
  require_admin();
  return true;
#else
  return require_admin().has_value();
#endif
}
