#include <algorithm>

#include "guard/core.hpp"

namespace ekauth::inline v1::guard {

namespace {

constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view key_characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
constexpr std::string_view token_characters =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-.";
// Shorter than any that is whole, and longer than a word.
constexpr std::size_t least_run = 32;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_escape(std::string_view text, std::size_t at) {
  return text[at] == '%' && at + 2 < text.size() && hex_value(text[at + 1]) >= 0 &&
         hex_value(text[at + 2]) >= 0;
}

// Where in text the n-th character of what it means begins, or its end.
std::size_t place_of(std::string_view text, std::size_t n) {
  std::size_t at = 0;
  for (; n > 0 && at < text.size(); --n) at += is_escape(text, at) ? 3 : 1;
  return std::min(at, text.size());
}

// As servers decode it; what is no escape stays as it is.
secret decoded(std::string_view text) {
  std::size_t size = 0;
  for (std::size_t at = 0; at < text.size(); ++size) at += is_escape(text, at) ? 3 : 1;
  return secret::written(size, [&](char* out) {
    for (std::size_t at = 0; at < text.size(); ++out) {
      const bool escape = is_escape(text, at);
      *out = escape ? static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2])) : text[at];
      at += escape ? 3 : 1;
    }
  });
}

std::size_t run_of(std::string_view text, std::string_view characters) {
  return std::min(text.find_first_not_of(characters), text.size());
}

bool starts_key(std::string_view text, const std::optional<keys::service>& api_keys) {
  return api_keys && api_keys->looks_like_key(text) && run_of(text, key_characters) >= least_run;
}
bool starts_refresh_token(std::string_view text) {
  return text.starts_with("rt_") && run_of(text.substr(3), digits) >= least_run;
}
// {" in base64url, and two dots.
bool starts_access_token(std::string_view text) {
  if (!text.starts_with("ey")) return false;
  const std::string_view run = text.substr(0, run_of(text, token_characters));
  const auto dot = run.find('.');
  return dot != std::string_view::npos && run.find('.', dot + 1) != std::string_view::npos;
}

// Whether a word begins there, and not in the middle of another.
bool begins_word(std::string_view text, std::size_t at) {
  return at == 0 || digits.find(text[at - 1]) == std::string_view::npos;
}

}  // namespace

std::optional<secret> credential_in_query(std::string_view query,
                                          const std::optional<keys::service>& api_keys) {
  while (!query.empty()) {
    const std::string_view parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), parameter.size() + 1));
    const auto equals = parameter.find('=');
    secret held = decoded(equals == std::string_view::npos ? parameter : parameter.substr(equals + 1));
    const std::string_view value = held.expose();
    if (decoded(parameter.substr(0, equals)).expose() == "access_token" ||
        (api_keys && api_keys->looks_like_key(value)))
      return held;
    for (std::size_t at = 1; at < value.size(); ++at)
      if (begins_word(value, at) && starts_key(value.substr(at), api_keys)) return secret(value.substr(at));
  }
  return std::nullopt;
}

std::string_view path_to_tell(std::string_view path, const std::optional<keys::service>& api_keys) {
  secret held;
  std::string_view plain = path;
  if (path.find('%') != std::string_view::npos) {
    held = decoded(path);
    plain = held.expose();
  }
  for (std::size_t at = 0; at < plain.size(); ++at) {
    if (!begins_word(plain, at)) continue;
    const std::string_view rest = plain.substr(at);
    const bool in_segment = at > 0 && plain[at - 1] != '/';
    const bool is_key = api_keys && !in_segment ? api_keys->looks_like_key(rest) : starts_key(rest, api_keys);
    if (is_key || starts_refresh_token(rest) || starts_access_token(rest))
      return path.substr(0, place_of(path, at));
  }
  return path;
}

}  // namespace ekauth::inline v1::guard
