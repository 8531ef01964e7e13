// An address as text, written into memory that is there already.
#pragma once

#include <ekauth/cidr.hpp>

namespace ekauth::inline v1::cidr {

/// What address::to_string() answers; at most longest_text bytes. Answers the end.
inline constexpr std::size_t longest_text = 39;  // eight groups of four
char* write_text(char* out, const address& what) noexcept;

}  // namespace ekauth::inline v1::cidr
