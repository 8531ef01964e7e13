#include "jwt/payload.hpp"

#include <ekauth/http.hpp>

#include <fmt/format.h>

namespace ekauth::inline v1::jwt {

void payload::put_number(std::int64_t number) noexcept {
  const fmt::format_int digits(number);
  put(std::string_view(digits.data(), digits.size()));
}

bool payload::put_text(std::string_view text) {
  const std::size_t before = size_;
  char* const quoted = extend(text.size() + 2);
  if (quoted == nullptr) return is_text(text);
  char* const begin = quoted + 1;
  char* const end = begin + text.size();
  *quoted = '"';
  std::memcpy(begin, text.data(), text.size());
  std::memset(end, 0, flat::padding);
  const bool plain = flat::plain_end(begin) == end;  // as most are, and UTF-8 without NUL then
  *end = '"';
  if (plain) return true;
  size_ = before;
  if (!is_text(text)) return false;
  put(http::json_string(text));
  return true;
}

}  // namespace ekauth::inline v1::jwt
