#include "core/base62.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace ekauth::inline v1::base62 {

namespace {

// Eight values below 64, a byte each, to their digits. By sums alone, of which none leaves its byte: which
// place of a table is read for a digit of a secret could be seen in a cache.
constexpr std::uint64_t in_each_byte = 0x0101010101010101;
constexpr std::uint64_t top_bits = 0x8080808080808080;
constexpr std::uint64_t to_digits(std::uint64_t values) noexcept {
  const std::uint64_t over_9 = (values + (127 - 9) * in_each_byte) >> 7 & in_each_byte;
  const std::uint64_t over_35 = (values + (127 - 35) * in_each_byte) >> 7 & in_each_byte;
  return values + '0' * in_each_byte + over_9 * ('A' - '9' - 1) + over_35 * ('a' - 'Z' - 1);
}

// 64 random bits to eight values below 62, all equally likely: two from each 16 bits, as the whole part of
// those bits times 62². Of the parts behind, an interval that is no multiple of 62² long would make some
// values likelier than others: false then, three times in a thousand for two values. Time and accesses tell
// that, and nothing of the values.
constexpr bool to_uniform_values(std::uint64_t& word) noexcept {
  constexpr std::uint64_t pairs = 3844;  // 62²
  constexpr std::uint64_t in_each_half = 0x0000000100000001, lanes = 0xffff * in_each_half;
  std::uint64_t rejected = 0, values = 0;
  for (int shift = 0; shift <= 16; shift += 16) {
    const std::uint64_t scaled = (word >> shift & lanes) * pairs;
    rejected |= (scaled & lanes) + 65536 % pairs * in_each_half;
    const std::uint64_t pair = scaled >> 16 & lanes;
    const std::uint64_t high = pair * 16913 >> 20 & 63 * in_each_half;  // pair / 62
    values |= (high | (pair - high * 62) << 8) << shift;
  }
  word = values;
  return (rejected & 65536 * in_each_half) == 0;
}

// The top bit of each byte that lies between two characters; of bytes below 128.
constexpr std::uint64_t between(std::uint64_t bytes, char first, char last) noexcept {
  const auto low = static_cast<std::uint64_t>(128 - first), high = static_cast<std::uint64_t>(127 - last);
  bytes &= ~top_bits;
  return (bytes + low * in_each_byte) & ~(bytes + high * in_each_byte) & top_bits;
}

// The same for any number of values, in their place.
void to_digits(char* values, std::size_t size) noexcept {
  std::uint64_t word = 0;
  while (size != 0) {
    const std::size_t some = std::min(size, sizeof word);
    std::memcpy(&word, values, some);
    word = to_digits(word & 63 * in_each_byte);
    std::memcpy(values, &word, some);
    values += some;
    size -= some;
  }
  wipe(&word, sizeof word);
}

// What a byte adds to the CRC: in tables[n] with n bytes behind it, so that eight are taken at a time.
consteval auto make_crc_tables() {
  std::array<std::array<std::uint32_t, 256>, 8> tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (auto& table : tables) {
      for (int bit = 0; bit < 8; ++bit) c = (c & 1) != 0 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
      table[i] = c;
    }
  }
  return tables;
}
constexpr auto crc_tables = make_crc_tables();

}  // namespace

bool is_text(std::string_view text) noexcept {
  std::uint64_t good = top_bits;
  while (!text.empty()) {
    const std::size_t some = std::min(text.size(), sizeof good);
    std::uint64_t word = '0' * in_each_byte;
    std::memcpy(&word, text.data(), some);
    const std::uint64_t lower = word | ('a' - 'A') * in_each_byte;
    good &= (between(word, '0', '9') | between(lower, 'a', 'z')) & ~word;
    text.remove_prefix(some);
  }
  return good == top_bits;
}

std::string digits(std::uint64_t value, std::size_t width) {
  std::string text(width, '0');
  for (std::size_t i = width; i-- > 0; value /= 62) text[i] = static_cast<char>(value % 62);
  to_digits(text.data(), width);
  return text;
}

std::string digits(const digest& value, std::size_t width) {
  constexpr std::uint64_t five_digits = 916'132'832;  // 62⁵
  std::array<std::uint32_t, 8> words{};
  for (std::size_t i = 0; i < 32; ++i) words[i / 4] = words[i / 4] << 8 | value[i];
  std::string text(width, '0');
  for (std::size_t left = width; left != 0;) {
    std::uint64_t rest = 0;
    for (auto& word : words) {  // one long division
      rest = rest << 32 | word;
      word = static_cast<std::uint32_t>(rest / five_digits);
      rest %= five_digits;
    }
    for (int i = 0; i < 5 && left != 0; ++i, rest /= 62) text[--left] = static_cast<char>(rest % 62);
  }
  to_digits(text.data(), width);
  wipe(words.data(), sizeof words);
  return text;
}

std::string random_digits(random_source& random, std::size_t width) {
  std::string text(width, '0');
  random_digits(random, text.data(), width);
  return text;
}

void random_digits(random_source& random, char* out, std::size_t width) {
  constexpr std::size_t eight = 8;
  std::array<std::uint64_t, 8> words;
  while (width != 0) {
    const std::size_t drawn = std::min(words.size(), (width + eight - 1) / eight);
    random.fill(words.data(), drawn * sizeof words[0]);
    for (std::size_t i = 0; i < drawn; ++i) {
      std::uint64_t& word = words[i];
      while (!to_uniform_values(word)) random.fill(&word, sizeof word);
      word = to_digits(word);
      if (width >= eight) {
        std::memcpy(out, &word, eight);
        out += eight;
        width -= eight;
      } else {
        std::memcpy(out, &word, width);
        width = 0;
      }
    }
  }
  wipe(words.data(), sizeof words);
}

std::uint64_t value(std::string_view digits) noexcept {
  std::uint64_t total = 0;
  for (const char c : digits) {
    const int beyond = (c > '9' ? 'A' - '9' - 1 : 0) + (c > 'Z' ? 'a' - 'Z' - 1 : 0);
    total = total * 62 + static_cast<std::uint64_t>(c - '0' - beyond);
  }
  return total;
}

std::uint32_t crc32(std::string_view bytes) noexcept {
  const auto byte = [&](std::size_t at) { return std::uint32_t{static_cast<unsigned char>(bytes[at])}; };
  std::uint32_t c = 0xffffffffu;
  std::size_t at = 0;
  for (; bytes.size() - at >= 8; at += 8) {
    c ^= byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24;
    c = crc_tables[7][c & 0xff] ^ crc_tables[6][c >> 8 & 0xff] ^ crc_tables[5][c >> 16 & 0xff] ^
        crc_tables[4][c >> 24] ^ crc_tables[3][byte(at + 4)] ^ crc_tables[2][byte(at + 5)] ^
        crc_tables[1][byte(at + 6)] ^ crc_tables[0][byte(at + 7)];
  }
  for (; at < bytes.size(); ++at) c = crc_tables[0][(c ^ byte(at)) & 0xff] ^ (c >> 8);
  return c ^ 0xffffffffu;
}

}  // namespace ekauth::inline v1::base62
