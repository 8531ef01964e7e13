// A token's claims: the reader in one pass takes only what the strict parser takes and reads the same in it,
// and what is taken is what another JSON parser finds there.
#include <cmath>

#include "fuzz/fuzz.hpp"
#include "fuzz/json.hpp"
#include "jwt/flat.hpp"

using namespace ekauth;
using fuzz::must;

namespace {

const std::vector<std::string> audiences{"events", "https://api.example"};

struct owned {
  std::optional<std::string> issuer, subject, session, token, scope;
  std::optional<time_point> expires_at, issued_at, not_before;
  jwt::claims::audience meant_for;
  friend bool operator==(const owned&, const owned&) = default;
};
owned copy(const jwt::claims& said) {
  return {fuzz::own(said.issuer), fuzz::own(said.subject), fuzz::own(said.session),
          fuzz::own(said.token),  fuzz::own(said.scope),   said.expires_at,
          said.issued_at,         said.not_before,         said.meant_for};
}

// Whether the time is the number's, to the millisecond that a double tells apart.
bool is_date(const std::optional<time_point>& read, const fuzz::json& object, const char* name) {
  const fuzz::json* const at = object.find(name);
  if (at == nullptr) return !read;
  if (!read || at->is != fuzz::json::kind::number) return false;
  const double seconds = at->number;
  if (!std::isfinite(seconds) || seconds < 0) return false;
  const double got = static_cast<double>(read->time_since_epoch().count());
  return seconds > 253402300799.0 ? *read == jwt::end_of_time : std::abs(got - seconds * 1000) <= 1;
}

jwt::claims::audience audience_of(const fuzz::json& object) {
  using kind = jwt::claims::audience;
  const fuzz::json* const at = object.find("aud");
  if (at == nullptr) return kind::absent;
  const auto is_ours = [](const fuzz::json& one) {
    return one.is == fuzz::json::kind::text && (one.text == audiences[0] || one.text == audiences[1]);
  };
  if (is_ours(*at)) return kind::ours;
  for (const fuzz::json& each : at->values)
    if (is_ours(each)) return kind::ours;
  return kind::other;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string json = fuzz::input(data, size).all();
  if (json.size() > jwt::max_json_size) return 0;
  const fuzz::padded room(json);
  std::optional<owned> at_once;
  {
    jwt::claims quick;
    if (jwt::flat::read_claims(room.text(), audiences, quick)) at_once = copy(quick);
  }
  const auto strict = jwt::read_claims(json, audiences);
  if (at_once) must(strict && copy(*strict) == *at_once, "the quick reader takes what the strict one takes");
  if (!strict) return 0;

  const owned said = copy(*strict);
  const fuzz::reading elsewhere = fuzz::read_elsewhere(json);
  if (elsewhere.beyond_double) return 0;
  const fuzz::json& other = elsewhere.root;
  must(elsewhere.good && other.is_object(), "claims are an object");
  must(said.issuer == other.text_of("iss") && said.subject == other.text_of("sub"), "iss and sub");
  must(said.token == other.text_of("jti") && said.session == other.text_of("sid"), "jti and sid");
  must(said.scope == other.text_of("scope"), "scope");
  must(is_date(said.expires_at, other, "exp"), "exp is the number that stands there");
  must(is_date(said.issued_at, other, "iat") && is_date(said.not_before, other, "nbf"), "iat and nbf too");
  must(said.meant_for == audience_of(other), "aud");
  for (std::size_t i = 0; i < other.names.size(); ++i) {
    const auto text = jwt::find_json(json, other.names[i]);
    must(text && fuzz::read_elsewhere(*text).root == other.values[i], "a claim's own text is its value");
    const std::string twice = fuzz::repeating(json, other.names[i]);
    jwt::claims quick;
    must(!jwt::flat::read_claims(fuzz::padded(twice).text(), audiences, quick) &&
             !jwt::read_claims(twice, audiences),
         "claims with one of them twice are refused");
  }
  return 0;
}
