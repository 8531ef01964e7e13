// JSON as written, where the parser's values do not reach: numbers of any size, and the text of a value.
#pragma once

#include <cstddef>
#include <string_view>

namespace ekauth::inline v1::jwt {

/// Rewrites in place the numbers that the parser refuses for their size: whole numbers beyond 64 bits become
/// decimal fractions with an exponent, numbers beyond a double become null, each padded with blanks to its
/// old length. Text that is not JSON stays that way. Answers whether anything was rewritten.
[[nodiscard]] bool fit_wide_numbers(char* json, std::size_t size) noexcept;

/// The value of an object's member as written, blanks around it left out. object: valid JSON with more than
/// index members.
[[nodiscard]] std::string_view member_text(std::string_view object, std::size_t index) noexcept;

}  // namespace ekauth::inline v1::jwt
