// Two ids side by side cannot be swapped.
#include <ekauth/ids.hpp>

void revoke(const ekauth::subject_id& owner, const ekauth::key_id& key);

void end(const ekauth::subject_id& owner, const ekauth::key_id& key) {
#ifdef EKAUTH_MUST_FAIL
  revoke(key, owner);
#else
  revoke(owner, key);
#endif
}
