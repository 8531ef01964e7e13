// POCO: the signer verifies too; the claims are the caller's to check.
#include <Poco/JWT/Signer.h>
#include <Poco/JWT/Token.h>

#include "jwt_peers/peers.hpp"

namespace peers {

namespace {

const Poco::JWT::Signer& signer() {
  static const Poco::JWT::Signer made(secret);  // takes HS256 alone
  return made;
}

bool verify(const std::string& token, long now, said& out) {
  Poco::JWT::Token proven;
  if (!signer().tryVerify(token, proven)) return false;
  const auto audiences = proven.getAudience();
  if (now >= proven.getExpiration().epochTime() || now < proven.getNotBefore().epochTime() ||
      proven.getIssuer() != issuer || audiences.size() != 1 || audiences.front() != audience)
    return false;
  out.subject = proven.getSubject();
  out.scope = proven.payload().getValue<std::string>("scope");
  return true;
}

std::string issue(const told& what) {
  Poco::JWT::Token token;
  token.setType("JWT");
  token.setIssuer(issuer);
  token.setAudience(audience);
  token.setSubject(what.subject);
  token.setIssuedAt(Poco::Timestamp::fromEpochTime(what.issued_at));
  token.setNotBefore(Poco::Timestamp::fromEpochTime(what.issued_at));
  token.setExpiration(Poco::Timestamp::fromEpochTime(what.issued_at + lifetime));
  token.setId(what.name);
  token.payload().set("scope", what.scope);
  return signer().sign(token, Poco::JWT::Signer::ALGO_HS256);
}

}  // namespace

peer poco() { return {"POCO", "libpoco-dev", verify, issue}; }

}  // namespace peers
