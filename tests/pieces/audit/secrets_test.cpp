// What a host has in its hands when it writes events: real credentials beside their public parts.
#include <ekauth/audit.hpp>
#include <ekauth/keys.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include "audit/collected.hpp"
#include "catch.hpp"
#include "support/fixed.hpp"

using namespace ekauth;
using audit::kind;
using fixed::noon;
using namespace std::chrono_literals;

namespace {

constexpr scope::registry scopes{{"events:read"}};
const subject_id alice("acc_9i8h7g6f5e");

// Whether any eight characters in a row of the secret stand in the text.
bool leaks(std::string_view text, std::string_view secret) {
  for (std::size_t i = 0; i + 8 <= secret.size(); ++i)
    if (text.find(secret.substr(i, 8)) != text.npos) return true;
  return false;
}

}  // namespace

TEST_CASE("no line of a life of credentials holds a part of their secrets", "[audit]") {
  memory::store store;
  fixed::counting_random random;
  const auto api_keys = *keys::service::make(fixed::roots(), scopes, {}, random);
  const auto sessions = *refresh::service::make(fixed::roots(), refresh::strict(), random);
  const auto granted = *scope::list::parse({"events:read"});
  const auto made = run(api_keys.create({.granted = {alice, granted}, .name = "Production"}, noon), store);
  const auto rolled = run(api_keys.roll(alice, made->key.id, 1h, noon), store);
  const auto login = run(sessions.login({.granted = {alice, granted}, .epoch = 0}, noon), store);
  const auto renewed = run(sessions.refresh(login->token.expose(), {.now = noon}), store);
  const auto reused = run(sessions.refresh(login->token.expose(), {.now = noon}), store);
  REQUIRE(reused.error().code() == errc::refresh_token_reused);
  const std::string key(made->token.expose()), token(login->token.expose());
  const std::string url = "/v1/events?api_key=" + key + "&refresh=" + token;

  collected::sink lines;
  audit::recent newest;
  {
    audit::flood_control events(lines);
    const auto both = [&](const audit::event& what) {
      events.write(what);
      newest.write(what);
    };
    both({.what = kind::key_created, .at = noon, .subject = alice.text(), .key = made->key.id.text()});
    both({.what = kind::key_rolled,
          .at = noon,
          .subject = alice.text(),
          .key = rolled->key.id.text(),
          .secret_number = 2});
    both({.what = kind::refresh_rotated,
          .at = noon,
          .subject = alice.text(),
          .session = renewed->session.text()});
    both({.what = kind::refresh_reuse_detected,
          .at = noon,
          .code = reused.error().code(),
          .subject = alice.text(),
          .session = login->session.text(),
          .reason = reused.error().text()});
    for (int i = 0; i < 20; ++i)
      both({.what = kind::key_exposed_in_url,
            .at = noon,
            .code = errc::credential_in_query,
            .subject = alice.text(),
            .key = made->key.id.text(),
            .path = url,
            .reason = api_keys.display(made->key.id, made->key.env)});
  }
  REQUIRE(lines.summaries() == 1);
  auto all = lines.lines();
  for (auto& line : newest.newest(alice.text())) all.push_back(std::move(line));
  REQUIRE(all.size() == 4 + 10 + 1 + 24);

  // Of a key all behind prefix, environment and id; of a refresh token all behind the family.
  for (const auto& line : all) {
    INFO(line);
    for (const auto* each : {&made->token, &rolled->token})
      CHECK_FALSE(leaks(line, each->expose().substr(18)));
    for (const auto* each : {&login->token, &renewed->token})
      CHECK_FALSE(leaks(line, each->expose().substr(19)));
  }
  CHECK(leaks("x" + key.substr(30, 9), key.substr(18)));  // the search itself finds
}

TEST_CASE("a line has exactly what its writer put in", "[audit]") {
  const std::string_view texts[] = {"subject-1", "key-2", "session-3", "request-4",
                                    "/path-5",   "live",  "reason-6"};
  audit::event what{.what = kind::auth_failed, .at = noon};
  what.subject = texts[0];
  CHECK(
      to_json(what) ==
      R"({"time":"2026-01-15T10:30:00.000Z","event":"auth.failed","outcome":"denied","subject":"subject-1"})");
  std::string_view* const places[] = {&what.subject, &what.key,         &what.session, &what.request_id,
                                      &what.path,    &what.environment, &what.reason};
  for (std::size_t i = 0; i < std::size(texts); ++i) {
    for (auto* place : places) *place = {};
    *places[i] = texts[i];
    const std::string json = to_json(what);
    for (const auto text : texts) CHECK((json.find(text) != json.npos) == (text == texts[i]));
  }
}
