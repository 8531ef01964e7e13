#include "core/json_text.hpp"

#include <algorithm>

namespace ekauth::inline v1 {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

constexpr unsigned byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

// One well-formed sequence (Unicode 15, table 3-7), or the longest beginning of one, which becomes one
// U+FFFD.
struct sequence {
  std::size_t size;
  bool whole;
};

//   lead     C2..DF  E0      E1..EC  ED      EE..EF  F0      F1..F3  F4
//   second   80..BF  A0..BF  80..BF  80..9F  80..BF  90..BF  80..BF  80..8F
// The narrowed second bytes keep out overlong forms (E0, F0), surrogates (ED) and what lies beyond U+10FFFF
// (F4).
sequence take_sequence(std::string_view text) {
  const unsigned lead = byte_at(text, 0);
  if (lead < 0xC2 || lead > 0xF4) return {1, lead < 0x80};
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  for (std::size_t i = 1; i < size; ++i, low = 0x80, high = 0xBF)
    if (i == text.size() || byte_at(text, i) < low || byte_at(text, i) > high) return {i, false};
  return {size, true};
}

json_character plain(std::string_view bytes, std::size_t taken) noexcept {
  json_character made{{}, static_cast<std::uint8_t>(bytes.size()), static_cast<std::uint8_t>(taken)};
  std::ranges::copy(bytes, made.bytes.begin());
  return made;
}

json_character escaped(unsigned unit, std::size_t taken) noexcept {
  constexpr std::string_view hex = "0123456789abcdef";
  return {{'\\', 'u', hex[unit >> 12], hex[unit >> 8 & 15], hex[unit >> 4 & 15], hex[unit & 15]},
          6,
          static_cast<std::uint8_t>(taken)};
}

json_character control(char c) noexcept {
  constexpr std::string_view named = "\b\t\n\f\r", letters = "btnfr";
  if (const std::size_t i = named.find(c); i != named.npos) return {{'\\', letters[i]}, 2, 1};
  return escaped(static_cast<unsigned char>(c), 1);
}

}  // namespace

json_character first_json_character(std::string_view text) noexcept {
  const sequence next = take_sequence(text);
  const char c = text[0];
  if (!next.whole) return plain(replacement, next.size);
  if (c == '"' || c == '\\') return {{'\\', c}, 2, 1};
  if (byte_at(text, 0) < 0x20) return control(c);
  // What JSON lets stand, and what steers terminals (U+007F to U+009F) or ends a line for some readers of
  // logs (U+0085, U+2028, U+2029).
  if (c == 0x7f) return escaped(0x7f, 1);
  if (c == '\xC2' && byte_at(text, 1) < 0xA0) return escaped(byte_at(text, 1), 2);
  if (text.starts_with("\xE2\x80\xA8")) return escaped(0x2028, 3);
  if (text.starts_with("\xE2\x80\xA9")) return escaped(0x2029, 3);
  return plain(text.substr(0, next.size), next.size);
}

std::string json_string(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  out += '"';
  while (!text.empty()) {
    const json_character next = first_json_character(text);
    out += next.text();
    text.remove_prefix(next.taken);
  }
  out += '"';
  return out;
}

}  // namespace ekauth::inline v1
