#include <algorithm>

#include "guard/core.hpp"

namespace ekauth::inline v1::guard {

namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// As servers decode it; what is no escape stays as it is.
std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    plain.push_back(low >= 0 ? static_cast<char>(high * 16 + low) : text[i]);
    if (low >= 0) i += 2;
  }
  return plain;
}

}  // namespace

std::optional<std::string> credential_in_query(std::string_view query,
                                               const std::optional<keys::service>& api_keys) {
  while (!query.empty()) {
    const std::string_view parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), parameter.size() + 1));
    const auto equals = parameter.find('=');
    std::string value = decoded(equals == std::string_view::npos ? parameter : parameter.substr(equals + 1));
    if (decoded(parameter.substr(0, equals)) == "access_token" ||
        (api_keys && api_keys->looks_like_key(value)))
      return value;
  }
  return std::nullopt;
}

std::string_view path_to_tell(std::string_view path, const std::optional<keys::service>& api_keys) {
  if (!api_keys) return path;
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (api_keys->looks_like_key(decoded(path.substr(begin, end - begin)))) return path.substr(0, begin);
    begin = end + 1;
  }
  return path;
}

}  // namespace ekauth::inline v1::guard
