#include <map>

#include "catch.hpp"
#include "craft.hpp"
#include "jwt/jws.hpp"
#include "vectors.hpp"

using namespace craft;

namespace {

// Four labels of the file contradict the bytes beside them; see the README next to it.
const std::map<int, bool> relabelled = {{367, true}, {370, true}, {372, false}, {373, false}};

jwt::keyset::state keys_of(const vectors::value& jwk) {
  std::string bytes(jwt::base64url::decoded_size(jwk["k"].text.size()), '\0');
  REQUIRE(jwt::base64url::decode(jwk["k"].text, bytes.data()));
  const std::string& kid = jwk["kid"].text;
  jwt::keyset::state keys;
  keys.keys.push_back({kid, std::make_shared<const crypto::hmac_key>(bytes), jwt::header_naming(kid)});
  return keys;
}

// What a verifier does before it looks at claims.
bool accepts(const jwt::keyset::state& keys, std::string_view token) {
  const result<std::string_view> payload = jwt::prove(token, keys, "JWT");
  if (!payload) return false;
  std::string bytes(jwt::base64url::decoded_size(payload->size()), '\0');
  return jwt::base64url::decode(*payload, bytes.data());
}

}  // namespace

TEST_CASE("Wycheproof: every HS256 token is accepted or refused as its bytes deserve", "[jwt][rfc]") {
  const vectors::value file = vectors::load("wycheproof/json_web_signature_test.json");
  int tried = 0, relabelled_seen = 0;
  for (const auto& group : file["testGroups"].items) {
    const vectors::value* jwk = group.find("private");
    if (jwk == nullptr || (*jwk)["kty"].text != "oct") continue;
    const jwt::keyset::state keys = keys_of(*jwk);
    for (const auto& test : group["tests"].items) {
      const int id = test["tcId"].number();
      const auto corrected = relabelled.find(id);
      const bool valid = corrected != relabelled.end() ? corrected->second : test["result"].text == "valid";
      INFO("tcId " << id << ": " << test["comment"].text);
      CHECK(accepts(keys, test["jws"].text) == valid);
      relabelled_seen += corrected != relabelled.end();
      ++tried;
    }
  }
  CHECK(tried == 40);
  CHECK(relabelled_seen == 4);
}

TEST_CASE("Wycheproof: no token of another algorithm is accepted under an HMAC key", "[jwt][rfc]") {
  const vectors::value file = vectors::load("wycheproof/json_web_signature_test.json");
  int tried = 0;
  const auto verifier = our_verifier();
  for (const auto& group : file["testGroups"].items) {
    const vectors::value* jwk = group.find("private");
    if (jwk != nullptr && (*jwk)["kty"].text == "oct") continue;
    for (const auto& test : group["tests"].items) {
      INFO("tcId " << test["tcId"].text);
      CHECK_FALSE(verifier.verify(test["jws"].text, noon()));
      ++tried;
    }
  }
  CHECK(tried == 361);
}
