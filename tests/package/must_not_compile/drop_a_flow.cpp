// A flow that nobody runs does nothing: revoking would look done, and would not be.
#include <ekauth/keys.hpp>
#include <ekauth/run.hpp>

bool revoke(const ekauth::keys::service& api_keys, ekauth::keys::store& store, ekauth::subject_id owner,
            ekauth::key_id key, ekauth::time_point now) {
#ifdef EKAUTH_MUST_FAIL
  api_keys.revoke(owner, key, now);
  return bool(&store);
#else
  return ekauth::run(api_keys.revoke(owner, key, now), store).has_value();
#endif
}
