#include <algorithm>

#include "core/base62.hpp"
#include "guard/core.hpp"
#include "http/text.hpp"

namespace ekauth::inline v1::guard {

namespace {

// Shorter than any credential, and longer than a word.
constexpr std::size_t least_run = 32;

// Where in text the n-th character of what it means begins. n: less than there are.
std::size_t place_of(std::string_view text, std::size_t n) {
  std::size_t at = 0;
  for (; n > 0; --n) at += http::first_url_character(text.substr(at)).taken;
  return at;
}

// As servers decode it.
secret decoded(std::string_view text) {
  std::size_t size = 0;
  for (std::size_t at = 0; at < text.size(); ++size) at += http::first_url_character(text.substr(at)).taken;
  return secret::written(size, [&](char* out) {
    for (std::size_t at = 0; at < text.size(); ++out) {
      const http::url_character next = http::first_url_character(text.substr(at));
      *out = next.value;
      at += next.taken;
    }
  });
}

// A text as it was sent, or decoded where something in it is escaped.
struct plain_text {
  explicit plain_text(std::string_view sent)
      : held(sent.find('%') == std::string_view::npos ? secret() : decoded(sent)),
        text(held.empty() ? sent : held.expose()) {}
  secret held;
  std::string_view text;
};

bool is_digit(char c) { return base62::is_text({&c, 1}); }

// Whether a key, a refresh token or an access token ({" in base64url) begins there: with its own digits, or,
// where no word runs into it, with a run of whatever they could be. Looks no further than it must, whatever
// is sent.
bool is_credential(std::string_view text, std::size_t at, const std::optional<keys::service>& api_keys) {
  const std::string_view rest = text.substr(at);
  const bool is_key = api_keys && api_keys->looks_like_key(rest);
  if (!is_key && !rest.starts_with("rt_") && !rest.starts_with("eyJ")) return false;
  if (http::begins_credential(is_key ? rest.substr(rest.find('_')) : rest)) return true;
  if (rest.size() < least_run || (at > 0 && is_digit(text[at - 1]))) return false;
  return std::all_of(rest.begin(), rest.begin() + least_run,
                     [](char c) { return is_digit(c) || c == '_' || c == '-'; });
}

}  // namespace

std::optional<secret> credential_in_query(std::string_view query,
                                          const std::optional<keys::service>& api_keys) {
  while (!query.empty()) {
    const std::string_view parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), parameter.size() + 1));
    const auto equals = parameter.find('=');
    const plain_text name(parameter.substr(0, equals)),
        value(equals == std::string_view::npos ? parameter : parameter.substr(equals + 1));
    if (name.text == "access_token" || (api_keys && api_keys->looks_like_key(value.text)))
      return secret(value.text);
    for (const std::string_view text : {name.text, value.text})
      for (std::size_t at = 0; api_keys && at < text.size(); ++at)
        if (api_keys->looks_like_key(text.substr(at)) && is_credential(text, at, api_keys))
          return secret(text.substr(at));
  }
  return std::nullopt;
}

std::string_view path_to_tell(std::string_view path, const std::optional<keys::service>& api_keys) {
  const plain_text plain(path);
  for (std::size_t at = 0; at < plain.text.size(); ++at) {
    const bool in_segment = at > 0 && plain.text[at - 1] != '/';
    const bool is_key = !in_segment && api_keys && api_keys->looks_like_key(plain.text.substr(at));
    if (is_key || is_credential(plain.text, at, api_keys)) return path.substr(0, place_of(path, at));
  }
  return path;
}

}  // namespace ekauth::inline v1::guard
