// Only a guard's open can say that a request may go on.
#include <ekauth/guard.hpp>

ekauth::result<ekauth::guard::visitor> let_in(const ekauth::guard::service& gate,
                                              const ekauth::guard::request& what, ekauth::time_point now) {
#ifdef EKAUTH_MUST_FAIL
  (void)gate, (void)what, (void)now;
  return ekauth::guard::visitor(std::nullopt);
#else
  return gate.open(what, now);
#endif
}
