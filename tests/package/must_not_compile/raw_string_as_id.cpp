// Text becomes an id in words, where a reader sees which kind.
#include <ekauth/ids.hpp>

#include <string>

bool is_owner(const ekauth::subject_id& who);

bool ask(const std::string& text) {
#ifdef EKAUTH_MUST_FAIL
  return is_owner(text);
#else
  return is_owner(ekauth::subject_id{text});
#endif
}
