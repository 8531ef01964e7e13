// Only verify can say whom a key speaks for.
#include <ekauth/keys.hpp>
#include <ekauth/run.hpp>

ekauth::result<ekauth::keys::principal> who(const ekauth::keys::service& api_keys, ekauth::keys::store& store,
                                            const ekauth::keys::record& row, ekauth::time_point now) {
#ifdef EKAUTH_MUST_FAIL
  return ekauth::keys::principal(row, ekauth::scope::set{}, 1);
#else
  (void)row;
  return ekauth::run(api_keys.verify("credential", {.now = now}), store);
#endif
}
