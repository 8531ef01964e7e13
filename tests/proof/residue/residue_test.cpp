// What is left in memory of secrets and tokens once their objects are gone: nothing. All that the process may
// write is searched, dead stack frames and freed heap included, which is all that a core dump would hold of
// it.
#include <ekauth/guard.hpp>
#include <ekauth/jwt.hpp>
#include <ekauth/keys.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/password.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include <array>
#include <atomic>
#include <cstdlib>
#include <new>
#include <optional>
#include <vector>

#include "catch.hpp"
#include "jwt/base64url.hpp"
#include "support/dice.hpp"
#include "support/figure.hpp"
#include "support/fixed.hpp"
#include "support/memory_scan.hpp"

using namespace ekauth;
using namespace std::chrono_literals;
using fixed::noon;

namespace {

alignas(64) char arena[std::size_t{24} << 20];
std::atomic<std::size_t> used{0};

void* take(std::size_t size) {
  const std::size_t at = used.fetch_add((size + 63) / 64 * 64);
  if (at + size > sizeof arena) std::abort();
  return arena + at;
}

}  // namespace

void* operator new(std::size_t size) { return take(size); }
void* operator new[](std::size_t size) { return take(size); }
void* operator new(std::size_t size, std::align_val_t) { return take(size); }
void* operator new[](std::size_t size, std::align_val_t) { return take(size); }
void operator delete(void*) noexcept {}
void operator delete[](void*) noexcept {}
void operator delete(void*, std::size_t) noexcept {}
void operator delete[](void*, std::size_t) noexcept {}
void operator delete(void*, std::align_val_t) noexcept {}
void operator delete[](void*, std::align_val_t) noexcept {}
void operator delete(void*, std::size_t, std::align_val_t) noexcept {}
void operator delete[](void*, std::size_t, std::align_val_t) noexcept {}

namespace {

constexpr scope::registry scopes{{"events:read"}};
const subject_id alice("acc_9i8h7g6f5e");

/// Texts to look for, none of which lies here in clear.
class wanted {
 public:
  void add(std::string_view text) { masked_.push_back(memory_scan::masked(std::string(text))); }
  /// Of a token its secret: its other parts are stored or public.
  void add_part(const secret& token, std::size_t from, std::size_t size) {
    add(token.expose().substr(from, size));
  }
  /// A key, and what HMAC makes of it before it hashes.
  void add_key(std::string_view key) {
    add(key);
    for (const char pad : {'\x36', '\x5c'}) {
      std::string padded = memory_scan::masked(std::string(key));
      for (char& c : padded) c = static_cast<char>(c ^ pad);
      masked_.push_back(padded);
    }
  }
  [[nodiscard]] std::size_t size() const { return masked_.size(); }
  [[nodiscard]] std::size_t found() const {
    std::size_t count = 0;
    for (const std::string& each : masked_) count += memory_scan::is_in_memory(each) ? 1 : 0;
    return count;
  }

 private:
  std::vector<std::string> masked_;
};

/// Random bytes of the test's own, which it wipes.
struct raw_key {
  std::array<char, 32> bytes;
  explicit raw_key(std::uint64_t seed) {
    fixed::dice roll(seed);
    for (char& c : bytes) c = static_cast<char>(roll.below(256));
  }
  raw_key(const raw_key&) = delete;
  raw_key& operator=(const raw_key&) = delete;
  ~raw_key() { wipe(bytes.data(), bytes.size()); }
  [[nodiscard]] std::string_view view() const { return {bytes.data(), bytes.size()}; }
};

/// A random secret in base64, and the bytes that it stands for.
struct base64_key {
  std::array<char, 64> text;
  std::array<char, 48> bytes;
  explicit base64_key(std::uint64_t seed) {
    fixed::dice roll(seed);
    for (char& c : text) c = roll.one_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    REQUIRE(jwt::base64url::portable::decode({text.data(), text.size()}, bytes.data()));
  }
  base64_key(const base64_key&) = delete;
  base64_key& operator=(const base64_key&) = delete;
  ~base64_key() {
    wipe(text.data(), text.size());
    wipe(bytes.data(), bytes.size());
  }
};

/// What a server reads from its socket, and overwrites with the next request.
struct received {
  std::array<char, 512> room{};
  std::size_t size;
  explicit received(const secret& token, std::string_view before = {}) : size(before.size() + token.size()) {
    const std::string_view text = token.expose();
    std::copy(text.begin(), text.end(), std::copy(before.begin(), before.end(), room.begin()));
  }
  received(const received&) = delete;
  received& operator=(const received&) = delete;
  ~received() { wipe(room.data(), room.size()); }
  [[nodiscard]] std::string_view view() const { return {room.data(), size}; }
};

server_keys roots_of(const raw_key& key) {
  server_keys roots;
  REQUIRE(roots.add('1', secret(key.view())));
  return roots;
}

// Each is one life of its credentials, from making to the end of every object that held them.

[[gnu::noinline]] void live_with_api_keys(wanted& secrets) {
  const raw_key key(1);
  secrets.add_key(key.view());
  memory::store store;
  fixed::counting_random random(11);
  const auto service = *keys::service::make(roots_of(key), scopes, {}, random);
  const auto made = run(service.create({.granted = {alice, {}}, .name = "Production"}, noon), store);
  const auto rolled = run(service.roll(alice, made->key.id, 1h, noon), store);
  secrets.add_part(made->token, 19, 25);
  secrets.add_part(rolled->token, 19, 25);
  for (const secret* each : {&made->token, &rolled->token}) {
    const received request(*each);
    REQUIRE(run(service.verify(request.view(), {.now = noon}), store));
    received wrong(*each);
    wrong.room[30] = wrong.room[30] == 'a' ? 'b' : 'a';
    REQUIRE_FALSE(run(service.verify(wrong.view(), {.now = noon}), store));
  }
  REQUIRE(secrets.found() == 3);  // the key and both tokens, while they live
}

[[gnu::noinline]] void live_with_sessions(wanted& secrets, refresh::policy rules) {
  const raw_key key(2);
  secrets.add_key(key.view());
  memory::store store;
  fixed::counting_random random(12);
  const auto service = *refresh::service::make(roots_of(key), rules, random);
  std::vector<refresh::issued> issued;
  const auto keep = [&](result<refresh::issued> one) {
    REQUIRE(one);
    secrets.add_part(one->token, 24, 25);
    issued.push_back(*std::move(one));
  };
  keep(run(service.login({.granted = {alice, {}}, .epoch = 0}, noon), store));
  for (int i = 0; i < 3; ++i) {
    const received request(issued.back().token);
    keep(run(service.refresh(request.view(), {.now = noon + (i + 1) * 1min}), store));
  }
  const received spent(issued[2].token);
  const auto again = run(service.refresh(spent.view(), {.now = noon + 3min + 1s}), store);
  REQUIRE(again.has_value() == rules.coalesce);  // a replay, or reuse
  REQUIRE(secrets.found() >= 5);
}

[[gnu::noinline]] void live_with_tokens(wanted& secrets, std::size_t remembered) {
  const raw_key key(3);
  secrets.add_key(key.view());
  auto keyset = *jwt::keyset::make(jwt::key{"k", secret(key.view())});
  const auto signer = *jwt::signer::make(keyset, {.issuer = "https://auth.example", .audience = "events"});
  const auto verifier = *jwt::verifier::make(
      keyset, {.issuer = "https://auth.example", .audiences = {"events"}, .remembered_tokens = remembered});
  const auto token = signer.sign({alice, {}}, {.issued_at = noon, .session = family_id("s1")});
  REQUIRE(token);
  secrets.add_part(*token, token->size() - 43, 43);
  for (int i = 0; i < 2; ++i) {
    const received request(*token);
    REQUIRE(verifier.verify(request.view(), noon));
    received wrong(*token);
    wrong.room[wrong.size - 10] = wrong.room[wrong.size - 10] == 'a' ? 'b' : 'a';
    REQUIRE_FALSE(verifier.verify(wrong.view(), noon));
  }
  REQUIRE(secrets.found() >= 2);
}

// A keyset decodes what may be base64, to see whether a key file is inside.
[[gnu::noinline]] void live_with_a_secret_in_base64(wanted& secrets) {
  const base64_key key(6);
  secrets.add_key({key.text.data(), key.text.size()});
  secrets.add({key.bytes.data(), key.bytes.size()});
  REQUIRE(jwt::keyset::make(jwt::key{"k", secret({key.text.data(), key.text.size()})}));
  REQUIRE(secrets.found() == 2);
}

// A key where none belongs: in query and path, escaped and not, before a guard that tells.
[[gnu::noinline]] void live_with_keys_in_urls(wanted& secrets) {
  struct counting final : audit::sink {
    std::size_t events = 0;
    void write(const audit::event&) noexcept override { ++events; }
  } trail;
  const raw_key key(5);
  secrets.add_key(key.view());
  memory::store store;
  fixed::counting_random random(13);
  const auto service = *keys::service::make(roots_of(key), scopes, {}, random);
  const auto gate = *guard::service::make({.scopes = scopes, .api_keys = service, .trail = &trail});
  const auto made = run(service.create({.granted = {alice, {}}, .name = "Production"}, noon), store);
  secrets.add_part(made->token, 19, 25);
  for (const std::string_view before : {"", "key=", "a=b&auth=Bearer%20", "a=b;key=", "access_token="}) {
    const received query(made->token, before);
    REQUIRE_FALSE(
        run(gate.check({.secure = true, .query = query.view()}, {.any_proven_caller = true}, noon), store));
  }
  for (const std::string_view before : {"/v1/", "/v1%2F", "/v1/a%20b;key="}) {
    const received path(made->token, before), header(made->token);
    REQUIRE(run(gate.check({.headers = {.x_api_key = header.view()}, .secure = true, .path = path.view()},
                           {.any_proven_caller = true}, noon),
                store));
  }
  REQUIRE(trail.events > 5);
  REQUIRE(secrets.found() >= 2);
}

[[gnu::noinline]] void live_with_a_password(wanted& secrets) {
  const raw_key password(4);
  secrets.add(password.view());
  const auto hasher = password::hasher::make({.passes = 1, .memory_bytes = std::size_t{8} << 20});
  const auto hash = hasher->hash(password.view());
  REQUIRE(hasher->verify(*hash, password.view()));
  REQUIRE_FALSE(hasher->verify(*hash, password.view().substr(1)));
  REQUIRE(secrets.found() == 1);
}

std::uint64_t looked_for = 0;

void expect_none(const wanted& secrets) {
  const std::size_t found = secrets.found();
  CHECK(found == 0);
  looked_for += secrets.size();
  fixed::figure("secrets and keys looked for in memory once they are gone",
                std::to_string(looked_for) + ", " + std::to_string(found) + " found");
}

}  // namespace

TEST_CASE("of API keys and their server key nothing is in memory once they are gone", "[keys]") {
  wanted secrets;
  live_with_api_keys(secrets);
  expect_none(secrets);
}

TEST_CASE("of refresh tokens and their server key nothing is in memory once they are gone", "[refresh]") {
  for (const refresh::policy& rules : {refresh::strict(), refresh::web()}) {
    wanted secrets;
    live_with_sessions(secrets, rules);
    expect_none(secrets);
  }
}

TEST_CASE("of access tokens and their signing secret nothing is in memory once they are gone", "[jwt]") {
  for (const std::size_t remembered : {std::size_t{0}, std::size_t{16}}) {
    wanted secrets;
    live_with_tokens(secrets, remembered);
    expect_none(secrets);
  }
}

TEST_CASE("of a signing secret in base64 nothing is in memory once it is gone, nor of what it stands for",
          "[jwt]") {
  wanted secrets;
  live_with_a_secret_in_base64(secrets);
  expect_none(secrets);
}

TEST_CASE("of an API key in a URL nothing is in memory once it is refused", "[guard]") {
  wanted secrets;
  live_with_keys_in_urls(secrets);
  expect_none(secrets);
}

TEST_CASE("of a password nothing is in memory once it is hashed and compared", "[password]") {
  wanted secrets;
  live_with_a_password(secrets);
  expect_none(secrets);
}
