// Headers and payloads as nearly all tokens have them, read in one pass: an object of texts without escapes
// and of whole numbers, in ASCII, without blanks. Whatever is richer, or wrong, is left to the parser; only
// it refuses.
#pragma once

#include <cstddef>
#include <string_view>

#include "jwt/json.hpp"

namespace ekauth::inline v1::jwt::flat {

/// Whether the whole text stands for itself in JSON: ASCII without controls, quotes and backslashes.
[[nodiscard]] bool is_plain(std::string_view text) noexcept;

// json: with at least `padding` bytes behind it that may be read, the first of them a zero. False: the parser
// must look. Views into json.
inline constexpr std::size_t padding = 16;

/// Whether json is a strict header that says nothing but alg, typ and kid.
[[nodiscard]] bool read_header(std::string_view json, header& out) noexcept;

/// Whether json is a strict payload whose registered claims are well-formed.
[[nodiscard]] bool read_claims(std::string_view json, const std::vector<std::string>& audiences,
                               claims& out) noexcept;

}  // namespace ekauth::inline v1::jwt::flat
