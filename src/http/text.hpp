// Times for answers and audit lines, written into memory that is there already. Also the part of a URL that
// may be shown.
#pragma once

#include <ekauth/http.hpp>

namespace ekauth::inline v1::http {

/// What format_time answers; at most longest_time bytes. Answers the end.
inline constexpr std::size_t longest_time = 24;
char* write_time(char* out, std::int64_t unix_milliseconds, precision shown) noexcept;

/// The first character of a part of a URL that is not empty, as servers decode it, and how many bytes it was;
/// what is no escape stands for itself.
struct url_character {
  char value;
  std::size_t taken;
};
[[nodiscard]] url_character first_url_character(std::string_view text) noexcept;

/// Whether it begins, escaped or not, as an API key does behind its prefix, as a refresh token or as an
/// access token ({" in base64url), with so many digits that no name does. Reads no further than it must.
[[nodiscard]] bool begins_credential(std::string_view text) noexcept;

/// A path up to a ? or #, and up to what looks like an API key of whatever prefix, a refresh token or an
/// access token: a credential in a URL must not come back in the body, nor get into logs.
[[nodiscard]] std::string_view shown_path(std::string_view path) noexcept;

}  // namespace ekauth::inline v1::http
