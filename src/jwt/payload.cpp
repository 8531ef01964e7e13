#include "jwt/payload.hpp"

#include <charconv>
#include <system_error>

#include "core/base62.hpp"
#include "core/json_text.hpp"

namespace ekauth::inline v1::jwt {

namespace {

// The five digits of a number below 100,000: each is the whole part of ten times what is behind the one
// before.
void write_five(std::uint64_t number, char* out) noexcept {
  std::uint64_t rest = number * ((std::uint64_t{1} << 32) / 10'000 + 1);
  for (int i = 0; i < 5; ++i) {
    out[i] = static_cast<char>('0' + (rest >> 32));
    rest = (rest & 0xffffffff) * 10;
  }
}

}  // namespace

void payload::put_number(std::int64_t number) noexcept {
  constexpr std::int64_t least = 1'000'000'000, end = 10 * least;
  if (number >= least && number < end) {  // as the dates of 2001 to 2286 are
    char* const at = extend(10);
    if (at == nullptr) return;
    const auto digits = static_cast<std::uint64_t>(number);
    write_five(digits / 100'000, at);
    write_five(digits % 100'000, at + 5);
    return;
  }
  // In its place: read again at once, from elsewhere, digits would have to wait for one another.
  const auto [written, failed] = std::to_chars(bytes_ + size_, bytes_ + max_json_size, number);
  if (failed != std::errc()) {
    has_room_ = false;
  } else {
    size_ = static_cast<std::size_t>(written - bytes_);
  }
}

void payload::put_random(random_source& random, std::size_t digits) {
  put('"');
  if (char* const at = extend(digits); at != nullptr) base62::random_digits(random, at, digits);
  put('"');
}

bool payload::put_text(std::string_view text) {
  const std::size_t before = size_;
  char* const quoted = extend(text.size() + 2);
  if (quoted == nullptr) return is_text(text);
  char* const begin = quoted + 1;
  char* const end = begin + text.size();
  *quoted = '"';
  std::memcpy(begin, text.data(), text.size());
  std::memset(end, 0, flat::padding);
  const bool plain = flat::plain_end(begin) == end;  // as most are, and UTF-8 without NUL then
  *end = '"';
  if (plain) return true;
  size_ = before;
  if (!is_text(text)) return false;
  put(json_string(text));
  return true;
}

}  // namespace ekauth::inline v1::jwt
