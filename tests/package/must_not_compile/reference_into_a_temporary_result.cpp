// The value of a temporary result is moved out, and no reference can bind to it.
#include <ekauth/result.hpp>

#include <string>

ekauth::result<std::string> read();

std::size_t size() {
#ifdef EKAUTH_MUST_FAIL
  auto& text = *read();
#else
  auto text = *read();
#endif
  return text.size();
}
