// Whether bytes are text that may be stored and shown: strict UTF-8 without control characters.
#pragma once

#include <string_view>

namespace ekauth::inline v1 {

/// Shortest-form UTF-8 without surrogates, U+0000 to U+001F and U+007F to U+009F.
[[nodiscard]] bool is_plain_text(std::string_view bytes) noexcept;

}  // namespace ekauth::inline v1
