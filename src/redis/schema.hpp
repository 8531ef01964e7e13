// The names and rows of a store: marked as one, recognised, and brought up to date.
#pragma once

#include "redis/connection.hpp"

namespace ekauth::inline v1::redis {

/// Marks what begins with these names as a store of this version. Brings a store of an older version up to
/// date; a call that is left early is carried on by the next.
[[nodiscard]] result<void> claim(connection& server, std::string_view names);

}  // namespace ekauth::inline v1::redis
