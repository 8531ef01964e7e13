#include "core/base62.hpp"

#include <algorithm>
#include <array>

namespace ekauth::inline v1::base62 {

namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

consteval std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  for (auto& v : values) v = 0xff;
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return values;
}
constexpr std::array<std::uint8_t, 256> digit_values = make_values();

// A digit of a MAC or of a secret: which place of a table is read could be seen in a cache.
constexpr char digit(std::uint32_t value) noexcept {
  std::uint32_t c = '0' + value;
  c += (9 - value) >> 8 & ('A' - '9' - 1);
  c += (35 - value) >> 8 & ('a' - 'Z' - 1);
  return static_cast<char>(c);
}

consteval std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1) != 0 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> crc_table = make_crc_table();

}  // namespace

bool is_text(std::string_view text) noexcept {
  unsigned worst = 0;
  for (const char c : text) worst |= digit_values[static_cast<unsigned char>(c)];
  return (worst & 0xc0u) == 0;
}

std::string digits(std::uint64_t value, std::size_t width) {
  std::string text(width, '0');
  for (std::size_t i = width; i-- > 0; value /= 62) text[i] = digit(static_cast<std::uint32_t>(value % 62));
  return text;
}

std::string digits(const digest& value, std::size_t width) {
  std::array<std::uint32_t, 8> words{};
  for (std::size_t i = 0; i < 32; ++i) words[i / 4] = words[i / 4] << 8 | value[i];
  std::string text(width, '0');
  for (std::size_t i = width; i-- > 0;) {
    std::uint64_t rest = 0;
    for (auto& word : words) {  // one long division by 62
      rest = rest << 32 | word;
      word = static_cast<std::uint32_t>(rest / 62);
      rest %= 62;
    }
    text[i] = digit(static_cast<std::uint32_t>(rest));
  }
  wipe(words.data(), sizeof words);
  return text;
}

std::string random_digits(random_source& random, std::size_t width) {
  std::string text(width, '0');
  random_digits(random, text.data(), width);
  return text;
}

void random_digits(random_source& random, char* out, std::size_t width) {
  std::array<unsigned char, 64> pool;
  char* const end = out + width;
  while (out != end) {
    // One draw in 32 is rejected; two more than needed suffice nearly always.
    const std::size_t drawn = std::min(pool.size(), static_cast<std::size_t>(end - out) + 2);
    random.fill(pool.data(), drawn);
    for (std::size_t i = 0; i < drawn && out != end; ++i) {
      const unsigned draw = pool[i] & 63u;
      if (draw < 62) *out++ = digit(draw);
    }
  }
  wipe(pool.data(), pool.size());
}

std::uint64_t value(std::string_view digits) noexcept {
  std::uint64_t total = 0;
  for (const char c : digits) total = total * 62 + digit_values[static_cast<unsigned char>(c)];
  return total;
}

std::uint32_t crc32(std::string_view bytes) noexcept {
  std::uint32_t c = 0xffffffffu;
  for (const char byte : bytes) c = crc_table[(c ^ static_cast<unsigned char>(byte)) & 0xff] ^ (c >> 8);
  return c ^ 0xffffffffu;
}

}  // namespace ekauth::inline v1::base62
