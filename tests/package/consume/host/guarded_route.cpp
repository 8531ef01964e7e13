// A route lets in a key over TLS, and nothing else.
#include <ekauth/guard.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/run.hpp>

int main() {
  using namespace ekauth;
  static constexpr scope::registry scopes{{"events:read"}};
  const auto api_keys = keys::service::make({}, scopes);
  const auto granted = scope::list::parse({"events:read"});
  if (!api_keys || !granted) return 1;
  const auto gate = guard::service::make({.scopes = scopes, .api_keys = *api_keys});
  if (!gate) return 2;

  memory::store store;
  const auto made =
      run(api_keys->create({.granted = {subject_id{"acc_1"}, *granted}, .name = "host"}, now()), store);
  if (!made) return 3;
  const auto is_let_in = [&](const guard::request& request) {
    return run(gate->check(request, {.scopes = scopes.all_of({"events:read"})}, now()), store).has_value();
  };
  if (!is_let_in({.headers = {.x_api_key = made->token.expose()}, .secure = true})) return 4;
  if (is_let_in({.headers = {.x_api_key = made->token.expose()}, .secure = false})) return 5;
  return is_let_in({.secure = true}) ? 6 : 0;
}
