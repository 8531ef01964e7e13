// Authorization and X-Api-Key: a credential is found where a plain reading of the grammar finds it, and only
// one.
#include <ekauth/http.hpp>

#include "fuzz/fuzz.hpp"

using namespace ekauth;
using fuzz::must;

namespace {

// 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
bool is_token(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.empty()) return false;
  for (const char c : text)
    if (!fuzz::is_alnum(c) && !fuzz::is_one_of(c, "-._~+/")) return false;
  return true;
}

bool is_bearer(std::string_view text) {
  if (text.size() < 7 || text[6] != ' ') return false;
  for (std::size_t i = 0; i < 6; ++i)
    if (text[i] != "bearer"[i] && text[i] != "BEARER"[i]) return false;
  return is_token(text.substr(7));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  const std::uint8_t how = in.byte();
  const std::string value = in.all();
  const bool short_enough = value.size() <= http::max_header;

  const auto authorized = http::find_credential({.authorization = value});
  must(authorized.has_value() == (short_enough && is_bearer(value)),
       "Authorization is taken where its grammar matches");
  if (authorized) {
    must(authorized->via == http::scheme::bearer, "by its scheme");
    must(authorized->text == std::string_view(value).substr(7), "and the token is what follows the space");
  }
  must(http::bearer(value).has_value() == authorized.has_value(), "both readers agree");
  const auto key = http::find_credential({.x_api_key = value});
  must(key.has_value() == (short_enough && is_token(value)), "X-Api-Key is taken where its grammar matches");
  if (key) must(key->text == value && key->via == http::scheme::api_key, "as a whole");

  const http::accepted accepts{(how & 1) != 0, (how & 2) != 0};
  must(http::find_credential({.authorization = value, .x_api_key = value}, accepts).error().code() ==
           errc::ambiguous_credentials,
       "two headers are no credential");
  must(!http::find_credential({.authorization = value, .repeated = true}, accepts),
       "nor is one that came twice");
  if (!accepts.bearer)
    must(!http::find_credential({.authorization = value}, accepts), "what is not accepted is not read");
  if (!accepts.x_api_key) must(!http::find_credential({.x_api_key = value}, accepts), "in neither header");
  return 0;
}
