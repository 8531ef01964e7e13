#include "refresh/bench.hpp"

#include <set>

using namespace renewed;
using refresh::issue_kind;

TEST_CASE("a login answers a first token that refreshes into its successor", "[refresh]") {
  bench b;
  const auto first = b.login();
  CHECK(first.kind == issue_kind::login);
  CHECK(first.token.expose().starts_with("rt_"));
  CHECK(first.token.size() == 66);
  CHECK(first.issued_at == noon);
  CHECK(first.expires_at == noon + 24h * 30);
  const auto second = b.use(first);
  REQUIRE(second);
  CHECK(second->kind == issue_kind::rotated);
  CHECK(second->session == first.session);
  CHECK(second->granted == first.granted);
  CHECK(second->token.expose() != first.token.expose());
  CHECK(second->access_id != first.access_id);
  CHECK(second->issued_at == noon + 1h);
  CHECK(second->expires_at == noon + 1h + 24h * 30);
  CHECK((*b.use(*second, noon + 2h)).kind == issue_kind::rotated);
}

TEST_CASE("under strict a second use is reuse: the family is dead, other logins live", "[refresh]") {
  bench b;
  const auto first = b.login();
  const auto other = b.login();
  const auto second = b.use(first);
  REQUIRE(second);
  CHECK(b.refusal(first) == errc::refresh_token_reused);
  const auto dead = b.use(*second);
  REQUIRE_FALSE(dead);
  CHECK(dead.error().code() == errc::refresh_token_revoked);
  CHECK(dead.error().text() == std::string("reuse_detected"));
  CHECK(b.use(other));
}

TEST_CASE("a token many generations old is still known as reuse", "[refresh]") {
  bench b;
  const auto first = b.login();
  auto current = b.use(first);
  for (int i = 0; i < 40; ++i) current = b.use(*current);
  REQUIRE(current);
  CHECK(b.refusal(first) == errc::refresh_token_reused);
  CHECK(b.refusal(*current) == errc::refresh_token_revoked);
}

TEST_CASE("under web a retry gets the same successor and the same access token id, until the window ends",
          "[refresh]") {
  bench b(refresh::web());
  const auto first = b.login();
  const auto second = b.use(first, noon + 1h);
  REQUIRE(second);
  const auto again = b.use(first, noon + 1h + 29s);
  REQUIRE(again);
  CHECK(again->kind == issue_kind::replayed);
  CHECK(again->token.expose() == second->token.expose());
  CHECK(again->access_id == second->access_id);
  CHECK(again->issued_at == second->issued_at);
  const auto tab = b.use(*second, noon + 1h + 40s);
  REQUIRE(tab);
  CHECK(tab->kind == issue_kind::coalesced);
  CHECK(tab->token.expose() == second->token.expose());
  CHECK(tab->access_id == second->access_id);
  CHECK((*b.use(*second, noon + 1h + 59s)).kind == issue_kind::rotated);
  CHECK(b.refusal(first, noon + 1h + 59s) == errc::refresh_token_reused);
}

TEST_CASE("a token that is not ours costs no storage request", "[refresh]") {
  bench b;
  const auto real = b.login();
  const std::string good(real.token.expose());
  bench stranger(refresh::strict(), "2");
  const auto foreign = stranger.login();
  server_keys twin_roots;
  REQUIRE(twin_roots.add('1', fixed::vector_root(50)));
  const auto twin = *refresh::service::make(twin_roots, refresh::strict(), b.random);
  const auto forged = run(twin.login({.granted = {alice}, .epoch = 0}, noon), stranger.store);
  std::string typo = good;
  typo[30] = typo[30] == 'x' ? 'y' : 'x';

  b.store.calls = 0;
  const auto code = [&](std::string_view token) { return b.use(token).error().code(); };
  CHECK(code("") == errc::refresh_malformed);
  CHECK(code("rt_1a2b3c4d5e6f7g8h9i0j") == errc::refresh_malformed);
  CHECK(code(good.substr(1)) == errc::refresh_malformed);
  CHECK(code(typo) == errc::refresh_checksum_mismatch);
  CHECK(code(foreign.token.expose()) == errc::refresh_slot_unknown);
  CHECK(code(forged->token.expose()) == errc::refresh_tag_mismatch);
  CHECK(*run(b.service.end(typo, noon), b.store) == false);
  CHECK(b.store.calls == 0);
  CHECK(b.use(real));
}

TEST_CASE("a refresh asks storage twice: once to read, once to write", "[refresh]") {
  bench b;
  const auto first = b.login();
  b.store.calls = 0;
  const auto second = b.use(first);
  REQUIRE(second);
  CHECK(b.store.calls == 2);
  b.store.calls = 0;
  CHECK(b.refusal(first) == errc::refresh_token_reused);
  CHECK(b.store.calls == 2);
}

TEST_CASE("a token is dead at exactly its deadline, idle or absolute", "[refresh]") {
  bench b;
  const auto first = b.login();
  CHECK(b.refusal(first, noon + 24h * 30) == errc::refresh_token_expired);
  CHECK(b.use(first, noon + 24h * 30 - 1ms));
  auto rules = refresh::strict();
  rules.absolute_lifetime = 48h;
  bench bounded(rules);
  const auto login = bounded.login();
  CHECK(login.expires_at == noon + 48h);
  const auto late = bounded.use(login, noon + 48h - 1ms);
  REQUIRE(late);
  CHECK(late->expires_at == noon + 48h);
  CHECK(bounded.refusal(*late, noon + 48h) == errc::refresh_token_expired);
  CHECK((*run(bounded.service.list(alice, noon), bounded.store)).front().expires_at == noon + 48h);
}

TEST_CASE("a password change ends every session of the subject and no one else's", "[refresh]") {
  bench b;
  const subject_id bob("acc_bob0000000");
  const auto desk = b.login(), phone = b.login(), other = b.login(bob);
  CHECK(*run(b.service.end_all(alice, end_reason::password_changed, noon + 1s), b.store) == 1);
  for (const auto* each : {&desk, &phone}) {
    const auto dead = b.use(*each);
    REQUIRE_FALSE(dead);
    CHECK(dead.error().code() == errc::refresh_token_revoked);
    CHECK(dead.error().text() == std::string("password_changed"));
  }
  CHECK(b.use(other));
  CHECK(b.use(b.login()));
}

TEST_CASE("a login whose password was checked before the change is refused", "[refresh]") {
  bench b;
  const std::uint64_t epoch = *run(b.service.epoch(alice), b.store);
  REQUIRE(run(b.service.end_all(alice, end_reason::password_changed, noon), b.store));
  const auto late = run(b.service.login({.granted = {alice}, .epoch = epoch}, noon), b.store);
  REQUIRE_FALSE(late);
  CHECK(late.error().code() == errc::invalid_credentials);
  CHECK((*run(b.service.list(alice, noon), b.store)).empty());
}

TEST_CASE("signing out ends one session, by its token or by its owner", "[refresh]") {
  bench b;
  const auto first = b.login(), second = b.login(), third = b.login();
  CHECK(*run(b.service.end(first.token.expose(), noon), b.store));
  CHECK_FALSE(*run(b.service.end(first.token.expose(), noon), b.store));
  const auto dead = b.use(first);
  CHECK(dead.error().code() == errc::refresh_token_revoked);
  CHECK(dead.error().text() == std::string("signed_out"));
  CHECK(run(b.service.end(subject_id("acc_stranger00"), second.session, end_reason::admin, noon), b.store)
            .error()
            .code() == errc::not_found);
  CHECK(run(b.service.end(alice, family_id("7Qm2Zp9Lk4Xv1Tb8"), end_reason::admin, noon), b.store)
            .error()
            .code() == errc::not_found);
  CHECK(*run(b.service.end(alice, second.session, end_reason::admin, noon), b.store));
  CHECK(b.use(second).error().text() == std::string("admin"));
  CHECK(b.use(third));
}

TEST_CASE("a bound token is refused to another client and stays good for its own", "[refresh]") {
  bench b;
  digest mine{};
  mine.fill(1);
  const auto first = b.login({.granted = {alice}, .epoch = 0, .binding = mine});
  CHECK(b.refusal(first) == errc::refresh_binding_mismatch);
  digest wrong = mine;
  wrong[31] ^= 1;
  CHECK(
      run(b.service.refresh(first.token.expose(), {.now = noon, .binding = wrong}), b.store).error().code() ==
      errc::refresh_binding_mismatch);
  CHECK(run(b.service.refresh(first.token.expose(), {.now = noon, .binding = mine}), b.store));
}

TEST_CASE("a store that lost its last commits is noticed and denies", "[refresh]") {
  bench b;
  const auto first = b.login();
  const auto before = b.row(first);
  const auto second = b.use(first);
  REQUIRE(second);
  memory::store restored;
  auto old = before;
  REQUIRE(restored.answer(refresh::insert{old}));
  CHECK(run(b.service.refresh(second->token.expose(), {.now = noon}), restored).error().code() ==
        errc::refresh_store_regression);
  CHECK(run(b.service.refresh(first.token.expose(), {.now = noon}), restored));
}

TEST_CASE("a session survives a new server key slot and moves to it", "[refresh]") {
  bench b;
  const auto first = b.login();
  auto rules = refresh::web();
  const auto both = *refresh::service::make(fixed::roots("12"), rules, b.random);
  const auto second = run(both.refresh(first.token.expose(), {.now = noon + 1h}), b.store);
  REQUIRE(second);
  CHECK(second->token.expose()[23] == '2');
  CHECK((*run(both.refresh(first.token.expose(), {.now = noon + 1h}), b.store)).token.expose() ==
        second->token.expose());
  CHECK(run(both.refresh(second->token.expose(), {.now = noon + 2h}), b.store));
  CHECK(b.use(*second).error().code() == errc::refresh_slot_unknown);
  // A process that has not heard of the slot yet cannot give the successor again.
  const auto only = *refresh::service::make(fixed::roots("1"), rules, b.random);
  const auto third = b.login();
  REQUIRE(run(both.refresh(third.token.expose(), {.now = noon + 1h}), b.store));
  CHECK(run(only.refresh(third.token.expose(), {.now = noon + 1h}), b.store).error().code() ==
        errc::refresh_slot_unknown);
}

TEST_CASE("sessions are listed with what became of them", "[refresh]") {
  bench b;
  const auto live = b.login(), out = b.login();
  REQUIRE(run(b.service.end(out.token.expose(), noon + 1s), b.store));
  auto shown = *run(b.service.list(alice, noon + 2s), b.store);
  REQUIRE(shown.size() == 2);
  std::set<std::string> live_ids;
  for (const auto& each : shown) {
    CHECK(each.granted.subject == alice);
    if (each.live) live_ids.insert(each.id.text());
    if (each.id == out.session) CHECK(each.reason == end_reason::signed_out);
  }
  CHECK(live_ids == std::set<std::string>{live.session.text()});
  for (const auto& each : *run(b.service.list(alice, noon + 24h * 30), b.store)) CHECK_FALSE(each.live);
  REQUIRE(run(b.service.end_all(alice, end_reason::signed_out_everywhere, noon), b.store));
  for (const auto& each : *run(b.service.list(alice, noon + 2s), b.store)) CHECK_FALSE(each.live);
}

TEST_CASE("purging removes what is past its deadline; its tokens are expired, not reused", "[refresh]") {
  bench b;
  const auto first = b.login();
  const auto second = b.use(first, noon + 24h);
  REQUIRE(second);
  CHECK(*run(b.service.purge(noon + 24h * 31 - 1ms), b.store) == 0);
  CHECK(*run(b.service.purge(noon + 24h * 31), b.store) == 1);
  CHECK(b.refusal(first, noon + 24h * 31) == errc::refresh_token_expired);
}

TEST_CASE("policies and server keys outside their limits make no service", "[refresh]") {
  CHECK_FALSE(refresh::service::make(server_keys()));
  const auto refused = [](auto change) {
    auto rules = refresh::web();
    change(rules);
    const auto made = refresh::service::make(fixed::roots(), rules);
    return !made && made.error().code() == errc::option_invalid;
  };
  CHECK(refused([](refresh::policy& p) { p.race_window = 5min + 1ms; }));
  CHECK(refused([](refresh::policy& p) { p.race_window = -1ms; }));
  CHECK(refused([](refresh::policy& p) { p.lost_window = 30s + 1ms; }));
  CHECK(refused([](refresh::policy& p) { p.lost_window = -1ms; }));
  CHECK(refused([](refresh::policy& p) { p.max_replays = 17; }));
  CHECK(refused([](refresh::policy& p) { p.race_window = 0ms; }));
  CHECK(refused([](refresh::policy& p) { p.race_window = p.lost_window = 0ms, p.coalesce = true; }));
  CHECK(refused([](refresh::policy& p) { p.idle_lifetime = 0ms; }));
  CHECK(refused([](refresh::policy& p) { p.idle_lifetime = 24h * 366 + 1ms; }));
  CHECK(refused([](refresh::policy& p) { p.absolute_lifetime = 0ms; }));
  CHECK(refused([](refresh::policy& p) { p.absolute_lifetime = duration::max(); }));
  CHECK_FALSE(refused([](refresh::policy&) {}));
}

TEST_CASE("a login with a subject or client out of limits stores nothing", "[refresh]") {
  bench b;
  const auto refused = [&](refresh::new_session what) {
    b.store.calls = 0;
    const auto made = run(b.service.login(std::move(what), noon), b.store);
    CHECK(b.store.calls == 0);
    return made ? errc{} : made.error().code();
  };
  CHECK(refused({.granted = {subject_id()}, .epoch = 0}) == errc::validation_failed);
  CHECK(refused({.granted = {subject_id(std::string(256, 'a'))}, .epoch = 0}) == errc::validation_failed);
  CHECK(refused({.granted = {alice}, .epoch = 0, .client = std::string(256, 'c')}) ==
        errc::validation_failed);
  CHECK(refused({.granted = {alice}, .epoch = 0, .client = "a\nb"}) == errc::validation_failed);
  CHECK(refused({.granted = {alice}, .epoch = 0, .client = "a\xc2\x9bJ"}) == errc::validation_failed);
}

TEST_CASE("families that keep colliding end in an error, not in a taken-over session", "[refresh]") {
  bench b;
  fixed::stuck_random stuck;
  const auto service = *refresh::service::make(fixed::roots(), refresh::strict(), stuck);
  REQUIRE(run(service.login({.granted = {alice}, .epoch = 0}, noon), b.store));
  CHECK(run(service.login({.granted = {alice}, .epoch = 0}, noon), b.store).error().code() ==
        errc::internal_error);
}

TEST_CASE("every reason for an end has a name", "[refresh]") {
  const std::pair<end_reason, std::string_view> names[] = {
      {end_reason::none, "none"},
      {end_reason::signed_out, "signed_out"},
      {end_reason::signed_out_everywhere, "signed_out_everywhere"},
      {end_reason::password_changed, "password_changed"},
      {end_reason::reuse_detected, "reuse_detected"},
      {end_reason::admin, "admin"},
      {static_cast<end_reason>(99), "none"}};
  for (const auto& [reason, expected] : names) CHECK(refresh::name(reason) == expected);
}

TEST_CASE("a session is live until its deadlines, its end or a new epoch", "[refresh]") {
  bench b;
  const auto first = b.login();
  auto found = **b.inner.answer(refresh::find{first.session});
  CHECK(refresh::is_live(found, noon + 24h * 30 - 1ms));
  CHECK_FALSE(refresh::is_live(found, noon + 24h * 30));
  found.row.absolute_deadline = noon + 1h;
  CHECK(refresh::is_live(found, noon + 1h - 1ms));
  CHECK_FALSE(refresh::is_live(found, noon + 1h));
  found.subject_epoch = 1;
  CHECK_FALSE(refresh::is_live(found, noon));
  found.row.epoch = 1;
  CHECK(refresh::is_live(found, noon));
  found.row.state = refresh::status::revoked;
  CHECK_FALSE(refresh::is_live(found, noon));
}
