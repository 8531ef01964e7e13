#include <ekauth/http.hpp>

#include <bit>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace ekauth::inline v1::http {

namespace {

constexpr std::string_view bearer_scheme = "bearer";

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

// By hand, because the answer of <cctype> depends on the locale.
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr bool is_token_character(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
         c == '~' || c == '+' || c == '/';
}

// How many characters there are before the first that no token has.
std::size_t token_characters(std::string_view text) {
  std::size_t at = 0;
#if defined(__SSE2__)
  // Sixteen at a time, compared as signed numbers: what is not ASCII is negative, and in no range.
  const auto all = [](char c) { return _mm_set1_epi8(c); };
  const auto between = [&](__m128i c, char first, char last) {
    return _mm_and_si128(_mm_cmpgt_epi8(c, all(static_cast<char>(first - 1))),
                         _mm_cmpgt_epi8(all(static_cast<char>(last + 1)), c));
  };
  const auto either = [](__m128i a, __m128i b) { return _mm_or_si128(a, b); };
  for (; text.size() - at >= 16; at += 16) {
    const __m128i c = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i letter = between(either(c, all(0x20)), 'a', 'z');
    const __m128i digit = between(c, '-', '9');  // and - . /
    const __m128i other =
        either(_mm_cmpeq_epi8(c, all('_')), either(_mm_cmpeq_epi8(c, all('~')), _mm_cmpeq_epi8(c, all('+'))));
    const __m128i good = either(either(letter, digit), other);
    const auto set = static_cast<std::uint32_t>(_mm_movemask_epi8(good));
    if (set != 0xffff) return at + static_cast<std::size_t>(std::countr_one(set));
  }
#endif
  while (at < text.size() && is_token_character(text[at])) ++at;
  return at;
}

bool starts_with_bearer(std::string_view text) {
  if (text.size() < bearer_scheme.size()) return false;
  for (std::size_t i = 0; i < bearer_scheme.size(); ++i)
    if (lower(text[i]) != bearer_scheme[i]) return false;
  return true;
}

// The static texts of one header: a log reader should see which header it was.
struct refusals {
  const char* blank_after;
  const char* blank_inside;
  const char* comma;
  const char* control;
  const char* padding;
  const char* character;
};

constexpr refusals of_authorization = {
    .blank_after = "Authorization has a blank after its token",
    .blank_inside = "Authorization has more than one token",
    .comma = "Authorization has a comma: two values, or parameters",
    .control = "Authorization has a control character",
    .padding = "Authorization has a = that is not at the end, or nothing else",
    .character = "Authorization has a character that no token has",
};

constexpr refusals of_x_api_key = {
    .blank_after = "X-Api-Key has a blank at its end",
    .blank_inside = "X-Api-Key has a blank",
    .comma = "X-Api-Key has a comma: two values",
    .control = "X-Api-Key has a control character",
    .padding = "X-Api-Key has a = that is not at the end, or nothing else",
    .character = "X-Api-Key has a character that no credential has",
};

error malformed(const char* text) { return {errc::malformed_authorization, text}; }

// Why the text, which does not begin with a token that reaches its end, is none. at: the first wrong
// character.
error explain(std::string_view text, std::size_t at, const refusals& say) {
  const char wrong = text[at];
  if (is_blank(wrong)) {
    while (at < text.size() && is_blank(text[at])) ++at;
    return malformed(at == text.size() ? say.blank_after : say.blank_inside);
  }
  if (wrong == ',') return malformed(say.comma);
  if (static_cast<unsigned char>(wrong) < 0x20 || wrong == 0x7f) return malformed(say.control);
  return malformed(say.character);
}

// b64token of RFC 6750 §2.1; text is not empty.
result<std::string_view> token(std::string_view text, const refusals& say) {
  const std::size_t padding = token_characters(text);
  std::size_t at = padding;
  while (at < text.size() && text[at] == '=') ++at;
  if (at < text.size() && (at == padding || !is_token_character(text[at]))) return explain(text, at, say);
  if (at < text.size() || padding == 0) return malformed(say.padding);
  return text;
}

}  // namespace

result<std::string_view> bearer(std::string_view authorization) {
  if (authorization.size() > max_header) return malformed("Authorization is over 16 KiB");
  if (authorization.empty()) return malformed("Authorization is empty");
  if (is_blank(authorization.front())) return malformed("Authorization begins with a blank");
  if (!starts_with_bearer(authorization)) return malformed("Authorization is not of the Bearer scheme");

  std::string_view rest = authorization.substr(bearer_scheme.size());
  if (rest.empty()) return malformed("Bearer without a token");
  if (is_token_character(rest.front())) return malformed("Authorization is not of the Bearer scheme");
  if (rest.front() != ' ') return malformed("Bearer is not followed by a space");
  rest.remove_prefix(1);
  if (rest.empty()) return malformed("Bearer and a space without a token");
  if (is_blank(rest.front())) return malformed("Bearer is followed by more than one space");
  return token(rest, of_authorization);
}

result<credential> find_credential(const credential_headers& headers, accepted accepts) {
  if (headers.repeated) return error{errc::ambiguous_credentials, "a credential header came more than once"};
  if (headers.authorization && headers.x_api_key)
    return error{errc::ambiguous_credentials, "both Authorization and X-Api-Key"};

  if (headers.authorization) {
    if (!accepts.bearer) return error{errc::missing_credentials, "Authorization is not accepted here"};
    return bearer(*headers.authorization).transform([](std::string_view text) {
      return credential{scheme::bearer, text};
    });
  }
  if (headers.x_api_key) {
    if (!accepts.x_api_key) return error{errc::missing_credentials, "X-Api-Key is not accepted here"};
    const std::string_view text = *headers.x_api_key;
    if (text.size() > max_header) return malformed("X-Api-Key is over 16 KiB");
    if (text.empty()) return malformed("X-Api-Key is empty");
    return token(text, of_x_api_key).transform([](std::string_view key) {
      return credential{scheme::api_key, key};
    });
  }
  return error{errc::missing_credentials, "neither Authorization nor X-Api-Key"};
}

}  // namespace ekauth::inline v1::http
