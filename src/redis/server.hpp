// What the store asks a server before it trusts it.
#pragma once

#include "redis/connection.hpp"

#include <vector>

namespace ekauth::inline v1::redis {

/// Refuses a server that cannot keep what a store promises; answers what it says of itself.
[[nodiscard]] result<reply> ask_info(connection& server);

/// The same; answers what the server's settings do not promise.
[[nodiscard]] result<std::vector<warning>> inspect(connection& server);

}  // namespace ekauth::inline v1::redis
