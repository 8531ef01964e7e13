// A constant temporary has a value that can be neither moved out nor kept.
#include <ekauth/result.hpp>

#include <string>

const ekauth::result<std::string> read();

std::size_t size() {
#ifdef EKAUTH_MUST_FAIL
  return (*read()).size();
#else
  const auto text = read();
  return text->size();
#endif
}
