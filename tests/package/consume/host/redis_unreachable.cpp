// Says in words why there is no store where there is no server.
#include <ekauth/redis.hpp>

#include <string_view>

int main() {
  using namespace ekauth;
  const auto store = redis::store::open({.unix_socket = "/nowhere/redis.sock"});
  if (store) return 1;
  if (store.error().code() != errc::store_unavailable) return 2;
  return std::string_view(store.error().text()).empty() ? 3 : 0;
}
