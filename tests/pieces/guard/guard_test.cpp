#include "guard/host.hpp"

using namespace guarded;

TEST_CASE("a proven key with the demanded scope is admitted, by either header", "[guard]") {
  host h;
  const auto made = h.key();
  const std::string key(made.token.expose()), header = "Bearer " + key;
  for (const http::credential_headers& headers :
       {http::credential_headers{.authorization = header}, http::credential_headers{.x_api_key = key}}) {
    const auto who = h.check(h.both(), {.headers = headers, .secure = true}, {.scopes = may_read});
    REQUIRE(who);
    CHECK(who->granted().subject == alice);
    CHECK(who->environment() == keys::environment::live);
    REQUIRE(who->key() != nullptr);
    CHECK(who->key()->key().id == made.key.id);
    CHECK(who->token() == nullptr);
  }
}

TEST_CASE("a proven access token with the demanded scope is admitted", "[guard]") {
  host h;
  const auto session = h.session();
  const std::string header = "Bearer " + h.token(session);
  const auto who =
      h.check(h.both(), {.headers = {.authorization = header}, .secure = true}, {.scopes = may_read});
  REQUIRE(who);
  CHECK(who->granted().subject == alice);
  REQUIRE(who->token() != nullptr);
  CHECK(who->token()->session() == session.session);
  CHECK(who->key() == nullptr);
  CHECK(h.store.calls == 0);
}

TEST_CASE("a requirement that demands nothing refuses everybody, and says it is the server's mistake",
          "[guard]") {
  host h;
  const auto made = h.key({"full_access"});
  CHECK(h.bearer(h.both(), made.token.expose(), {}) == errc::internal_error);
  CHECK(h.bearer(h.both(), made.token.expose(), {.takes = guard::credentials::api_key}) ==
        errc::internal_error);
  CHECK(h.store.calls == 0);
  CHECK(h.bearer(h.both(), made.token.expose(), {.any_proven_caller = true}) == fine);
}

TEST_CASE("a key's scopes are those of the guard's registry, also where the keys' is another one",
          "[guard]") {
  host h;
  const auto made = h.key({"events:read"});
  constexpr scope::registry others{{"events:write"}, {"events:read"}};  // each at the other one's place
  auto how = h.both();
  how.scopes = others;
  CHECK(h.bearer(how, made.token.expose(), {.scopes = others.all_of({"events:read"})}) == fine);
  CHECK(h.bearer(how, made.token.expose(), {.scopes = others.all_of({"events:write"})}) ==
        errc::insufficient_scope);
  CHECK(h.bearer(how, made.token.expose(), {.scopes = may_read}) == errc::insufficient_scope);
}

TEST_CASE("any proven caller still has to be proven", "[guard]") {
  host h;
  const auto made = h.key();
  std::string typo(made.token.expose());
  typo.back() = typo.back() == 'x' ? 'y' : 'x';
  const guard::requirement anybody{.any_proven_caller = true};
  CHECK(h.bearer(h.both(), typo, anybody) == errc::key_checksum_mismatch);
  CHECK(h.check(h.both(), {.secure = true}, anybody).error().code() == errc::missing_credentials);
}

TEST_CASE("a request that did not come over TLS is refused before its credential is looked at", "[guard]") {
  host h;
  const auto made = h.key();
  const std::string key(made.token.expose());
  const guard::request plain{.headers = {.x_api_key = key}};
  CHECK(h.check(h.both(), plain, {.scopes = may_read}).error().code() == errc::https_required);
  CHECK(h.check(h.both(), {}, {.scopes = may_read}).error().code() == errc::https_required);
  CHECK(h.store.calls == 0);
  auto lax = h.both();
  lax.allow_plain_http = true;
  CHECK(h.check(lax, plain, {.scopes = may_read}));
}

TEST_CASE("a credential in the URL is refused, escaped or not, even beside a good one", "[guard]") {
  host h;
  const auto made = h.key();
  const std::string key(made.token.expose());
  std::string escaped = key;
  escaped.replace(2, 1, "%5f");
  const auto code = [&](const std::string& query) {
    const auto who = h.check(h.both(), {.headers = {.x_api_key = key}, .secure = true, .query = query},
                             {.scopes = may_read});
    return who ? fine : who.error().code();
  };
  const std::vector<std::string> carrying{"api_key=" + key,
                                          "a=b&k=" + escaped,
                                          key,
                                          "access_token=x",
                                          "access_token",
                                          "%61ccess_token=x",
                                          "a&b&key=ek_test_",
                                          "auth=Bearer%20" + key,
                                          "auth=Bearer+" + escaped,
                                          "a=1;key=" + key,
                                          key + "=",
                                          "a=b&" + escaped + "=1",
                                          "a=Bearer" + key,
                                          "key" + escaped,
                                          "key" + key + "=",
                                          key.substr(0, 20) + "-" + key.substr(20) + "=1",
                                          "q=" + key.substr(0, 3) + "&q=x-" + key.substr(0, 40)};
  for (const std::string& query : carrying) CHECK(code(query) == errc::credential_in_query);
  for (const std::string query :
       {"", "page=2", "name=ekko", "&&=&", "q=%", "q=%e", "q=%zz", "q=%4!", "q=%4:", "token_access=1",
        "q=what+is+ek_live_", "day=week_of_the_year_two_thousand_and_twenty_six",
        "tab=week_live_550e8400e29b41d4a716446655440000", "tab=week_live_schedule_of_the_main_hall-2026",
        "ek_first=1", "week_live_schedule_of_the_main_hall=1"})
    CHECK(code(query) == fine);
  CHECK(h.store.calls == 16);
}

TEST_CASE("exactly one credential, in a header that is read", "[guard]") {
  host h;
  const auto made = h.key();
  const std::string key(made.token.expose()), header = "Bearer " + key;
  const auto code = [&](const guard::options& how, const http::credential_headers& headers) {
    const auto who = h.check(how, {.headers = headers, .secure = true}, {.scopes = may_read});
    return who ? errc{} : who.error().code();
  };
  CHECK(code(h.both(), {.authorization = header, .x_api_key = key}) == errc::ambiguous_credentials);
  CHECK(code(h.both(), {.authorization = header, .repeated = true}) == errc::ambiguous_credentials);
  CHECK(code(h.both(), {.authorization = "Bearer"}) == errc::malformed_authorization);
  auto only_bearer = h.both();
  only_bearer.headers.x_api_key = false;
  CHECK(code(only_bearer, {.x_api_key = key}) == errc::missing_credentials);
  CHECK(code(only_bearer, {.authorization = header}) == fine);
  auto only_key = h.both();
  only_key.headers.bearer = false;
  CHECK(code(only_key, {.authorization = header}) == errc::missing_credentials);
  CHECK(code(only_key, {.x_api_key = key}) == fine);
}

TEST_CASE("a credential must prove itself as the kind it came as", "[guard]") {
  host h;
  const auto session = h.session();
  const std::string token = h.token(session);
  CHECK(h.check(h.both(), {.headers = {.x_api_key = token}, .secure = true}, {.scopes = may_read})
            .error()
            .code() == errc::key_malformed);
  const auto made = h.key();
  CHECK(h.bearer({.scopes = scopes, .access_tokens = h.verifier}, made.token.expose(),
                 {.scopes = may_read}) == errc::token_malformed);
  CHECK(h.bearer({.scopes = scopes, .api_keys = h.api_keys}, token, {.scopes = may_read}) ==
        errc::key_malformed);
  const std::string header = "Bearer " + token;
  CHECK(h.check({.scopes = scopes, .access_tokens = h.verifier},
                {.headers = {.x_api_key = std::string_view(made.token.expose())}, .secure = true},
                {.scopes = may_read})
            .error()
            .code() == errc::key_malformed);
}

TEST_CASE("a route that takes one kind of credential refuses the other only after it was proven", "[guard]") {
  host h;
  const auto made = h.key();
  const std::string token = h.token(h.session());
  const guard::requirement key_only{.scopes = may_read, .takes = guard::credentials::api_key};
  const guard::requirement token_only{.scopes = may_read, .takes = guard::credentials::access_token};
  CHECK(h.bearer(h.both(), made.token.expose(), key_only) == fine);
  CHECK(h.bearer(h.both(), token, token_only) == fine);
  CHECK(h.bearer(h.both(), made.token.expose(), token_only) == errc::insufficient_scope);
  CHECK(h.bearer(h.both(), token, key_only) == errc::insufficient_scope);
  std::string forged = token;
  forged.back() = forged.back() == 'A' ? 'E' : 'A';
  CHECK(h.bearer(h.both(), forged, key_only) == errc::token_signature_mismatch);
}

TEST_CASE("environment and scope are looked at after possession, in this order", "[guard]") {
  host h;
  const auto live = h.key({"events:read"});
  const auto test = h.key({"events:read"}, keys::environment::test);
  const guard::requirement live_write{.scopes = may_write, .environment = keys::environment::live};
  CHECK(h.bearer(h.both(), test.token.expose(), live_write) == errc::wrong_environment);
  CHECK(h.bearer(h.both(), live.token.expose(), live_write) == errc::insufficient_scope);
  CHECK(h.bearer(h.both(), test.token.expose(), {.scopes = may_read}) == fine);
  REQUIRE(run(h.api_keys.revoke(alice, test.key.id, noon), h.inner));
  CHECK(h.bearer(h.both(), test.token.expose(), live_write) == errc::api_key_revoked);
  const std::string token = h.token(h.session());
  CHECK(h.bearer(h.both(), token, {.scopes = may_read, .environment = keys::environment::test}) ==
        errc::wrong_environment);
  auto sandbox = h.both();
  sandbox.token_environment = keys::environment::test;
  CHECK(h.bearer(sandbox, token, {.scopes = may_read, .environment = keys::environment::test}) == fine);
}

TEST_CASE("a token ends with its session where the host asks for it, and only there", "[guard]") {
  host h;
  auto strict = h.both();
  strict.tokens_end_with_session = true;
  const auto session = h.session();
  const std::string token = h.token(session);
  CHECK(h.bearer(strict, token, {.scopes = may_read}) == fine);
  CHECK(h.store.calls == 1);

  SECTION("a sign-out") { REQUIRE(run(h.sessions.end(session.token.expose(), noon), h.inner)); }
  SECTION("a changed password") {
    REQUIRE(run(h.sessions.end_all(alice, refresh::end_reason::password_changed, noon), h.inner));
  }
  SECTION("a session that was purged") { REQUIRE(run(h.sessions.purge(noon + 24h * 31), h.inner)); }
  CHECK(h.bearer(strict, token, {.scopes = may_read}) == errc::token_revoked);
  CHECK(h.bearer(h.both(), token, {.scopes = may_read}) == fine);
}

TEST_CASE("a session that was found alive needs no second read for as long as the host allows", "[guard]") {
  host h;
  auto how = h.both();
  how.tokens_end_with_session = true;
  how.session_max_age = 10s;
  const auto gate = *guard::service::make(how);
  auto session = h.session();
  std::string header = "Bearer " + h.token(session);
  const auto code = [&](time_point now) {
    const auto who =
        run(gate.check({.headers = {.authorization = header}, .secure = true}, {.scopes = may_read}, now),
            h.store);
    return who ? fine : who.error().code();
  };
  CHECK(code(noon + 1s) == fine);
  REQUIRE(run(h.sessions.end(session.token.expose(), noon + 1s), h.inner));
  CHECK(code(noon + 11s - 1ms) == fine);
  CHECK(h.store.calls == 1);
  CHECK(code(noon + 11s) == errc::token_revoked);
  CHECK(h.store.calls == 2);

  session = h.session();
  header = "Bearer " + h.token(session);
  h.store.calls = 0;
  CHECK(code(noon + 1s) == fine);
  REQUIRE(run(h.sessions.end(session.token.expose(), noon + 1s), h.inner));
  CHECK(code(noon + 11s - 1ms) == fine);
  CHECK(h.store.calls == 1);
  CHECK(code(noon) == errc::token_revoked);       // a clock that went back trusts nothing
  CHECK(code(noon + 5s) == errc::token_revoked);  // nor does it when it comes round again
  CHECK(code(noon + 11s) == errc::token_revoked);
  CHECK(h.store.calls == 4);
}

TEST_CASE("an ended session is not remembered, nor is a live one beyond its deadline", "[guard]") {
  host h;
  auto how = h.both();
  how.tokens_end_with_session = true;
  how.session_max_age = 1h;
  auto rules = refresh::strict();
  rules.absolute_lifetime = 30min;
  h.sessions = *refresh::service::make(fixed::roots(), rules, h.random);
  const auto gate = *guard::service::make(how);
  const auto session = h.session();
  const std::string header = "Bearer " + h.token(session);
  const auto borrowed = h.signer.sign({subject_id("acc_mallory000"), session.granted.scopes},
                                      {.issued_at = noon, .session = session.session});
  const std::string borrowed_header = "Bearer " + std::string(borrowed->expose());
  const auto code = [&](const std::string& authorization, time_point now) {
    const auto who = run(
        gate.check({.headers = {.authorization = authorization}, .secure = true}, {.scopes = may_read}, now),
        h.store);
    return who ? fine : who.error().code();
  };
  CHECK(code(header, noon + 30min - 1ms) == fine);
  CHECK(code(header, noon + 30min) == errc::token_revoked);
  CHECK(code(header, noon + 30min - 1ms) == fine);
  CHECK(code(borrowed_header, noon + 30min - 1ms) == errc::token_revoked);  // it is another subject's
}

TEST_CASE("a token ends at its session's deadline even before the session is purged", "[guard]") {
  host h;
  auto strict = h.both();
  strict.tokens_end_with_session = true;
  auto rules = refresh::strict();
  rules.absolute_lifetime = 1h;
  h.sessions = *refresh::service::make(fixed::roots(), rules, h.random);
  const std::string token = h.token(h.session());
  CHECK(h.bearer(strict, token, {.scopes = may_read}, noon + 1h - 1ms) == fine);
  CHECK(h.bearer(strict, token, {.scopes = may_read}, noon + 1h) == errc::token_revoked);
}

TEST_CASE("a token without a session, or with another subject's, does not pass a session check", "[guard]") {
  host h;
  auto strict = h.both();
  strict.tokens_end_with_session = true;
  const auto session = h.session();
  const auto without = h.signer.sign(session.granted, {.issued_at = noon});
  CHECK(h.bearer(strict, without->expose(), {.scopes = may_read}) == errc::token_revoked);
  CHECK(h.store.calls == 0);
  const auto borrowed = h.signer.sign({subject_id("acc_mallory000"), session.granted.scopes},
                                      {.issued_at = noon, .session = session.session});
  CHECK(h.bearer(strict, borrowed->expose(), {.scopes = may_read}) == errc::token_revoked);
}

TEST_CASE("a store that answers with another session of the subject is not believed", "[guard]") {
  host h;
  auto strict = h.both();
  strict.tokens_end_with_session = true;
  const auto gate = *guard::service::make(strict);
  const auto ended = h.session(), alive = h.session();
  const std::string header = "Bearer " + h.token(ended);
  struct lying {
    memory::store& inner;
    family_id other;
    result<keys::find::reply> answer(const keys::find& asked) { return inner.answer(asked); }
    result<refresh::find::reply> answer(const refresh::find&) { return inner.answer(refresh::find{other}); }
    result<allowlists::find::reply> answer(const allowlists::find& asked) { return inner.answer(asked); }
  };
  const auto code = [&](const family_id& answered) {
    lying store{h.inner, answered};
    const auto who = run(
        gate.check({.headers = {.authorization = header}, .secure = true}, {.scopes = may_read}, noon + 1s),
        store);
    return who ? fine : who.error().code();
  };
  CHECK(code(alive.session) == errc::token_revoked);
  CHECK(code(ended.session) == fine);
}

TEST_CASE("only an admitted request counts as use of a key", "[guard]") {
  host h;
  const auto made = h.key();
  CHECK(h.bearer(h.both(), made.token.expose(), {.scopes = may_write}) == errc::insufficient_scope);
  CHECK(*run(h.api_keys.flush_uses(noon + 1min), h.inner) == 0);
  CHECK(h.bearer(h.both(), made.token.expose(), {.scopes = may_read}) == fine);
  CHECK(*run(h.api_keys.flush_uses(noon + 1min), h.inner) == 1);
}

TEST_CASE("a failing store denies, whichever request it fails", "[guard]") {
  host h;
  auto strict = h.with_networks();
  strict.tokens_end_with_session = true;
  const auto made = h.key();
  const std::string token = h.token(h.session());
  using kind = fixed::fault_store<memory::store>::fault;
  for (const kind how : {kind::before, kind::after}) {
    for (const int request : {0, 1}) {
      h.store.arm(request, how);
      CHECK(h.bearer(strict, made.token.expose(), {.scopes = may_read}) == errc::store_unavailable);
      h.store.arm(request, how);
      CHECK(h.bearer(strict, token, {.scopes = may_read}) == errc::store_unavailable);
    }
  }
  h.store.disarm();
  CHECK(h.bearer(strict, made.token.expose(), {.scopes = may_read}) == fine);
  CHECK(h.bearer(strict, token, {.scopes = may_read}) == fine);
}

TEST_CASE("a guard whose options make no sense is not made", "[guard]") {
  host h;
  CHECK(guard::service::make({.scopes = scopes}).error().code() == errc::option_invalid);
  auto deaf = h.both();
  deaf.headers = {.bearer = false, .x_api_key = false};
  CHECK(guard::service::make(deaf).error().code() == errc::option_invalid);
  auto proxied = h.both();
  proxied.forwarded_by = cidr::forwarding::x_forwarded_for;
  CHECK(guard::service::make(proxied).error().code() == errc::option_invalid);
  proxied.trusted_proxies = *cidr::allowlist::parse({"10.0.0.0/8"});
  CHECK(guard::service::make(proxied));
  proxied.forwarded_by = cidr::forwarding::none;
  CHECK(guard::service::make(proxied).error().code() == errc::option_invalid);
  auto old = h.both();
  for (const duration age : {duration(-1), duration(1h + 1ms)}) {
    old.session_max_age = age;
    CHECK(guard::service::make(old).error().code() == errc::option_invalid);
  }
}
