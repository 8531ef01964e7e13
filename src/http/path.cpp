#include "http/text.hpp"

#include "core/base62.hpp"

namespace ekauth::inline v1::http {

namespace {

// Shorter than the digits of any credential, and longer than a word.
constexpr int least_digits = 20;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool goes_on(std::string_view text, std::string_view with) {
  int digits = 0;
  while (digits < least_digits && !text.empty()) {
    const url_character next = first_url_character(text);
    text.remove_prefix(next.taken);
    if (with.empty()) {
      if (!base62::is_text({&next.value, 1})) return false;
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
  for (const std::string_view start : {"_live_", "_test_", "rt_", "eyJ"})
    if (goes_on(text, start)) return true;
  return false;
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
