// Headers and payloads as nearly all tokens have them, read in one pass: an object of texts without escapes
// and of whole numbers, in ASCII, without blanks. Whatever is richer, or wrong, is left to the parser; only
// it refuses.
#pragma once

#include <cstddef>
#include <string_view>

#include "jwt/json.hpp"

namespace ekauth::inline v1::jwt::flat {

/// Bytes behind a text that may be read with it, the first of them a zero. All functions here ask for them.
inline constexpr std::size_t padding = 16;

/// Where the beginning of a text that stands for itself in JSON is over: at the first byte that is beyond
/// ASCII, a control, a quote or a backslash.
[[nodiscard]] const char* plain_end(const char* text) noexcept;

// These are false when the parser must look. Views into json.

/// Whether json is a strict header that says nothing but alg, typ and kid.
[[nodiscard]] bool read_header(std::string_view json, header& out) noexcept;

/// Whether json is a strict payload whose registered claims are well-formed.
[[nodiscard]] bool read_claims(std::string_view json, const std::vector<std::string>& audiences,
                               claims& out) noexcept;

}  // namespace ekauth::inline v1::jwt::flat
