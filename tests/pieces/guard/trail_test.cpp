#include "guard/host.hpp"

#include <vector>

using namespace guarded;
using audit::kind;

namespace {

const cidr::address inside = from("192.0.2.7"), outside = from("203.0.113.9");
constexpr guard::requirement reads{.scopes = may_read}, writes{.scopes = may_write};

struct trail final : audit::sink {
  struct line {
    kind what;
    errc code;
    std::string subject, key, session, client, request_id, path, environment;
  };
  void write(const audit::event& e) noexcept override {
    lines.push_back({e.what, e.code, std::string(e.subject), std::string(e.key), std::string(e.session),
                     e.client ? e.client->to_string() : "", std::string(e.request_id), std::string(e.path),
                     std::string(e.environment)});
    CHECK(e.at == noon + 1s);
  }
  std::vector<line> lines;
};

struct told_host : host {
  trail told;
  guard::options how() {
    auto with = with_networks();
    with.trail = &told;
    with.tokens_end_with_session = true;
    return with;
  }
  // The one event that a request leaves.
  trail::line line(const guard::options& with, const http::credential_headers& headers,
                   guard::requirement demanded = reads, const cidr::address& peer = inside) {
    told.lines.clear();
    static_cast<void>(check(
        with,
        {.headers = headers, .secure = true, .peer = peer, .path = "/v1/events", .request_id = "7AkD3H"},
        demanded));
    REQUIRE(told.lines.size() == 1);
    CHECK(told.lines[0].path == "/v1/events");
    CHECK(told.lines[0].request_id == "7AkD3H");
    CHECK(told.lines[0].client == peer.to_string());
    return told.lines[0];
  }
};

}  // namespace

TEST_CASE("the trail is told of every refusal, with what was proven of the caller", "[guard]") {
  told_host h;
  const auto made = h.key(), test = h.key({"events:read"}, keys::environment::test);
  const std::string key(made.token.expose()), id = made.key.id.text();

  auto line = h.line(h.how(), {});
  CHECK(line.what == kind::auth_failed);
  CHECK(line.code == errc::missing_credentials);
  CHECK(line.subject.empty());

  std::string typo = key;
  typo.back() = typo.back() == 'x' ? 'y' : 'x';
  line = h.line(h.how(), {.x_api_key = typo});
  CHECK(line.code == errc::key_checksum_mismatch);
  CHECK(line.key.empty());

  line = h.line(h.how(), {.x_api_key = key}, writes);
  CHECK(line.what == kind::auth_scope_denied);
  CHECK(line.code == errc::insufficient_scope);
  CHECK(line.subject == alice.text());
  CHECK(line.key == id);
  CHECK(line.environment == "live");

  const std::string other(test.token.expose());
  line = h.line(h.how(), {.x_api_key = other}, {.scopes = may_read, .environment = keys::environment::live});
  CHECK(line.what == kind::auth_wrong_environment);
  CHECK(line.environment == "test");

  h.allow({alice}, "192.0.2.0/24");
  line = h.line(h.how(), {.x_api_key = key}, reads, outside);
  CHECK(line.what == kind::auth_network_denied);
  CHECK(line.subject == alice.text());

  REQUIRE(run(h.api_keys.revoke(alice, made.key.id, noon), h.inner));
  line = h.line(h.how(), {.x_api_key = key});
  CHECK(line.what == kind::auth_failed);
  CHECK(line.code == errc::api_key_revoked);
  CHECK(line.subject == alice.text());
  CHECK(line.key == id);

  line = h.line(h.how(), {.x_api_key = key}, {});
  CHECK(line.what == kind::request_failed);
  CHECK(line.code == errc::internal_error);
}

TEST_CASE("a proven key that does not work now names its owner, whatever the reason", "[guard]") {
  told_host h;
  const auto create = [&](std::optional<time_point> expires_at, std::optional<time_point> not_before) {
    return *run(h.api_keys.create({.granted = {alice, *scope::list::parse({"events:read"})},
                                   .name = "n",
                                   .expires_at = expires_at,
                                   .not_before = not_before},
                                  noon),
                h.inner);
  };
  const auto disabled = h.key(), rolled = h.key(), expired = create(noon + 1s, {}),
             early = create({}, noon + 2s);
  REQUIRE(run(h.api_keys.disable(alice, disabled.key.id, noon), h.inner));
  REQUIRE(run(h.api_keys.roll(alice, rolled.key.id, 0ms, noon), h.inner));
  const std::pair<const keys::created*, errc> cases[] = {{&disabled, errc::api_key_disabled},
                                                         {&rolled, errc::api_key_rolled},
                                                         {&expired, errc::api_key_expired},
                                                         {&early, errc::api_key_not_yet_valid}};
  for (const auto& [made, why] : cases) {
    const auto line = h.line(h.how(), {.x_api_key = std::string_view(made->token.expose())});
    CHECK(line.what == kind::auth_failed);
    CHECK(line.code == why);
    CHECK(line.subject == alice.text());
    CHECK(line.key == made->key.id.text());
  }
}

TEST_CASE("an unknown key is told by its id, and is nobody's", "[guard]") {
  told_host h, elsewhere;
  const auto made = elsewhere.key();
  const auto line = h.line(h.how(), {.x_api_key = std::string_view(made.token.expose())});
  CHECK(line.code == errc::key_unknown);
  CHECK(line.key == made.key.id.text());
  CHECK(line.subject.empty());
}

TEST_CASE("a guard that takes no keys looks for none, in headers, query or path", "[guard]") {
  told_host h;
  const std::string key(h.key().token.expose()), query = "key=" + key, path = "/v1/" + key;
  const guard::options how{.scopes = scopes, .access_tokens = h.verifier, .trail = &h.told};
  const auto told = [&](const guard::request& what) {
    h.told.lines.clear();
    CHECK_FALSE(h.check(how, what, reads));
    REQUIRE(h.told.lines.size() == 1);
    return h.told.lines[0];
  };
  CHECK(told({.headers = {.x_api_key = key}}).code == errc::https_required);
  CHECK(told({.secure = true, .query = query}).code == errc::missing_credentials);
  CHECK(told({.secure = true, .query = "access_token=x"}).code == errc::credential_in_query);
  CHECK(told({.secure = true, .path = path}).path == path);
  CHECK(told({.secure = true, .path = "/v1/" + h.token(h.session()) + "/x"}).path == "/v1/");
}

TEST_CASE("a secret that was not proven names the key and not its owner", "[guard]") {
  told_host h;
  const auto made = h.key();
  auto row = **h.inner.answer(keys::find{made.key.id});
  row.verifiers[0].value[0] ^= 1;
  REQUIRE(*h.inner.answer(keys::replace{row, row.version}));
  const auto line = h.line(h.how(), {.x_api_key = std::string_view(made.token.expose())});
  CHECK(line.code == errc::key_secret_mismatch);
  CHECK(line.key == made.key.id.text());
  CHECK(line.subject.empty());
}

TEST_CASE("a token's refusals name its subject and session once it is proven", "[guard]") {
  told_host h;
  const auto session = h.session();
  const std::string header = "Bearer " + h.token(session);
  REQUIRE(run(h.sessions.end(session.token.expose(), noon), h.inner));
  const auto line = h.line(h.how(), {.authorization = header});
  CHECK(line.code == errc::token_revoked);
  CHECK(line.subject == alice.text());
  CHECK(line.session == session.session.text());
  CHECK(h.line(h.how(), {.authorization = header + "x"}).subject.empty());
}

TEST_CASE("storage trouble is told too, whichever request it met", "[guard]") {
  told_host h;
  const std::string key(h.key().token.expose());
  for (const int request : {0, 1}) {
    h.store.arm(request);
    const auto line = h.line(h.how(), {.x_api_key = key});
    CHECK(line.what == kind::auth_failed);
    CHECK(line.code == errc::store_unavailable);
    CHECK(line.subject == (request == 0 ? "" : alice.text()));
  }
}

TEST_CASE("successes are told where the host asks for it", "[guard]") {
  told_host h;
  const auto made = h.key();
  const std::string key(made.token.expose());
  auto how = h.how();
  CHECK(h.check(how, {.headers = {.x_api_key = key}, .secure = true}, reads));
  CHECK(h.told.lines.empty());
  how.tell_successes = true;
  const auto line = h.line(how, {.x_api_key = key});
  CHECK(line.what == kind::auth_succeeded);
  CHECK(line.code == fine);
  CHECK(line.key == made.key.id.text());
}

TEST_CASE("a key that travelled in clear or in a URL is named, so that its owner can roll it", "[guard]") {
  told_host h;
  const auto made = h.key();
  const std::string key(made.token.expose());
  CHECK_FALSE(h.check(h.how(), {.headers = {.x_api_key = key}}, reads));
  REQUIRE(h.told.lines.size() == 2);
  CHECK(h.told.lines[0].what == kind::key_exposed_plaintext);
  CHECK(h.told.lines[0].key == made.key.id.text());
  CHECK(h.told.lines[1].code == errc::https_required);
  CHECK(h.told.lines[1].key.empty());

  h.told.lines.clear();
  const std::string query = "key=" + key;
  CHECK_FALSE(h.check(h.how(), {.secure = true, .query = query}, reads));
  REQUIRE(h.told.lines.size() == 2);
  CHECK(h.told.lines[0].what == kind::key_exposed_in_url);
  CHECK(h.told.lines[0].key == made.key.id.text());
  CHECK(h.told.lines[1].code == errc::credential_in_query);

  h.told.lines.clear();
  std::string forged = key;
  forged[10] = forged[10] == 'x' ? 'y' : 'x';
  CHECK_FALSE(h.check(h.how(), {.headers = {.x_api_key = forged}}, reads));
  CHECK(h.told.lines.size() == 1);  // nothing of it is believed
}

TEST_CASE("a credential in the path is not told, nor what follows it", "[guard]") {
  told_host h;
  const std::string key(h.key().token.expose()), token = h.token(h.session()),
                                                 refresh_token(h.session().token.expose());
  std::string escaped = key, escaped_dots = token;
  escaped.replace(0, 1, "%65");
  escaped_dots.replace(token.find('.'), 1, "%2e");
  const struct {
    std::string path, told;
  } cases[] = {
      {"/v1/events/" + key, "/v1/events/"},
      {"/v1/" + escaped + "/events", "/v1/"},
      {key, ""},
      {token, ""},
      {refresh_token, ""},
      {"/v1/eyJ0eXAi.of-others_without-a-dot-at-20", "/v1/"},
      {"/v1/key=" + key, "/v1/key="},
      {"/v1/events;key=" + escaped + "/x", "/v1/events;key="},
      {"/v1%2F" + key, "/v1%2F"},
      {"/v1%2fa%20b/x%3D" + key, "/v1%2fa%20b/x%3D"},
      {"/v1/x_" + key.substr(0, 40), "/v1/x_"},
      {"/v1/verify" + key, "/v1/verify"},
      {"/v1/verify" + escaped + "/x", "/v1/verify"},
      {"/v1/refresh" + refresh_token, "/v1/refresh"},
      {"/v1/token" + token, "/v1/token"},
      {"/v1/week_live_550e8400e29b41d4a716446655440000", "/v1/week_live_550e8400e29b41d4a716446655440000"},
      {"/v1/report_01J9ZK3V8N7Q2W5XYZABCDEFGH/x", "/v1/report_01J9ZK3V8N7Q2W5XYZABCDEFGH/x"},
      {"/v1/week_live_schedule_of_the_main_hall-2026", "/v1/week_live_schedule_of_the_main_hall-2026"},
      {"/v1/export_from_2026-11-29_to_2026-12-24", "/v1/export_from_2026-11-29_to_2026-12-24"},
      {"/v1/" + token, "/v1/"},
      {"/v1/a%3A" + escaped_dots + "/x", "/v1/a%3A"},
      {"/v1/" + refresh_token, "/v1/"},
      {"/v1/a," + refresh_token.substr(0, 40), "/v1/a,"},
      {"/v1/week_of_the_year_two_thousand_and_twenty_six",
       "/v1/week_of_the_year_two_thousand_and_twenty_six"},
      {"/v1/x=ek_live_/start_date/they.were/rt_short%2", "/v1/x=ek_live_/start_date/they.were/rt_short%2"},
      {"/v1/events/ek", "/v1/events/ek"},
      {"//v1/", "//v1/"},
      {"", ""}};
  for (const auto& each : cases) {
    for (const bool secure : {true, false}) {
      h.told.lines.clear();
      CHECK_FALSE(h.check(h.how(), {.secure = secure, .path = each.path}, reads));
      REQUIRE(h.told.lines.size() == 1);
      CHECK(h.told.lines[0].path == each.told);
    }
  }
}

TEST_CASE("no event holds a credential", "[guard]") {
  told_host h;
  const auto made = h.key();
  const auto session = h.session();
  const std::string key(made.token.expose()), token = h.token(session), header = "Bearer " + token;
  auto how = h.how();
  how.tell_successes = true;
  for (const guard::requirement& demanded : {reads, writes, guard::requirement{}}) {
    static_cast<void>(h.check(how, {.headers = {.x_api_key = key}, .secure = true}, demanded));
    static_cast<void>(h.check(how, {.headers = {.authorization = header}, .secure = true}, demanded));
    static_cast<void>(h.check(how, {.headers = {.x_api_key = key}}, demanded));
  }
  CHECK(h.told.lines.size() == 11);
  for (const std::string& carried : {key, token, std::string(session.token.expose())})
    for (const std::string before : {"/v1/", "/v1/a=", "/v1;", "/v1%2F", "/v1/%20", "/v1/verify"})
      static_cast<void>(
          h.check(how, {.headers = {.x_api_key = key}, .secure = true, .path = before + carried}, reads));
  CHECK(h.told.lines.size() == 11 + 18);
  for (const auto& line : h.told.lines) {
    for (const std::string* text : {&line.subject, &line.key, &line.session, &line.client, &line.request_id,
                                    &line.path, &line.environment}) {
      CHECK(text->find(key.substr(18)) == std::string::npos);
      CHECK(text->find(token) == std::string::npos);
      CHECK(text->find(session.token.expose().substr(24)) == std::string::npos);
    }
  }
}
