#include "jwt/flat.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace ekauth::inline v1::jwt::flat {

namespace {

using word = std::uint64_t;

word load(const char* at) noexcept {
  word eight = 0;
  std::memcpy(&eight, at, sizeof eight);
  return eight;
}

// What load() gives of a text of up to eight bytes and zeroes behind it.
constexpr word as_loaded(std::string_view text) noexcept {
  std::array<char, sizeof(word)> bytes{};
  std::copy(text.begin(), text.end(), bytes.begin());
  return std::bit_cast<word>(bytes);
}

#if defined(__SSE2__)
// Of 16 bytes, a bit for each that is not plain.
unsigned not_plain(const char* at) noexcept {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i outside = _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '));  // beyond ASCII is below zero
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(outside, _mm_or_si128(quote, backslash))));
}
#else
bool is_plain(char c) noexcept {
  return c >= ' ' && c != '"' && c != '\\' && static_cast<signed char>(c) > 0;
}
#endif

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

constexpr word each(unsigned char byte) noexcept { return word{0x0101010101010101} * byte; }

// Whether the bytes of a word are digits: neither below zero when '0' is taken off, nor above nine.
bool all_digits(word eight) noexcept {
  const word values = eight - each('0');
  return ((values | (values + each(0x7f - 9))) & each(0x80)) == 0;
}

// The number that eight digits write, the first of them in the lowest byte: in pairs, then all four pairs.
word eight_digits(word eight) noexcept {
  eight -= each('0');
  eight = eight * 10 + (eight >> 8);
  const word first_third = eight & 0x000000ff000000ff, second_fourth = eight >> 16 & 0x000000ff000000ff;
  return (first_third * (100 + (word{1000000} << 32)) + second_fourth * (1 + (word{10000} << 32))) >> 32;
}

}  // namespace

const char* plain_end(const char* at) noexcept {
#if defined(__SSE2__)
  for (;; at += 16) {
    if (const unsigned found = not_plain(at); found != 0) return at + std::countr_zero(found);
  }
#else
  while (is_plain(*at)) ++at;
  return at;
#endif
}

namespace {

// These take one thing from a place in JSON that ends in a zero, which is not plain, not a digit and never
// expected. They answer with the place behind it, or with null when something else stands there.

const char* take(const char* at, char expected) noexcept { return *at == expected ? at + 1 : nullptr; }

const char* take_text(const char* at, std::string_view& out) noexcept {
  if (*at != '"') return nullptr;
  const char* const end = plain_end(++at);
  out = {at, static_cast<std::size_t>(end - at)};
  return take(end, '"');
}

// Of up to 15 digits: a double holds it exactly, and so does the parser.
const char* take_number(const char* at, word& out) noexcept {
  const char* end = at;
  out = 0;
  if (all_digits(load(at))) {
    out = eight_digits(load(at));
    end += 8;
  }
  for (; is_digit(*end); ++end) out = out * 10 + static_cast<word>(*end - '0');
  const auto digits = end - at;
  return digits == 0 || digits > 15 || (*at == '0' && digits > 1) ? nullptr : end;
}

// A second claim of the same name is never taken.
const char* take_once(const char* at, std::optional<std::string_view>& out) noexcept {
  std::string_view text;
  if (out || (at = take_text(at, text)) == nullptr) return nullptr;
  out = text;
  return at;
}

const char* take_name(const char* at, std::optional<std::string_view>& out) noexcept {
  at = take_once(at, out);
  return at == nullptr || out->empty() || out->size() > max_name_size ? nullptr : at;
}

const char* take_date(const char* at, std::optional<time_point>& out) noexcept {
  word seconds = 0;
  if (out || (at = take_number(at, seconds)) == nullptr) return nullptr;
  out = std::min(time_point(std::chrono::seconds(seconds)), end_of_time);
  return at;
}

const char* take_audience(const char* at, const std::vector<std::string>& ours,
                          claims::audience& out) noexcept {
  std::string_view text;
  if (out != claims::audience::absent || (at = take_text(at, text)) == nullptr) return nullptr;
  const bool meant = std::find(ours.begin(), ours.end(), text) != ours.end();
  out = meant ? claims::audience::ours : claims::audience::other;
  return at;
}

// The host's own claims, of which only the names matter.
class own_claims {
 public:
  const char* take(const char* at) noexcept {
    std::string_view name, text;
    word number = 0;
    if (count_ == most || (at = take_text(at, name)) == nullptr || *at++ != ':') return nullptr;
    for (std::size_t i = 0; i < count_; ++i) {
      if (std::string_view(names_[i], sizes_[i]) == name) return nullptr;
    }
    names_[count_] = name.data();
    sizes_[count_++] = name.size();
    return *at == '"' ? take_text(at, text) : take_number(at, number);
  }

 private:
  static constexpr std::size_t most = 16;
  std::size_t count_ = 0;
  const char* names_[most];  // the first count_, and none is cleared before
  std::size_t sizes_[most];
};

// Whether json is one object of members that take_member takes.
template <class TakeMember>
bool take_object(std::string_view json, TakeMember take_member) noexcept {
  const char* at = json.data();
  if (*at != '{') return false;
  do {
    at = take_member(at + 1);
    if (at == nullptr) return false;
  } while (*at == ',');
  return *at == '}' && at + 1 == json.data() + json.size();
}

// A name of three letters, with its quotes and the colon, is told from others in one comparison.
constexpr std::size_t short_name_size = 6;
constexpr word short_name_mask = as_loaded("\xff\xff\xff\xff\xff\xff");

}  // namespace

bool read_header(std::string_view json, header& out) noexcept {
  return take_object(json, [&out](const char* at) -> const char* {
    const char* const value = at + short_name_size;
    switch (load(at) & short_name_mask) {
      case as_loaded("\"alg\":"):
        return take_once(value, out.algorithm);
      case as_loaded("\"typ\":"):
        return take_once(value, out.type);
      case as_loaded("\"kid\":"):
        return take_once(value, out.kid);
      default:
        return nullptr;
    }
  });
}

bool read_claims(std::string_view json, const std::vector<std::string>& audiences, claims& out) noexcept {
  own_claims others;
  return take_object(json, [&](const char* at) -> const char* {
    const char* const value = at + short_name_size;
    switch (load(at) & short_name_mask) {
      case as_loaded("\"iss\":"):
        return take_once(value, out.issuer);
      case as_loaded("\"aud\":"):
        return take_audience(value, audiences, out.meant_for);
      case as_loaded("\"sub\":"):
        return take_name(value, out.subject);
      case as_loaded("\"jti\":"):
        return take_name(value, out.token);
      case as_loaded("\"sid\":"):
        return take_name(value, out.session);
      case as_loaded("\"exp\":"):
        return take_date(value, out.expires_at);
      case as_loaded("\"iat\":"):
        return take_date(value, out.issued_at);
      case as_loaded("\"nbf\":"):
        return take_date(value, out.not_before);
      default:
        break;
    }
    if (load(at) == as_loaded("\"scope\":")) return take_once(at + sizeof(word), out.scope);
    return others.take(at);
  });
}

}  // namespace ekauth::inline v1::jwt::flat
