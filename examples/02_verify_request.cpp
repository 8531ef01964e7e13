// Guards a route: one call from a request to the caller, or to the answer that it gets instead.

#include <ekauth/guard.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/run.hpp>

#include <cstdio>
#include <string>

using namespace ekauth;

namespace {

constexpr scope::registry scopes{{"events:read"}, {"events:write"}};

int fail(const error& why) {
  std::fprintf(stderr, "%s\n", why.text());
  return 1;
}

// [readme:verify_request]
/// The status of GET /v1/events for a request: its headers, its peer, whether it came over TLS.
int get_events(const guard::service& gate, memory::store& store, const guard::request& request) {
  constexpr auto may_read = scopes.all_of({"events:read"});  // a misspelt scope does not compile
  const auto who = run(gate.check(request, {.scopes = may_read}, now()), store);
  if (!who) return http::describe(who.error().code()).status;  // or send all of http::to_envelope()
  std::printf("the events of %s\n", who->granted().subject.text().c_str());
  return 200;
}
// [/readme]

}  // namespace

int main() {
  char root[32];
  os_random().fill(root, sizeof root);  // in a server: read from where its secrets are kept
  server_keys roots;
  if (const auto ok = roots.add('1', secret(std::string_view(root, sizeof root))); !ok)
    return fail(ok.error());
  const auto api_keys = keys::service::make(roots, scopes);
  if (!api_keys) return fail(api_keys.error());
  const auto gate = guard::service::make({.scopes = scopes, .api_keys = *api_keys});
  if (!gate) return fail(gate.error());
  memory::store store;
  const auto granted = scope::list::parse({"events:read"});
  if (!granted) return fail(granted.error());
  const auto made =
      run(api_keys->create({.granted = {subject_id("acc_9i8h7g6f5e"), *granted}, .name = "Reader"}, now()),
          store);
  if (!made) return fail(made.error());

  const std::string key(made->token.expose()), typo = key + "x";
  const bool passed = get_events(*gate, store, {.headers = {.x_api_key = key}, .secure = true}) == 200;
  const bool wrong = get_events(*gate, store, {.headers = {.x_api_key = typo}, .secure = true}) == 401;
  const bool plain = get_events(*gate, store, {.headers = {.x_api_key = key}, .secure = false}) == 403;
  return passed && wrong && plain ? 0 : 1;
}
