#include <ekauth/http.hpp>

namespace ekauth::inline v1::http {

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
sequence take_sequence(std::string_view text, std::size_t at) {
  const unsigned lead = byte_at(text, at);
  if (lead < 0xC2 || lead > 0xF4) return {1, lead < 0x80};
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  for (std::size_t i = 1; i < size; ++i, low = 0x80, high = 0xBF)
    if (at + i == text.size() || byte_at(text, at + i) < low || byte_at(text, at + i) > high)
      return {i, false};
  return {size, true};
}

void append_control(std::string& out, char c) {
  constexpr std::string_view named = "\b\t\n\f\r", letters = "btnfr", hex = "0123456789abcdef";
  out += '\\';
  if (const std::size_t i = named.find(c); i != named.npos) {
    out += letters[i];
    return;
  }
  out += "u00";
  out += hex[static_cast<unsigned char>(c) >> 4];
  out += hex[static_cast<unsigned char>(c) & 15];
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const sequence next = take_sequence(text, at);
    const char c = text[at];
    if (!next.whole)
      out += replacement;
    else if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (byte_at(text, at) < 0x20)
      append_control(out, c);
    else
      out += text.substr(at, next.size);
    at += next.size;
  }
  out += '"';
  return out;
}

}  // namespace ekauth::inline v1::http
