#include "jwt/base64url.hpp"

#include <ekauth/secret.hpp>

#include <array>
#include <cstdint>
#include <cstring>

namespace ekauth::inline v1::jwt::base64url {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Values over 63 mark characters outside the alphabet: or-ing all values of a text shows whether there was
// one.
constexpr std::uint32_t outside = 0x80;

consteval std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = outside;
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}

constexpr std::array<std::uint8_t, 256> values = make_values();

std::uint32_t byte(char c) noexcept { return static_cast<unsigned char>(c); }
std::uint32_t value(char c) noexcept { return values[static_cast<unsigned char>(c)]; }

// Which place of a table is read can be seen in a cache.
struct from_table {
  char operator()(std::uint32_t bits) const noexcept { return alphabet[bits & 63]; }
};
// The same without a table: each step of the alphabet is added where its difference has become negative.
struct computed {
  char operator()(std::uint32_t bits) const noexcept {
    bits &= 63;
    std::uint32_t c = 'A' + bits;
    c += (25 - bits) >> 8 & ('a' - 'Z' - 1);
    c -= (51 - bits) >> 8 & ('z' + 1 - '0');
    c -= (61 - bits) >> 8 & ('9' + 1 - '-');
    c += (62 - bits) >> 8 & ('_' - '-' - 1);
    return static_cast<char>(c);
  }
};

template <class Digit>
void encode_by(Digit digit, std::string_view bytes, char* out) noexcept {
  std::size_t at = 0;
  for (; at + 3 <= bytes.size(); at += 3, out += 4) {
    const std::uint32_t bits = byte(bytes[at]) << 16 | byte(bytes[at + 1]) << 8 | byte(bytes[at + 2]);
    out[0] = digit(bits >> 18);
    out[1] = digit(bits >> 12);
    out[2] = digit(bits >> 6);
    out[3] = digit(bits);
  }
  if (at + 2 == bytes.size()) {
    const std::uint32_t bits = byte(bytes[at]) << 16 | byte(bytes[at + 1]) << 8;
    out[0] = digit(bits >> 18);
    out[1] = digit(bits >> 12);
    out[2] = digit(bits >> 6);
  } else if (at + 1 == bytes.size()) {
    const std::uint32_t bits = byte(bytes[at]) << 16;
    out[0] = digit(bits >> 18);
    out[1] = digit(bits >> 12);
  }
}

}  // namespace

void portable::encode(std::string_view bytes, char* out) noexcept { encode_by(from_table{}, bytes, out); }

void portable::encode_secret(std::string_view bytes, char* out) noexcept {
  encode_by(computed{}, bytes, out);
}

bool portable::decode(std::string_view text, char* out) noexcept {
  if (text.size() % 4 == 1) return false;  // six bits hold no byte
  std::uint32_t seen = 0;
  std::size_t at = 0;
  for (; at + 4 <= text.size(); at += 4, out += 3) {
    const std::uint32_t a = value(text[at]), b = value(text[at + 1]);
    const std::uint32_t c = value(text[at + 2]), d = value(text[at + 3]);
    seen |= a | b | c | d;
    const std::uint32_t bits = a << 18 | b << 12 | c << 6 | d;
    out[0] = static_cast<char>(bits >> 16);
    out[1] = static_cast<char>(bits >> 8);
    out[2] = static_cast<char>(bits);
  }
  std::uint32_t unused = 0;
  const std::size_t rest = text.size() - at;
  if (rest >= 2) {
    const std::uint32_t a = value(text[at]), b = value(text[at + 1]);
    seen |= a | b;
    out[0] = static_cast<char>(a << 2 | b >> 4);
    unused = b & 15;
    if (rest == 3) {
      const std::uint32_t c = value(text[at + 2]);
      seen |= c;
      out[1] = static_cast<char>(b << 4 | c >> 2);
      unused = c & 3;
    }
  }
  return (seen & outside) == 0 && unused == 0;
}

void encode(std::string_view bytes, char* out) noexcept {
  if (!avx2::supported()) return portable::encode(bytes, out);
  encode_secret(bytes, out);
}

void encode_secret(std::string_view bytes, char* out) noexcept {
  const std::size_t begun = avx2::supported() ? avx2::encode(bytes, out) : 0;
  portable::encode_secret(bytes.substr(begun), out + begun / 3 * 4);
}

bool decode(std::string_view text, char* out) noexcept {
  bool good = true;
  const std::size_t begun = avx2::supported() ? avx2::decode(text, out, good) : 0;
  return portable::decode(text.substr(begun), out + begun / 4 * 3) && good;
}

}  // namespace ekauth::inline v1::jwt::base64url
