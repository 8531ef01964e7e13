// A token's header: the reader in one pass takes only what the strict parser takes and reads the same in it,
// and what is taken is what another JSON parser finds there.
#include "fuzz/fuzz.hpp"
#include "fuzz/json.hpp"
#include "jwt/flat.hpp"

using namespace ekauth;
using fuzz::must;

namespace {

struct owned {
  std::optional<std::string> algorithm, type, kid;
  friend bool operator==(const owned&, const owned&) = default;
};
owned copy(const jwt::header& said) {
  return {fuzz::own(said.algorithm), fuzz::own(said.type), fuzz::own(said.kid)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string json = fuzz::input(data, size).all();
  if (json.size() > jwt::max_json_size) return 0;
  const fuzz::padded room(json);
  jwt::header quick;
  std::optional<owned> at_once;
  if (jwt::flat::read_header(room.text(), quick)) at_once = copy(quick);
  const auto strict = jwt::read_header(json);
  if (at_once) must(strict && copy(*strict) == *at_once, "the quick reader takes what the strict one takes");
  if (!strict) return 0;

  const owned said = copy(*strict);
  const fuzz::reading elsewhere = fuzz::read_elsewhere(json);
  if (elsewhere.beyond_double) return 0;
  const fuzz::json& other = elsewhere.root;
  must(elsewhere.good && other.is_object(), "a header is an object");
  for (const char* const name : {"crit", "b64", "enc", "zip", "cty"})
    must(other.find(name) == nullptr, "a header asks for no processing that is not there");
  must(!said.algorithm || said.algorithm == other.text_of("alg"), "alg is what stands there");
  must((said.algorithm == "HS256") == other.says("alg", "HS256"), "and HS256 where that stands there");
  must(said.type == other.text_of("typ") && said.kid == other.text_of("kid"), "typ and kid too");
  must(said.type || other.find("typ") == nullptr, "a typ that is no text is refused");
  for (const std::string& name : other.names) {
    const std::string twice = fuzz::repeating(json, name);
    quick = {};
    must(!jwt::flat::read_header(fuzz::padded(twice).text(), quick) && !jwt::read_header(twice),
         "a header with a member twice is refused");
  }
  return 0;
}
