// cjose: the envelope only; the payload is read and written with Jansson.
#include <cjose/cjose.h>
#include <jansson.h>

#include <cstdlib>

#include "jwt_peers/peers.hpp"

namespace peers {

namespace {

const cjose_jwk_t* key() {
  cjose_err why;
  static const cjose_jwk_t* const made =
      cjose_jwk_create_oct_spec(reinterpret_cast<const uint8_t*>(secret.data()), secret.size(), &why);
  return made;
}

const char* text(const json_t* claims, const char* name) {
  return json_string_value(json_object_get(claims, name));
}
long number(const json_t* claims, const char* name) {
  return static_cast<long>(json_integer_value(json_object_get(claims, name)));
}
bool is(const char* claim, const std::string& expected) { return claim != nullptr && claim == expected; }

bool read(const char* bytes, std::size_t size, long now, said& out) {
  json_t* const claims = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, nullptr);
  if (claims == nullptr) return false;
  const bool good = now < number(claims, "exp") && now >= number(claims, "nbf") &&
                    is(text(claims, "iss"), issuer) && is(text(claims, "aud"), audience);
  if (good) {
    out.subject = text(claims, "sub");
    out.scope = text(claims, "scope");
  }
  json_decref(claims);
  return good;
}

bool verify(const std::string& token, long now, said& out) {
  cjose_err why;
  cjose_jws_t* const jws = cjose_jws_import(token.data(), token.size(), &why);
  if (jws == nullptr) return false;
  uint8_t* bytes = nullptr;
  std::size_t size = 0;
  const bool good =
      is(cjose_header_get(cjose_jws_get_protected(jws), CJOSE_HDR_ALG, &why), CJOSE_HDR_ALG_HS256) &&
      cjose_jws_verify(jws, key(), &why) && cjose_jws_get_plaintext(jws, &bytes, &size, &why) &&
      read(reinterpret_cast<const char*>(bytes), size, now, out);
  cjose_jws_release(jws);
  return good;
}

cjose_header_t* header() {
  cjose_err why;
  static cjose_header_t* const made = [&why] {
    cjose_header_t* const fresh = cjose_header_new(&why);
    cjose_header_set(fresh, CJOSE_HDR_ALG, CJOSE_HDR_ALG_HS256, &why);
    cjose_header_set(fresh, "typ", "JWT", &why);
    return fresh;
  }();
  return made;
}

std::string issue(const told& what) {
  cjose_err why;
  json_t* const claims = json_pack(
      "{s:s,s:s,s:s,s:I,s:I,s:I,s:s,s:s}", "iss", issuer.c_str(), "aud", audience.c_str(), "sub",
      what.subject.c_str(), "iat", static_cast<json_int_t>(what.issued_at), "nbf",
      static_cast<json_int_t>(what.issued_at), "exp", static_cast<json_int_t>(what.issued_at + lifetime),
      "jti", what.name.c_str(), "scope", what.scope.c_str());
  char* const json = json_dumps(claims, JSON_COMPACT);
  json_decref(claims);
  cjose_jws_t* const jws = cjose_jws_sign(key(), header(), reinterpret_cast<const uint8_t*>(json),
                                          std::char_traits<char>::length(json), &why);
  free(json);
  const char* encoded = nullptr;
  if (jws == nullptr || !cjose_jws_export(jws, &encoded, &why)) std::abort();
  std::string token = encoded;
  cjose_jws_release(jws);
  return token;
}

}  // namespace

peer cjose() { return {"cjose", "libcjose-dev", verify, issue}; }

}  // namespace peers
