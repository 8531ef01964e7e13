// The door for routes that take no credential.
#include "guard/host.hpp"

#include <vector>

using namespace guarded;
using audit::kind;

namespace {

const cidr::address proxy = from("10.0.0.2"), outside = from("203.0.113.9");

struct trail final : audit::sink {
  struct line {
    kind what;
    errc code;
    std::string key, client, request_id, path;
  };
  void write(const audit::event& e) noexcept override {
    lines.push_back({e.what, e.code, std::string(e.key), e.client ? e.client->to_string() : "",
                     std::string(e.request_id), std::string(e.path)});
    CHECK(e.at == noon);
    CHECK(e.subject.empty());
    CHECK(e.session.empty());
    CHECK(e.environment.empty());
  }
  std::vector<line> lines;
};

struct open_host : host {
  trail told;
  guard::options how() {
    auto with = both();
    with.trail = &told;
    return with;
  }
  result<guard::visitor> open(const guard::options& with, const guard::request& what) {
    told.lines.clear();
    return (*guard::service::make(with)).open(what, noon);
  }
  errc code(const guard::options& with, const guard::request& what) {
    const auto visitor = open(with, what);
    return visitor ? fine : visitor.error().code();
  }
};

}  // namespace

TEST_CASE("an open route lets a request without a credential in, and reports nothing", "[guard]") {
  open_host h;
  const auto visitor = h.open(h.how(), {.secure = true, .peer = outside});
  REQUIRE(visitor);
  CHECK(visitor->client() == outside);
  CHECK(h.told.lines.empty());
}

TEST_CASE("an open route demands TLS, unless the host takes plain HTTP", "[guard]") {
  open_host h;
  CHECK(h.code(h.how(), {}) == errc::https_required);
  REQUIRE(h.told.lines.size() == 1);
  CHECK(h.told.lines[0].what == kind::auth_failed);
  CHECK(h.told.lines[0].code == errc::https_required);
  auto lax = h.how();
  lax.allow_plain_http = true;
  CHECK(h.code(lax, {}) == fine);
}

TEST_CASE("an open route refuses a credential in the URL", "[guard]") {
  open_host h;
  const std::string key(h.key().token.expose());
  std::string escaped = key;
  escaped.replace(2, 1, "%5f");
  for (const std::string& query : {"api_key=" + key, "a=b&k=" + escaped, key, key + "=1",
                                   std::string("access_token=x"), std::string("%61ccess_token")}) {
    CHECK(h.code(h.how(), {.secure = true, .query = query}) == errc::credential_in_query);
    CHECK(h.told.lines.back().code == errc::credential_in_query);
  }
  for (const std::string_view query : {"", "page=2", "token=x", "day=week_of_the_year"})
    CHECK(h.code(h.how(), {.secure = true, .query = query}) == fine);
  CHECK(h.store.calls == 0);
}

TEST_CASE("a key that an open route saw in clear or in a URL is named, so that its owner can roll it",
          "[guard]") {
  open_host h;
  const auto made = h.key();
  const std::string key(made.token.expose()), query = "key=" + key, id = made.key.id.text();
  CHECK(h.code(h.how(), {.headers = {.x_api_key = key}}) == errc::https_required);
  REQUIRE(h.told.lines.size() == 2);
  CHECK(h.told.lines[0].what == kind::key_exposed_plaintext);
  CHECK(h.told.lines[0].key == id);
  CHECK(h.told.lines[1].key.empty());

  CHECK(h.code(h.how(), {.secure = true, .query = query}) == errc::credential_in_query);
  REQUIRE(h.told.lines.size() == 2);
  CHECK(h.told.lines[0].what == kind::key_exposed_in_url);
  CHECK(h.told.lines[0].key == id);

  std::string forged = key;
  forged[10] = forged[10] == 'x' ? 'y' : 'x';
  CHECK(h.code(h.how(), {.headers = {.x_api_key = forged}}) == errc::https_required);
  CHECK(h.told.lines.size() == 1);  // nothing of it is believed
}

TEST_CASE("an open route does not look at a credential in the headers of a request that came over TLS",
          "[guard]") {
  open_host h;
  const std::string key(h.key().token.expose());
  for (const http::credential_headers& headers :
       {http::credential_headers{.x_api_key = key}, http::credential_headers{.authorization = "Bearer"},
        http::credential_headers{.authorization = "Basic dXNlcjpwYXNz", .x_api_key = "x", .repeated = true}})
    CHECK(h.code(h.how(), {.headers = headers, .secure = true}) == fine);
  CHECK(h.store.calls == 0);
}

TEST_CASE("an open route needs neither keys nor tokens beyond what the guard was made with", "[guard]") {
  open_host h;
  const std::string query = "key=" + std::string(h.key().token.expose());
  const guard::options tokens{.scopes = scopes, .access_tokens = h.verifier},
      keys{.scopes = scopes, .api_keys = h.api_keys};
  for (const guard::options& how : {tokens, keys}) {
    CHECK(h.code(how, {.secure = true}) == fine);
    CHECK(h.code(how, {}) == errc::https_required);
    CHECK(h.code(how, {.secure = true, .query = "access_token=x"}) == errc::credential_in_query);
  }
  CHECK(h.code(tokens, {.secure = true, .query = query}) == fine);  // it knows no keys to look for
}

TEST_CASE("a visitor's address is found behind trusted proxies, and so is that of a proven caller",
          "[guard]") {
  open_host h;
  auto how = h.how();
  how.forwarded_by = cidr::forwarding::x_forwarded_for;
  how.trusted_proxies = *cidr::allowlist::parse({"10.0.0.0/8"});
  using outcome = cidr::client::outcome;
  const struct {
    std::optional<cidr::address> peer;
    std::vector<std::string_view> lines;
    std::optional<cidr::address> client;
    std::optional<outcome> end;
    std::uint32_t hops;
    std::string told;
  } cases[] = {{proxy, {"198.51.100.1, 203.0.113.9"}, outside, outcome::ok, 1, "203.0.113.9"},
               {outside, {"198.51.100.1"}, outside, outcome::ok, 0, "203.0.113.9"},
               {proxy, {"10.0.0.3"}, from("10.0.0.3"), outcome::all_trusted, 1, "10.0.0.3"},
               {proxy, {"203.0.113.9", "unknown"}, {}, outcome::malformed, 0, "10.0.0.2"},
               {{}, {"203.0.113.9"}, {}, {}, 0, ""}};
  const std::string key(h.key().token.expose());
  const auto check_origin = [](const auto& found, const auto& expected) {
    CHECK(found.client() == expected.client);
    REQUIRE(found.origin().has_value() == expected.end.has_value());
    if (!expected.end) return;
    CHECK(found.origin()->how() == *expected.end);
    CHECK(found.origin()->hops() == expected.hops);
  };
  for (const auto& each : cases) {
    const guard::request what{
        .headers = {.x_api_key = key}, .secure = true, .peer = each.peer, .forwarded_for = each.lines};
    const auto visitor = h.open(how, what);
    REQUIRE(visitor);
    check_origin(*visitor, each);
    const auto caller = h.check(how, what, {.scopes = may_read});
    REQUIRE(caller);
    check_origin(*caller, each);
    CHECK(h.code(how, {.peer = each.peer, .forwarded_for = each.lines}) == errc::https_required);
    CHECK(h.told.lines.back().client == each.told);
  }
}

TEST_CASE("a refusal of an open route is reported, without a credential in the path", "[guard]") {
  open_host h;
  const std::string key(h.key().token.expose()), path = "/v1/auth/" + key + "/x";
  CHECK(h.code(h.how(), {.path = path, .request_id = "7AkD3H"}) == errc::https_required);
  REQUIRE(h.told.lines.size() == 1);
  CHECK(h.told.lines[0].path == "/v1/auth/");
  CHECK(h.told.lines[0].request_id == "7AkD3H");
}

TEST_CASE("requests to open routes are reported as admitted where the host asks for it", "[guard]") {
  open_host h;
  auto how = h.how();
  how.tell_successes = true;
  CHECK(h.code(how, {.secure = true, .path = "/v1/auth/login"}) == fine);
  REQUIRE(h.told.lines.size() == 1);
  CHECK(h.told.lines[0].what == kind::auth_succeeded);
  CHECK(h.told.lines[0].code == fine);
  CHECK(h.told.lines[0].path == "/v1/auth/login");
  CHECK(h.code(how, {.path = "/v1/auth/login"}) == errc::https_required);
  CHECK(h.told.lines.size() == 1);
}

TEST_CASE("a guard that was moved from goes on", "[guard]") {
  host h;
  guard::service gate = *guard::service::make(h.both());
  const guard::service moved = std::move(gate);
  CHECK(gate.open({.secure = true}, noon));  // NOLINT: a move copies
  CHECK_FALSE(run(gate.check({.secure = true}, {.scopes = may_read}, noon), h.store));
  CHECK(moved.open({.secure = true}, noon));
}
