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
  word eight;
  std::memcpy(&eight, at, sizeof eight);
  return eight;
}

// What load() gives of a text of up to eight bytes and zeroes behind it.
constexpr word as_loaded(std::string_view text) noexcept {
  std::array<char, sizeof(word)> bytes{};
  std::copy(text.begin(), text.end(), bytes.begin());
  return std::bit_cast<word>(bytes);
}

bool is_plain(char c) noexcept {
  return c >= ' ' && c != '"' && c != '\\' && static_cast<signed char>(c) > 0;
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
#endif

// The first byte from at on that is not plain; there is one.
const char* plain_end(const char* at) noexcept {
#if defined(__SSE2__)
  for (;; at += 16) {
    if (const unsigned found = not_plain(at); found != 0) return at + std::countr_zero(found);
  }
#endif
  while (is_plain(*at)) ++at;
  return at;
}

// Reads forward through JSON that ends in a zero: which is not plain, not a digit and never expected.
struct cursor {
  const char* at;

  bool take(char expected) noexcept {
    if (*at != expected) return false;
    ++at;
    return true;
  }

  bool take_text(std::string_view& out) noexcept {
    if (!take('"')) return false;
    const char* const end = plain_end(at);
    out = {at, static_cast<std::size_t>(end - at)};
    at = end;
    return take('"');
  }

  // Of up to 15 digits: a double holds it exactly, and so does the parser.
  bool take_number(word& out) noexcept {
    const char* end = at;
    word number = 0;
    for (unsigned digit; (digit = static_cast<unsigned char>(*end) - unsigned{'0'}) <= 9; ++end)
      number = number * 10 + digit;
    const auto digits = end - at;
    if (digits == 0 || digits > 15 || (*at == '0' && digits > 1)) return false;
    at = end;
    out = number;
    return true;
  }
};

// Whether json is one object of members that take_member takes, each from its name on.
template <class TakeMember>
bool take_object(std::string_view json, TakeMember take_member) noexcept {
  cursor in{json.data()};
  if (!in.take('{')) return false;
  do {
    if (!take_member(in)) return false;
  } while (in.take(','));
  return in.take('}') && in.at == json.data() + json.size();
}

// A name of three letters, with its quotes and the colon, is told from others in one comparison.
constexpr std::size_t short_name_size = 6;
constexpr word short_name_mask = as_loaded("\xff\xff\xff\xff\xff\xff");
word short_name(const cursor& in) noexcept { return load(in.at) & short_name_mask; }

// These take a value whose name is already behind the cursor, and a second one of the same name never.
bool take_once(cursor& in, std::optional<std::string_view>& out) noexcept {
  std::string_view text;
  if (out || !in.take_text(text)) return false;
  out = text;
  return true;
}

bool take_name(cursor& in, std::optional<std::string_view>& out) noexcept {
  return take_once(in, out) && !out->empty() && out->size() <= max_name_size;
}

bool take_date(cursor& in, std::optional<time_point>& out) noexcept {
  word seconds = 0;
  if (out || !in.take_number(seconds)) return false;
  out = std::min(time_point(std::chrono::seconds(seconds)), end_of_time);
  return true;
}

bool take_audience(cursor& in, const std::vector<std::string>& ours, claims::audience& out) noexcept {
  std::string_view text;
  if (out != claims::audience::absent || !in.take_text(text)) return false;
  const bool meant = std::find(ours.begin(), ours.end(), text) != ours.end();
  out = meant ? claims::audience::ours : claims::audience::other;
  return true;
}

// The host's own claims, of which only the names matter.
struct own_claims {
  std::array<std::string_view, 16> names;
  std::size_t count = 0;

  bool take(cursor& in) noexcept {
    std::string_view name, text;
    word number = 0;
    if (count == names.size() || !in.take_text(name) || !in.take(':')) return false;
    if (!(*in.at == '"' ? in.take_text(text) : in.take_number(number))) return false;
    const auto end = names.begin() + static_cast<std::ptrdiff_t>(count);
    if (std::find(names.begin(), end, name) != end) return false;
    names[count++] = name;
    return true;
  }
};

}  // namespace

bool is_plain(std::string_view text) noexcept {
  std::size_t at = 0;
#if defined(__SSE2__)
  for (; text.size() - at >= 16; at += 16) {
    if (not_plain(text.data() + at) != 0) return false;
  }
#endif
  while (at < text.size() && is_plain(text[at])) ++at;
  return at == text.size();
}

bool read_header(std::string_view json, header& out) noexcept {
  return take_object(json, [&out](cursor& in) {
    const word name = short_name(in);
    in.at += short_name_size;
    switch (name) {
      case as_loaded("\"alg\":"):
        return take_once(in, out.algorithm);
      case as_loaded("\"typ\":"):
        return take_once(in, out.type);
      case as_loaded("\"kid\":"):
        return take_once(in, out.kid);
      default:
        return false;
    }
  });
}

bool read_claims(std::string_view json, const std::vector<std::string>& audiences, claims& out) noexcept {
  own_claims others;
  return take_object(json, [&](cursor& in) {
    const char* const name_at = in.at;
    const word name = short_name(in);
    in.at += short_name_size;
    switch (name) {
      case as_loaded("\"iss\":"):
        return take_once(in, out.issuer);
      case as_loaded("\"aud\":"):
        return take_audience(in, audiences, out.meant_for);
      case as_loaded("\"sub\":"):
        return take_name(in, out.subject);
      case as_loaded("\"jti\":"):
        return take_name(in, out.token);
      case as_loaded("\"sid\":"):
        return take_name(in, out.session);
      case as_loaded("\"exp\":"):
        return take_date(in, out.expires_at);
      case as_loaded("\"iat\":"):
        return take_date(in, out.issued_at);
      case as_loaded("\"nbf\":"):
        return take_date(in, out.not_before);
      default:
        break;
    }
    in.at = name_at;
    if (load(in.at) != as_loaded("\"scope\":")) return others.take(in);
    in.at += sizeof name;
    return take_once(in, out.scope);
  });
}

}  // namespace ekauth::inline v1::jwt::flat
