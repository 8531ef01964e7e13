#include "guard/host.hpp"

using namespace guarded;

namespace {

const cidr::address inside = from("192.0.2.7"), outside = from("203.0.113.9"), proxy = from("10.0.0.2");
constexpr guard::requirement reads{.scopes = may_read};

// What a request with this X-Api-Key from this peer comes to.
errc code(host& h, const guard::options& how, const std::string& key, std::optional<cidr::address> peer,
          std::initializer_list<std::string_view> forwarded = {}) {
  const auto who = h.check(
      how, {.headers = {.x_api_key = key}, .secure = true, .peer = peer, .forwarded_for = forwarded}, reads);
  return who ? fine : who.error().code();
}

errc bearer(host& h, const guard::options& how, const std::string& token, const cidr::address& peer) {
  const std::string header = "Bearer " + token;
  const auto who = h.check(how, {.headers = {.authorization = header}, .secure = true, .peer = peer}, reads);
  return who ? fine : who.error().code();
}

}  // namespace

TEST_CASE("a key passes from where its account's list and its own both let it", "[guard]") {
  host h;
  const auto made = h.key();
  const std::string key(made.token.expose());
  CHECK(code(h, h.with_networks(), key, outside) == fine);
  h.allow({alice}, "192.0.2.0/24");
  CHECK(code(h, h.with_networks(), key, inside) == fine);
  CHECK(code(h, h.with_networks(), key, outside) == errc::ip_not_allowed);
  CHECK(code(h, h.with_networks(), key, std::nullopt) == errc::ip_not_allowed);
  h.allow({alice, made.key.id}, "192.0.2.8");
  CHECK(code(h, h.with_networks(), key, inside) == errc::ip_not_allowed);
  CHECK(code(h, h.with_networks(), key, from("192.0.2.8")) == fine);
  CHECK(code(h, h.both(), key, outside) == fine);  // a host that checks no networks
}

TEST_CASE("lists that are remembered let in and deny without being read again", "[guard]") {
  host h;
  h.lists = *allowlists::service::make({.max_age = 1h}, h.random);
  const std::string key(h.key().token.expose());
  h.allow({alice}, "192.0.2.0/24");
  const auto how = h.with_networks();
  CHECK(code(h, how, key, inside) == fine);
  h.store.disarm();
  CHECK(code(h, how, key, inside) == fine);
  CHECK(code(h, how, key, outside) == errc::ip_not_allowed);
  CHECK(h.store.calls == 2);  // the key, each time
}

TEST_CASE("a token passes from where its account's list lets it", "[guard]") {
  host h;
  const std::string token = h.token(h.session());
  h.allow({alice}, "192.0.2.0/24");
  CHECK(bearer(h, h.with_networks(), token, inside) == fine);
  CHECK(bearer(h, h.with_networks(), token, outside) == errc::ip_not_allowed);
  auto strict = h.with_networks();
  strict.tokens_end_with_session = true;
  CHECK(bearer(h, strict, token, inside) == fine);
  CHECK(bearer(h, strict, token, outside) == errc::ip_not_allowed);
}

TEST_CASE(
    "networks are looked at only once possession is proven, and a wrong key is the same from everywhere",
    "[guard]") {
  host h;
  const auto made = h.key();
  h.allow({alice}, "192.0.2.0/24");
  h.store.disarm();
  // The same id and tag with another secret cannot be made from outside; a row whose digest differs is the
  // same.
  auto row = **h.inner.answer(keys::find{made.key.id});
  row.verifiers[0].value[0] ^= 1;
  REQUIRE(*h.inner.answer(keys::replace{row, row.version}));
  const std::string key(made.token.expose());
  CHECK(code(h, h.with_networks(), key, inside) == errc::key_secret_mismatch);
  CHECK(code(h, h.with_networks(), key, outside) == errc::key_secret_mismatch);
  CHECK(code(h, h.with_networks(), key, std::nullopt) == errc::key_secret_mismatch);
  CHECK(h.store.calls == 3);  // one find of the key each, and no list
}

TEST_CASE("status and environment come before networks, scope after", "[guard]") {
  host h;
  h.allow({alice}, "192.0.2.0/24");
  const auto revoked = h.key(), reader = h.key({"events:read"}),
             test = h.key({"events:read"}, keys::environment::test);
  REQUIRE(run(h.api_keys.revoke(alice, revoked.key.id, noon), h.inner));
  const auto from_outside = [&](const keys::created& made, guard::requirement demanded) {
    const std::string key(made.token.expose());
    return h
        .check(h.with_networks(), {.headers = {.x_api_key = key}, .secure = true, .peer = outside}, demanded)
        .error()
        .code();
  };
  CHECK(from_outside(revoked, reads) == errc::api_key_revoked);
  CHECK(from_outside(test, {.scopes = may_read, .environment = keys::environment::live}) ==
        errc::wrong_environment);
  CHECK(from_outside(reader, {.scopes = may_write}) == errc::ip_not_allowed);
  CHECK(from_outside(reader, {.scopes = may_read, .takes = guard::credentials::access_token}) ==
        errc::ip_not_allowed);
}

TEST_CASE("behind trusted proxies the client counts, and nobody can claim to be another", "[guard]") {
  host h;
  const std::string key(h.key().token.expose());
  h.allow({alice}, "192.0.2.0/24");
  auto how = h.with_networks();
  how.forwarded_by = cidr::forwarding::x_forwarded_for;
  how.trusted_proxies = *cidr::allowlist::parse({"10.0.0.0/8"});
  CHECK(code(h, how, key, proxy, {"192.0.2.7"}) == fine);
  CHECK(code(h, how, key, proxy, {"203.0.113.9"}) == errc::ip_not_allowed);
  CHECK(code(h, how, key, outside, {"192.0.2.7"}) == errc::ip_not_allowed);
  CHECK(code(h, how, key, proxy, {"192.0.2.7, 203.0.113.9"}) == errc::ip_not_allowed);
  CHECK(code(h, how, key, proxy, {"192.0.2.7, garbage"}) == errc::ip_not_allowed);
  CHECK(code(h, how, key, proxy, {"192.0.2.7, 10.1.1.1"}) == fine);
  CHECK(code(h, how, key, proxy) == errc::ip_not_allowed);  // the proxy itself is on no list
  CHECK(code(h, how, key, std::nullopt, {"192.0.2.7"}) == errc::ip_not_allowed);
  CHECK(code(h, h.with_networks(), key, inside, {"203.0.113.9"}) ==
        fine);  // no proxies: the header is not read
}

TEST_CASE("an unknown client passes where no list is on", "[guard]") {
  host h;
  const std::string key(h.key().token.expose());
  auto how = h.with_networks();
  how.forwarded_by = cidr::forwarding::x_forwarded_for;
  how.trusted_proxies = *cidr::allowlist::parse({"10.0.0.0/8"});
  CHECK(code(h, how, key, proxy, {"garbage"}) == fine);
  h.allow({alice}, "0.0.0.0/0");
  CHECK(code(h, how, key, proxy, {"garbage"}) == errc::ip_not_allowed);
}

TEST_CASE("a principal knows where it came from", "[guard]") {
  host h;
  const std::string key(h.key().token.expose());
  const guard::request what{.headers = {.x_api_key = key}, .secure = true, .peer = outside};
  CHECK((*h.check(h.both(), what, reads)).client() == outside);
  CHECK_FALSE((*h.check(h.both(), {.headers = {.x_api_key = key}, .secure = true}, reads)).client());
}

TEST_CASE("a denied request is no use of a key", "[guard]") {
  host h;
  const std::string key(h.key().token.expose());
  h.allow({alice}, "192.0.2.0/24");
  CHECK(code(h, h.with_networks(), key, outside) == errc::ip_not_allowed);
  CHECK(*run(h.api_keys.flush_uses(noon + 1min), h.inner) == 0);
}

TEST_CASE("a check asks each store once, and stores need not be one object", "[guard]") {
  host h;
  const std::string key(h.key().token.expose()), token = h.token(h.session());
  h.allow({alice}, "192.0.2.0/24");
  auto how = h.with_networks();
  how.tokens_end_with_session = true;
  h.store.disarm();
  CHECK(code(h, how, key, inside) == fine);
  CHECK(h.store.calls == 2);
  CHECK(bearer(h, how, token, inside) == fine);
  CHECK(h.store.calls == 4);

  const auto gate = *guard::service::make(how);
  const guard::request what{.headers = {.x_api_key = key}, .secure = true, .peer = inside};
  const guard::stores apart{&h.inner, nullptr, &h.store};
  CHECK(run(gate.check(what, reads, noon), apart));
  CHECK(h.store.calls == 5);
  const std::string header = "Bearer " + token;
  const guard::request by_token{.headers = {.authorization = header}, .secure = true, .peer = inside};
  const guard::stores without_keys{nullptr, &h.inner, &h.inner};
  CHECK(run(gate.check(by_token, reads, noon), without_keys));
  CHECK(run(gate.check(by_token, reads, noon), apart).error().code() == errc::store_unavailable);
  const guard::stores none, without_lists{&h.inner, &h.inner};
  CHECK(run(gate.check(what, reads, noon), without_lists).error().code() == errc::store_unavailable);
  CHECK(run(gate.check(what, reads, noon), none).error().code() == errc::store_unavailable);
}
