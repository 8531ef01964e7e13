// Other libraries at the same work: the token parsed, its algorithm pinned, the MAC proven, exp, nbf, iss and
// aud checked, sub and scope copied out; and the same token issued. Each as its documentation says, with what
// can be made once made before. Each in a file of its own, so that their headers never meet.
#pragma once

#include <string>

namespace peers {

inline const std::string secret = "0123456789abcdef0123456789abcdef";
inline const std::string issuer = "https://auth.example.com";
inline const std::string audience = "https://api.example.com/";
inline constexpr long lifetime = 24 * 60 * 60;

struct said {
  std::string subject, scope;
};

/// What differs from one token to the next. iat is nbf.
struct told {
  std::string subject, scope, name;
  long issued_at = 0;
};

struct peer {
  const char* name;
  const char* package;                                            // Debian's
  bool (*verify)(const std::string& token, long now, said& out);  // null: not installed
  std::string (*issue)(const told& what);
};

peer libjwt();
peer cpp_jwt();
peer cjose();
peer poco();

}  // namespace peers
