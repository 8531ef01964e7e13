// A secret does not end up in a log by accident.
#include <ekauth/secret.hpp>

#include <ostream>

void log(std::ostream& out, const ekauth::secret& token) {
#ifdef EKAUTH_MUST_FAIL
  out << token;
#else
  out << token.size();
#endif
}
