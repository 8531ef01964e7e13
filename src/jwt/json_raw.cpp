#include "jwt/json_raw.hpp"

#include <charconv>
#include <cstring>

namespace ekauth::inline v1::jwt {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool in_number(char c) noexcept { return is_digit(c) || is_letter(c) || c == '+' || c == '-' || c == '.'; }

// Where the string that opens at `at` is over.
std::size_t after_string(std::string_view json, std::size_t at) noexcept {
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return at + 1;
}

// A number as 0.d1d2d3… × 10^magnitude.
struct decimal {
  char digits[17] = {'0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0'};
  std::size_t count = 0;  // significant digits, of which the first 17 are kept
  long magnitude = 0;
  bool whole = true;  // written without fraction and exponent

  void take(char digit, bool before_point) noexcept {
    if (count == 0 && digit == '0') {
      if (!before_point) --magnitude;
      return;
    }
    if (count < sizeof digits) digits[count] = digit;
    ++count;
    if (before_point) ++magnitude;
  }

  // The largest double is 1.7976931348623157…e308; one that differs only behind these digits rounds down to
  // it.
  [[nodiscard]] bool finite() const noexcept {
    if (count == 0 || magnitude < 309) return true;
    return magnitude == 309 && std::string_view(digits, sizeof digits) <= "17976931348623157";
  }
};

// Reads one number by the grammar of RFC 8259 §6; false when text is anything else.
bool read_number(std::string_view text, decimal& out) noexcept {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const std::size_t first = at;
  for (; at < text.size() && is_digit(text[at]); ++at) out.take(text[at], true);
  if (at == first || (text[first] == '0' && at > first + 1)) return false;
  if (at < text.size() && text[at] == '.') {
    out.whole = false;
    const std::size_t point = at++;
    for (; at < text.size() && is_digit(text[at]); ++at) out.take(text[at], false);
    if (at == point + 1) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    out.whole = false;
    ++at;
    const bool negative = at < text.size() && text[at] == '-';
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (at == text.size()) return false;
    long exponent = 0;
    for (; at < text.size() && is_digit(text[at]); ++at) {
      if (exponent < 100'000) exponent = exponent * 10 + (text[at] - '0');
    }
    out.magnitude += negative ? -exponent : exponent;
  }
  return at == text.size();
}

// Whether a whole number lies outside what the parser holds: int64 when negative, uint64 otherwise.
bool beyond_64_bits(std::string_view text) noexcept {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::string_view limit = negative ? "9223372036854775808" : "18446744073709551615";
  return text.size() > limit.size() || (text.size() == limit.size() && text > limit);
}

bool fit_number(char* at, std::size_t size) noexcept {
  const std::string_view text(at, size);
  decimal number;
  if (!read_number(text, number)) return false;
  char* end = at;
  if (!number.finite()) {
    std::memcpy(at, "null", 4);  // the shortest such number, 1e309, has five characters
    end = at + 4;
  } else if (number.whole && beyond_64_bits(text)) {
    // At least 19 digits: 16 of them, "e" and three more characters always fit.
    const std::size_t sign = text.starts_with('-') ? 1 : 0;
    end = at + sign + 16;
    const std::size_t dropped = number.count - 16;
    *end++ = 'e';
    end = std::to_chars(end, at + size, dropped).ptr;
  } else {
    return false;
  }
  std::memset(end, ' ', static_cast<std::size_t>(at + size - end));
  return true;
}

}  // namespace

bool fit_wide_numbers(char* json, std::size_t size) noexcept {
  const std::string_view text(json, size);
  bool rewritten = false;
  for (std::size_t at = 0; at < size;) {
    if (text[at] == '"') {
      at = after_string(text, at);
      continue;
    }
    std::size_t end = at;
    while (end < size && in_number(text[end])) ++end;
    if (end > at && fit_number(json + at, end - at)) rewritten = true;
    at = end > at ? end : at + 1;
  }
  return rewritten;
}

namespace {

std::size_t after_value(std::string_view json, std::size_t at) noexcept {
  std::size_t depth = 0;
  for (; at < json.size(); ++at) {
    const char c = json[at];
    if (c == '"') {
      at = after_string(json, at) - 1;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (depth == 0 && (c == ',' || c == '}')) {
      break;  // of the object around the value
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return at;
}

}  // namespace

std::string_view member_text(std::string_view object, std::size_t index) noexcept {
  std::size_t at = object.find('{') + 1;
  for (;; --index) {
    at = object.find(':', after_string(object, object.find('"', at))) + 1;
    const std::size_t end = after_value(object, at);
    if (index == 0) {
      std::string_view value = object.substr(at, end - at);
      while (is_blank(value.front())) value.remove_prefix(1);
      while (is_blank(value.back())) value.remove_suffix(1);
      return value;
    }
    at = end + 1;
  }
}

}  // namespace ekauth::inline v1::jwt
