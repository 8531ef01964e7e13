// Says in words why there is no store where there is no server.
#include <ekauth/postgres.hpp>

#include <string>

struct words final : ekauth::postgres::log {
  std::string all;
  void write(std::string_view more) noexcept override { all += more; }
};

int main() {
  using namespace ekauth;
  words said;
  const auto store = postgres::store::open({.conninfo = "host=/nowhere dbname=auth", .to_log = &said});
  if (store) return 1;
  if (store.error().code() != errc::store_unavailable) return 2;
  return said.all.empty() ? 3 : 0;
}
