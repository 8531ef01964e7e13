#include "jwt/base64url.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

namespace ekauth::inline v1::jwt::base64url::avx2 {

// Compiled for AVX2 function by function: a file compiled for it as a whole would leave the upper halves of
// the registers in use, which makes SHA-256 slow on some processors.
namespace {

[[gnu::target("avx2")]] __m256i both_halves(__m128i half) noexcept {
  return _mm256_broadcastsi128_si256(half);
}

// 24 bytes, twelve in each half: four times six bits in each 32, each in a byte of its own, first one lowest.
[[gnu::target("avx2")]] __m256i spread(const char* bytes) noexcept {
  // The second half is loaded from four bytes before its own, to read nothing behind them.
  const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  const __m128i second = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + 8));
  const __m256i triples =
      _mm256_shuffle_epi8(_mm256_set_m128i(second, first),
                          _mm256_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10,  //
                                           5, 4, 6, 5, 8, 7, 9, 8, 11, 10, 12, 11, 14, 13, 15, 14));
  const __m256i first_third = _mm256_and_si256(triples, _mm256_set1_epi32(0x0fc0fc00));
  const __m256i second_fourth = _mm256_and_si256(triples, _mm256_set1_epi32(0x003f03f0));
  return _mm256_or_si256(_mm256_mulhi_epu16(first_third, _mm256_set1_epi32(0x04000040)),
                         _mm256_mullo_epi16(second_fourth, _mm256_set1_epi32(0x01000010)));
}

// Values to characters: the distance between them is one of five, found by the value's range.
[[gnu::target("avx2")]] __m256i to_characters(__m256i values) noexcept {
  const __m256i distances =
      both_halves(_mm_setr_epi8('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                                '0' - 52, '0' - 52, '0' - 52, '0' - 52, '-' - 62, '_' - 63, 'A', 0, 0));
  const __m256i capital =
      _mm256_and_si256(_mm256_cmpgt_epi8(_mm256_set1_epi8(26), values), _mm256_set1_epi8(13));
  const __m256i range = _mm256_or_si256(_mm256_subs_epu8(values, _mm256_set1_epi8(51)), capital);
  return _mm256_add_epi8(values, _mm256_shuffle_epi8(distances, range));
}

// Characters to values, by their upper halves; only '_' is not as far from its value as its neighbours.
[[gnu::target("avx2")]] __m256i to_values(__m256i characters, __m256i upper) noexcept {
  const __m256i distances = both_halves(
      _mm_setr_epi8(0, 0, 62 - '-', 52 - '0', -'A', -'A', 26 - 'a', 26 - 'a', 0, 0, 0, 0, 0, 0, 0, 0));
  const __m256i underscore = _mm256_cmpeq_epi8(characters, _mm256_set1_epi8('_'));
  const __m256i more = _mm256_and_si256(underscore, _mm256_set1_epi8(63 - '_' + 'A'));
  return _mm256_add_epi8(_mm256_add_epi8(characters, _mm256_shuffle_epi8(distances, upper)), more);
}

// Not zero in each byte that is outside the alphabet. A bit stands for the upper halves that allow the same
// lower ones (2, 3, 4 and 6, 5, 7, and all others, which allow none); upper names it, and lower holds the
// bits of those that do not allow it.
[[gnu::target("avx2")]] __m256i outside(__m256i upper, __m256i lower) noexcept {
  const __m256i of_upper =
      both_halves(_mm_setr_epi8(32, 32, 1, 2, 4, 8, 4, 16, 32, 32, 32, 32, 32, 32, 32, 32));
  const __m256i of_lower = both_halves(_mm_setr_epi8(0x25, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21,
                                                     0x21, 0x23, 0x3b, 0x3b, 0x3a, 0x3b, 0x33));
  return _mm256_and_si256(_mm256_shuffle_epi8(of_upper, upper), _mm256_shuffle_epi8(of_lower, lower));
}

// 32 values of six bits to 24 bytes, and eight that mean nothing.
[[gnu::target("avx2")]] __m256i gather(__m256i values) noexcept {
  const __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));
  const __m256i triples = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
  const __m256i packed = _mm256_shuffle_epi8(
      triples, both_halves(_mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1)));
  return _mm256_permutevar8x32_epi32(packed, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7));
}

[[gnu::target("avx2")]] void encode_24(const char* bytes, char* out) noexcept {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), to_characters(spread(bytes)));
}

// bad becomes something else than zero where a character is outside the alphabet.
[[gnu::target("avx2")]] void decode_32(const char* text, char* out, __m256i& bad) noexcept {
  const __m256i half = _mm256_set1_epi8(15);
  const __m256i characters = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
  const __m256i upper = _mm256_and_si256(_mm256_srli_epi32(characters, 4), half);
  bad = _mm256_or_si256(bad, outside(upper, _mm256_and_si256(characters, half)));
  const __m256i bytes = gather(to_values(characters, upper));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm256_castsi256_si128(bytes));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(out + 16), _mm256_extracti128_si256(bytes, 1));
}

}  // namespace

bool supported() noexcept { return __builtin_cpu_supports("avx2") != 0; }

[[gnu::target("avx2")]] std::size_t encode(std::string_view bytes, char* out) noexcept {
  if (bytes.size() < 24) return 0;
  const std::size_t last = bytes.size() / 3 * 3 - 24;
  for (std::size_t at = 0; at < last; at += 24) encode_24(bytes.data() + at, out + at / 3 * 4);
  encode_24(bytes.data() + last, out + last / 3 * 4);
  return last + 24;
}

[[gnu::target("avx2")]] std::size_t decode(std::string_view text, char* out, bool& good) noexcept {
  good = true;
  if (text.size() < 32) return 0;
  const std::size_t last = text.size() / 4 * 4 - 32;
  __m256i bad = _mm256_setzero_si256();
  for (std::size_t at = 0; at < last; at += 32) decode_32(text.data() + at, out + at / 4 * 3, bad);
  decode_32(text.data() + last, out + last / 4 * 3, bad);
  good = _mm256_testz_si256(bad, bad) != 0;
  return last + 32;
}

}  // namespace ekauth::inline v1::jwt::base64url::avx2

#else

namespace ekauth::inline v1::jwt::base64url::avx2 {

bool supported() noexcept { return false; }
std::size_t encode(std::string_view, char*) noexcept { return 0; }
std::size_t decode(std::string_view, char*, bool& good) noexcept {
  good = true;
  return 0;
}

}  // namespace ekauth::inline v1::jwt::base64url::avx2
#endif
