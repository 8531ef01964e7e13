// Judges tokens by libjwt 1.x: its signature, its JSON, and its getters for the claims, which it leaves to
// the caller.
#include <jansson.h>
#include <jwt.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "peers/judges/lines.hpp"

namespace {

bool is(const char* text, const char* wanted) { return text != nullptr && std::strcmp(text, wanted) == 0; }

bool audience_has_us(jwt_t* token) {
  if (is(jwt_get_grant(token, "aud"), "events")) return true;
  char* const text = jwt_get_grants_json(token, "aud");
  json_t* const list = text == nullptr ? nullptr : json_loads(text, JSON_DECODE_ANY, nullptr);
  bool found = false;
  for (std::size_t i = 0; i < json_array_size(list); ++i)
    found |= is(json_string_value(json_array_get(list, i)), "events");
  json_decref(list);
  std::free(text);
  return found;
}

// A time claim; absent ones are 0 and ENOENT. What is of another type reads as 0 without an error, so this
// cannot tell.
bool read_time(jwt_t* token, const char* name, long& out) {
  errno = 0;
  out = jwt_get_grant_int(token, name);
  return errno == 0 || errno == ENOENT;
}

std::string judge_claims(jwt_t* token) {
  if (jwt_get_alg(token) != JWT_ALG_HS256) return "alg";
  long expiry = 0, from = 0, issued = 0;
  if (!read_time(token, "exp", expiry) || lines::now >= expiry) return "exp";
  if (!read_time(token, "nbf", from) || lines::now < from) return "nbf";
  if (!read_time(token, "iat", issued)) return "iat";
  if (jwt_get_grant(token, "sub") == nullptr) return "sub";
  if (!is(jwt_get_grant(token, "iss"), "https://auth.example")) return "iss";
  return audience_has_us(token) ? "" : "aud";
}

std::string judge(const std::string& token) {
  jwt_t* read = nullptr;
  const auto* const key = reinterpret_cast<const unsigned char*>(lines::secret.data());
  const int failed = jwt_decode(&read, token.c_str(), key, static_cast<int>(lines::secret.size()));
  if (failed != 0) return std::strerror(failed);
  const std::string why = judge_claims(read);
  jwt_free(read);
  return why;
}

}  // namespace

int main() { return lines::answer(judge); }
