// A flow runs on the store that can answer its requests.
#include <ekauth/keys.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

bool passes(const ekauth::keys::service& api_keys, ekauth::keys::store& keys,
            ekauth::refresh::store& sessions, ekauth::time_point now) {
#ifdef EKAUTH_MUST_FAIL
  (void)keys;
  return ekauth::run(api_keys.verify("credential", {.now = now}), sessions).has_value();
#else
  (void)sessions;
  return ekauth::run(api_keys.verify("credential", {.now = now}), keys).has_value();
#endif
}
