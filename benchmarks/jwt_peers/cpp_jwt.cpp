// cpp-jwt: checks exp and nbf by the system's clock, and iss and aud when they are given.
#include <jwt/jwt.hpp>

#include "jwt_peers/peers.hpp"

namespace peers {

namespace {

namespace params = jwt::params;

bool verify(const std::string& token, long, said& out) {
  std::error_code failed;
  const auto object = jwt::decode(token, params::algorithms({"HS256"}), failed, params::secret(secret),
                                  params::verify(true), params::issuer(issuer), params::aud(audience));
  if (failed) return false;
  out.subject = object.payload().get_claim_value<std::string>("sub");
  out.scope = object.payload().get_claim_value<std::string>("scope");
  return true;
}

std::string issue(const told& what) {
  jwt::jwt_object object(params::algorithm("HS256"), params::secret(secret));
  object.add_claim("iss", issuer)
      .add_claim("aud", audience)
      .add_claim("sub", what.subject)
      .add_claim("iat", what.issued_at)
      .add_claim("nbf", what.issued_at)
      .add_claim("exp", what.issued_at + lifetime)
      .add_claim("jti", what.name)
      .add_claim("scope", what.scope);
  return object.signature();
}

}  // namespace

peer cpp_jwt() { return {"cpp-jwt", "libcpp-jwt-dev", verify, issue}; }

}  // namespace peers
