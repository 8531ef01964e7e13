#include "keys/bench.hpp"
#include "keys/format.hpp"

using namespace keyed;

TEST_CASE("a created key verifies with its owner, scopes and name", "[keys]") {
  bench b;
  const auto made = b.create();
  CHECK(made.token.size() == 56);
  CHECK(made.token.expose().substr(8, 10) == std::string_view(made.key.id.text()).substr(4));
  const auto who = b.verify(made.token);
  REQUIRE(who);
  CHECK(who->granted().subject == b.owner);
  CHECK(who->scopes().covers(may_read));
  CHECK_FALSE(who->scopes().covers(may_write));
  CHECK(who->key().name == "Production Server");
  CHECK(who->key().created_at == noon);
  CHECK(who->key().id == made.key.id);
  CHECK(who->secret_number() == 1);
}

TEST_CASE("what is stored is the digest and never the key", "[keys]") {
  bench b;
  const auto made = b.create();
  const auto row = b.inner.answer(keys::find{made.key.id});
  REQUIRE(row);
  REQUIRE(*row);
  const std::string_view text = made.token.expose();
  const crypto::key_ring digests(fixed::roots(), "apikey-verifier");
  CHECK((*row)->verifiers.at(0).value == keys::digest_of(digests.find('1'), "ek", keys::environment::live,
                                                         text.substr(8, 10), text.substr(19, 25)));
}

TEST_CASE("a key that cannot be ours costs no storage request, and says why in the log", "[keys]") {
  bench b({.accept_test = false});
  bench other({}, "2");
  auto made = b.create();
  const std::string good(made.token.expose());
  std::string typo = good;
  typo[30] = typo[30] == 'A' ? 'B' : 'A';
  const auto foreign = other.create();
  bench testing;
  const auto test_key = testing.create({.granted = {b.owner, *scope::list::parse({"events:read"})},
                                        .name = "t",
                                        .env = keys::environment::test});
  b.store.calls = 0;
  CHECK(b.refusal(good.substr(0, 55)) == errc::key_malformed);
  CHECK(b.refusal("") == errc::key_malformed);
  CHECK(b.refusal(std::string(9000, 'e')) == errc::key_malformed);
  CHECK(b.refusal(typo) == errc::key_checksum_mismatch);
  CHECK(b.refusal("ek_test_" + good.substr(8)) == errc::key_checksum_mismatch);
  CHECK(b.refusal(foreign.token.expose()) == errc::key_slot_unknown);
  CHECK(b.refusal(test_key.token.expose()) == errc::key_environment_refused);
  CHECK(b.store.calls == 0);
  CHECK(b.refusal(good) == errc{});
  CHECK(b.store.calls == 1);
}

TEST_CASE("an unknown id and a wrong secret of our own making are told apart in the log only", "[keys]") {
  bench b, twin;  // the same server key: the twin's keys pass every offline check here
  const auto made = b.create();
  twin.random.fill(std::string(5, ' ').data(), 5);
  const auto elsewhere = twin.create();
  CHECK(b.refusal(elsewhere.token.expose()) == errc::key_unknown);

  // A row transplanted to another key's id proves nothing: the digest is bound to the id.
  auto row = **b.inner.answer(keys::find{made.key.id});
  row.id = elsewhere.key.id;
  REQUIRE(b.inner.answer(keys::insert{row, 0}));
  CHECK(b.refusal(elsewhere.token.expose()) == errc::key_secret_mismatch);
}

TEST_CASE("creation refuses bad input with its own error and stores nothing", "[keys]") {
  bench b;
  const auto read = *scope::list::parse({"events:read"});
  const auto refused = [&](keys::new_key what) {
    b.store.calls = 0;
    const auto made = run(b.service.create(std::move(what), noon), b.store);
    CHECK(b.store.calls == 0);
    return made ? errc{} : made.error().code();
  };
  CHECK(refused({.granted = {b.owner, read}, .name = ""}) == errc::validation_failed);
  CHECK(refused({.granted = {b.owner, read}, .name = std::string(101, 'n')}) == errc::validation_failed);
  CHECK(refused({.granted = {b.owner, read}, .name = "line\nbreak"}) == errc::validation_failed);
  CHECK(refused({.granted = {b.owner, read}, .name = "next\xc2\x85line"}) == errc::validation_failed);
  CHECK(refused({.granted = {b.owner, read}, .name = "\xff"}) == errc::validation_failed);
  CHECK(refused({.granted = {subject_id(), read}, .name = "n"}) == errc::validation_failed);
  CHECK(refused({.granted = {subject_id(std::string(256, 'a')), read}, .name = "n"}) ==
        errc::validation_failed);
  CHECK(refused({.granted = {b.owner, read}, .name = "n", .expires_at = noon}) == errc::validation_failed);
  CHECK(
      refused({.granted = {b.owner, read}, .name = "n", .expires_at = noon + 1h, .not_before = noon + 1h}) ==
      errc::validation_failed);
  const auto unknown =
      run(b.service.create(
              {.granted = {b.owner, *scope::list::parse({"events:read", "events:raed"})}, .name = "n"}, noon),
          b.store);
  CHECK(unknown.error().code() == errc::unknown_scope);
  CHECK(unknown.error().position() == 1);
}

TEST_CASE("a key without scopes proves its owner and nothing else", "[keys]") {
  bench b;
  const auto who = b.verify(b.create({.granted = {b.owner}, .name = "n"}).token);
  REQUIRE(who);
  CHECK_FALSE(who->scopes().covers(may_read));
  CHECK(who->scopes().covers(scope::requirement()));
}

TEST_CASE("a key works between the times that it was created with, and can be rolled until the last",
          "[keys]") {
  bench b;
  const auto read = *scope::list::parse({"events:read"});
  const auto late =
      b.create({.granted = {b.owner, read}, .name = "n", .expires_at = noon + 2h, .not_before = noon + 1h});
  CHECK(b.refusal(late.token.expose(), noon + 1h - 1ms) == errc::api_key_not_yet_valid);
  CHECK(b.verify(late.token, noon + 1h));
  CHECK(b.refusal(late.token.expose(), noon + 2h) == errc::api_key_expired);
  const auto brief = b.create({.granted = {b.owner, read}, .name = "n", .expires_at = noon + 1ms});
  CHECK(b.verify(brief.token));
  CHECK(run(b.service.roll(b.owner, brief.key.id, 0ms, noon), b.store));
  CHECK(run(b.service.roll(b.owner, brief.key.id, 0ms, noon + 1ms), b.store).error().code() ==
        errc::validation_failed);
}

TEST_CASE("revoking ends a key at once, for every holder, for good", "[keys]") {
  bench b;
  const auto made = b.create();
  const auto gone = run(b.service.revoke(b.owner, made.key.id, noon + 1s), b.store);
  REQUIRE(gone);
  CHECK(gone->state == keys::status::revoked);
  CHECK(gone->revoked_at == noon + 1s);
  CHECK(b.refusal(made.token.expose()) == errc::api_key_revoked);
  CHECK((*run(b.service.revoke(b.owner, made.key.id, noon + 2s), b.store)).revoked_at == noon + 1s);
  CHECK(run(b.service.enable(b.owner, made.key.id, noon), b.store).error().code() == errc::version_conflict);
  CHECK(run(b.service.roll(b.owner, made.key.id, 0ms, noon), b.store).error().code() ==
        errc::version_conflict);
}

TEST_CASE("disabling is undone by enabling", "[keys]") {
  bench b;
  const auto made = b.create();
  REQUIRE(run(b.service.disable(b.owner, made.key.id, noon), b.store));
  CHECK(b.refusal(made.token.expose()) == errc::api_key_disabled);
  REQUIRE(run(b.service.enable(b.owner, made.key.id, noon), b.store));
  CHECK(b.verify(made.token));
}

TEST_CASE("another owner's key is not found, whatever is tried with it", "[keys]") {
  bench b;
  const auto made = b.create();
  const subject_id stranger("acc_stranger00");
  CHECK(run(b.service.find(stranger, made.key.id), b.store).error().code() == errc::not_found);
  CHECK(run(b.service.revoke(stranger, made.key.id, noon), b.store).error().code() == errc::not_found);
  CHECK(run(b.service.disable(stranger, made.key.id, noon), b.store).error().code() == errc::not_found);
  CHECK(run(b.service.roll(stranger, made.key.id, 0ms, noon), b.store).error().code() == errc::not_found);
  CHECK(run(b.service.find(b.owner, key_id("key_nosuchkey0")), b.store).error().code() == errc::not_found);
  CHECK((*run(b.service.list(stranger), b.store)).empty());
  CHECK(b.verify(made.token));
}

TEST_CASE("a roll keeps id and scopes, and both secrets work until the grace is over", "[keys]") {
  bench b;
  const auto old = b.create();
  const auto fresh = run(b.service.roll(b.owner, old.key.id, 1h, noon), b.store);
  REQUIRE(fresh);
  CHECK(fresh->key.id == old.key.id);
  CHECK(fresh->token.expose() != old.token.expose());
  CHECK((*b.verify(old.token, noon + 1h - 1ms)).secret_number() == 1);
  CHECK((*b.verify(fresh->token, noon + 1h)).secret_number() == 2);
  CHECK((*b.verify(fresh->token)).scopes().covers(may_read));
  CHECK(b.refusal(old.token.expose(), noon + 1h) == errc::api_key_rolled);
  CHECK(run(b.service.roll(b.owner, old.key.id, -1ms, noon), b.store).error().code() ==
        errc::validation_failed);
  CHECK(run(b.service.roll(b.owner, old.key.id, 24h * 90 + 1ms, noon), b.store).error().code() ==
        errc::validation_failed);
  REQUIRE(run(b.service.roll(b.owner, old.key.id, 1h, noon), b.store));
  CHECK(run(b.service.roll(b.owner, old.key.id, 1h, noon), b.store).error().code() == errc::roll_limit);
}

TEST_CASE("a roll without grace overtakes verifications that took their time before it", "[keys]") {
  bench b;
  const auto old = b.create();
  auto slow = b.service.verify(old.token.expose(), {.now = noon - 5ms});
  REQUIRE_FALSE(slow.done());
  const auto fresh = run(b.service.roll(b.owner, old.key.id, 0ms, noon), b.store);
  REQUIRE(fresh);
  CHECK(run(std::move(slow), b.store).error().code() == errc::api_key_rolled);
  CHECK(b.refusal(old.token.expose(), noon - 2h) == errc::api_key_rolled);  // another node's clock is behind
  CHECK(b.verify(fresh->token, noon - 2h));
}

TEST_CASE("a new server key slot makes new keys while old ones keep working until it is retired", "[keys]") {
  bench before({}, "1");
  const auto old = before.create();
  const auto both = *keys::service::make(fixed::roots("12"), scopes, {}, before.random);
  CHECK(run(both.verify(old.token.expose(), {.now = noon}), before.store));
  const auto fresh = run(both.create({.granted = {before.owner}, .name = "n"}, noon), before.store);
  CHECK(fresh->token.expose()[18] == '2');
  CHECK(run(both.verify(fresh->token.expose(), {.now = noon}), before.store));
  CHECK(before.service.parse(fresh->token.expose()).error().code() == errc::key_slot_unknown);
}

TEST_CASE("an owner's keys are counted and listed in pages", "[keys]") {
  bench b({.max_keys_per_owner = 3});
  for (int i = 0; i < 3; ++i) (void)b.create();
  const auto fourth = run(b.service.create({.granted = {b.owner}, .name = "n"}, noon), b.store);
  CHECK(fourth.error().code() == errc::key_limit_reached);
  const auto first_page = *run(b.service.list(b.owner, {}, 2), b.store);
  REQUIRE(first_page.size() == 2);
  CHECK(first_page[0].id < first_page[1].id);
  const auto second_page = *run(b.service.list(b.owner, first_page[1].id, 2), b.store);
  REQUIRE(second_page.size() == 1);
  REQUIRE(run(b.service.revoke(b.owner, second_page[0].id, noon), b.store));
  CHECK(run(b.service.create({.granted = {b.owner}, .name = "n"}, noon), b.store));
}

TEST_CASE("last use is written once a minute, and only for proven keys", "[keys]") {
  bench b;
  const auto made = b.create();
  for (int i = 0; i < 50; ++i) REQUIRE(b.verify(made.token, noon + 17s));
  b.store.calls = 0;
  CHECK(*run(b.service.flush_uses(noon + 20s), b.store) == 1);
  CHECK(*run(b.service.flush_uses(noon + 21s), b.store) == 0);
  REQUIRE(b.verify(made.token, noon + 40s));
  CHECK(*run(b.service.flush_uses(noon + 41s), b.store) == 0);
  CHECK(b.store.calls == 2);
  CHECK((*b.verify(made.token, noon + 61s)).key().last_used == noon);
  CHECK(*run(b.service.flush_uses(noon + 62s), b.store) == 1);
  CHECK((*run(b.service.find(b.owner, made.key.id), b.store)).last_used == noon + 60s);
  REQUIRE(run(b.service.revoke(b.owner, made.key.id, noon), b.store));
  CHECK_FALSE(b.verify(made.token, noon + 10min));
  CHECK(*run(b.service.flush_uses(noon + 10min), b.store) == 0);
}

TEST_CASE("a verification that waits for storage outlives its service, and every copy of it", "[keys]") {
  bench b;
  const auto made = b.create();
  std::optional<keys::service> only = *keys::service::make(fixed::roots(), scopes, {}, b.random);
  auto waiting = only->verify(made.token.expose(), {.now = noon});
  auto copy = std::optional<keys::service>(*only);
  only.reset();
  copy.reset();
  REQUIRE_FALSE(waiting.done());
  CHECK((*run(std::move(waiting), b.store)).key().id == made.key.id);
}

TEST_CASE("ids that keep colliding end in an error, not in a loop or an overwritten key", "[keys]") {
  bench b;
  fixed::stuck_random stuck;
  const auto service = *keys::service::make(fixed::roots(), scopes, {}, stuck);
  const auto first = run(service.create({.granted = {b.owner}, .name = "first"}, noon), b.store);
  REQUIRE(first);
  const auto second = run(service.create({.granted = {b.owner}, .name = "second"}, noon), b.store);
  CHECK(second.error().code() == errc::internal_error);
  CHECK((*b.verify(first->token)).key().name == "first");
}

TEST_CASE("a memory store that moved keeps what was stored", "[keys]") {
  bench b;
  const auto made = b.create();
  memory::store moved(std::move(b.inner));
  CHECK(run(b.service.verify(made.token.expose(), {.now = noon}), moved));
}
