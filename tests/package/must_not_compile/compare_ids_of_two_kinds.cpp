// A key is never its owner, whatever their texts.
#include <ekauth/ids.hpp>

bool same(const ekauth::key_id& key, const ekauth::subject_id& owner) {
#ifdef EKAUTH_MUST_FAIL
  return key == owner;
#else
  return key.text() == owner.text();
#endif
}
