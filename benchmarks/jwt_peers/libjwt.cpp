// libjwt 1: the claims are the caller's to check.
#include <jwt.h>

#include <cstdlib>

#include "jwt_peers/peers.hpp"

namespace peers {

namespace {

const unsigned char* key() { return reinterpret_cast<const unsigned char*>(secret.data()); }

bool is(const char* claim, const std::string& expected) { return claim != nullptr && claim == expected; }

bool verify(const std::string& token, long now, said& out) {
  jwt_t* jwt = nullptr;
  if (jwt_decode(&jwt, token.c_str(), key(), static_cast<int>(secret.size())) != 0) return false;
  const bool good = jwt_get_alg(jwt) == JWT_ALG_HS256 && now < jwt_get_grant_int(jwt, "exp") &&
                    now >= jwt_get_grant_int(jwt, "nbf") && is(jwt_get_grant(jwt, "iss"), issuer) &&
                    is(jwt_get_grant(jwt, "aud"), audience);
  if (good) {
    out.subject = jwt_get_grant(jwt, "sub");
    out.scope = jwt_get_grant(jwt, "scope");
  }
  jwt_free(jwt);
  return good;
}

std::string issue(const told& what) {
  jwt_t* jwt = nullptr;
  if (jwt_new(&jwt) != 0) std::abort();
  jwt_set_alg(jwt, JWT_ALG_HS256, key(), static_cast<int>(secret.size()));
  jwt_add_grant(jwt, "iss", issuer.c_str());
  jwt_add_grant(jwt, "aud", audience.c_str());
  jwt_add_grant(jwt, "sub", what.subject.c_str());
  jwt_add_grant_int(jwt, "iat", what.issued_at);
  jwt_add_grant_int(jwt, "nbf", what.issued_at);
  jwt_add_grant_int(jwt, "exp", what.issued_at + lifetime);
  jwt_add_grant(jwt, "jti", what.name.c_str());
  jwt_add_grant(jwt, "scope", what.scope.c_str());
  char* const encoded = jwt_encode_str(jwt);
  std::string token = encoded;
  std::free(encoded);
  jwt_free(jwt);
  return token;
}

}  // namespace

peer libjwt() { return {"libjwt", "libjwt-dev", verify, issue}; }

}  // namespace peers
