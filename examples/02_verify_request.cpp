// Answers a request: one credential out of its headers, whom it speaks for, whether that suffices.

#include <ekauth/http.hpp>
#include <ekauth/keys.hpp>
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
/// The status of GET /v1/events for a request with this Authorization header.
int get_events(const keys::service& api_keys, keys::store& store, std::string_view authorization) {
  constexpr auto may_read = scopes.all_of({"events:read"});  // a misspelt scope does not compile
  const auto credential = http::find_credential({.authorization = authorization});
  if (!credential) return http::describe(credential.error().code()).status;
  const auto who = run(api_keys.verify(credential->text, {.now = now()}), store);
  if (!who) return http::describe(who.error().code()).status;
  if (const auto ok = who->scopes().require(may_read); !ok) return http::describe(ok.error().code()).status;
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
  memory::store store;
  const auto granted = scope::list::parse({"events:read"});
  if (!granted) return fail(granted.error());
  const auto made =
      run(api_keys->create({.granted = {subject_id("acc_9i8h7g6f5e"), *granted}, .name = "Reader"}, now()),
          store);
  if (!made) return fail(made.error());

  const std::string key(made->token.expose());
  const bool passed = get_events(*api_keys, store, "Bearer " + key) == 200;
  const bool typo = get_events(*api_keys, store, "Bearer " + key + "x") == 401;
  const bool nothing = get_events(*api_keys, store, "Bearer") == 401;
  return passed && typo && nothing ? 0 : 1;
}
