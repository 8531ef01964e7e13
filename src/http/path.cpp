#include "http/text.hpp"

#include "core/base62.hpp"

namespace ekauth::inline v1::http {

namespace {

// Fewer than a key or a token has, and more than a UUID or another name of a thing.
constexpr int least_digits = 33;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_digit(char c) { return base62::is_text({&c, 1}); }
bool is_of_token(char c) { return is_digit(c) || c == '-' || c == '_' || c == '.'; }

// Whether a text is these characters and then as many that are next, each escaped or not.
bool goes_on(std::string_view text, std::string_view with, bool (*is_next)(char)) {
  int digits = 0;
  while (digits < least_digits && !text.empty()) {
    const url_character next = first_url_character(text);
    text.remove_prefix(next.taken);
    if (with.empty()) {
      if (!is_next(next.value)) return false;
      ++digits;
    } else {
      if (next.value != with.front()) return false;
      with.remove_prefix(1);
    }
  }
  return digits == least_digits;
}

}  // namespace

url_character first_url_character(std::string_view text) noexcept {
  if (text[0] != '%' || text.size() < 3) return {text[0], 1};
  const int high = hex_value(text[1]), low = hex_value(text[2]);
  if (high < 0 || low < 0) return {text[0], 1};
  return {static_cast<char>(high * 16 + low), 3};
}

bool begins_credential(std::string_view text) noexcept {
  for (const std::string_view start : {"_live_", "_test_", "rt_"})
    if (goes_on(text, start, is_digit)) return true;
  return goes_on(text, "eyJ", is_of_token);
}

std::string_view shown_path(std::string_view path) noexcept {
  path = path.substr(0, path.find_first_of("?#"));
  std::string_view left = path;
  while (!left.empty()) {
    if (begins_credential(left)) return path.substr(0, path.size() - left.size());
    left.remove_prefix(first_url_character(left).taken);
  }
  return path;
}

}  // namespace ekauth::inline v1::http
