// Memory that runs out once, at every allocation in turn: what passes through the library leaves no lock and
// no connection behind, and is never a yes.
#include <ekauth/allowlists.hpp>
#include <ekauth/audit.hpp>
#include <ekauth/cidr.hpp>
#include <ekauth/cidr_published.hpp>
#include <ekauth/guard.hpp>
#include <ekauth/jwt.hpp>
#include <ekauth/keys.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>
#include <ekauth/sqlite.hpp>

#include "catch.hpp"
#include "exhaustion/allocations.hpp"
#include "support/figure.hpp"
#include "support/fixed.hpp"
#include "support/postgres_schema.hpp"
#include "support/private_redis.hpp"
#include "support/temporary.hpp"

#include <openssl/crypto.h>

#include <cstdlib>
#include <string>
#include <thread>

using namespace exhausted;

namespace {

// OpenSSL's memory too, from its first on.
void* openssl_malloc(std::size_t size, const char*, int) { return fails_now() ? nullptr : std::malloc(size); }
void* openssl_realloc(void* room, std::size_t size, const char*, int) {
  return fails_now() ? nullptr : std::realloc(room, size);
}
void openssl_free(void* room, const char*, int) { std::free(room); }
const bool openssl_asks_here = CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) == 1;

}  // namespace

// Not inlined, because compilers take a pair of which they see only one half for a mistake.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (void* const room = ::operator new(size, std::nothrow)) return room;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  if (fails_now()) return nullptr;
  ++alive;
  return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void* operator new[](std::size_t size) { return ::operator new(size); }
[[gnu::noinline]] void* operator new[](std::size_t size, const std::nothrow_t& none) noexcept {
  return ::operator new(size, none);
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
  if (fails_now()) throw std::bad_alloc();
  ++alive;
  const auto bytes = static_cast<std::size_t>(alignment);
  if (void* const room = std::aligned_alloc(bytes, (size + bytes - 1) / bytes * bytes)) return room;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* room) noexcept {
  if (room != nullptr) --alive;
  std::free(room);
}
[[gnu::noinline]] void operator delete(void* room, std::size_t) noexcept { ::operator delete(room); }
[[gnu::noinline]] void operator delete(void* room, std::align_val_t) noexcept { ::operator delete(room); }
[[gnu::noinline]] void operator delete(void* room, std::size_t, std::align_val_t) noexcept {
  ::operator delete(room);
}
[[gnu::noinline]] void operator delete[](void* room) noexcept { ::operator delete(room); }
[[gnu::noinline]] void operator delete[](void* room, std::size_t) noexcept { ::operator delete(room); }

using namespace ekauth;
using namespace std::chrono_literals;
using fixed::noon;

namespace {

constexpr scope::registry scopes{{"events:read"}};
const subject_id alice("acc_9i8h7g6f5e");

// Runs operation with its first, second, third … allocation failing, until none fails any more; after each
// failure, check must hold. Answers how many failures there were.
template <class Operation, class Check>
int fail_each_allocation(Operation operation, Check check) {
  int failures = 0;
  for (; fails_after(failures, operation); ++failures) check();
  return failures;
}

// The same with a thread for each try that has done nothing before; it then does it once more.
template <class Operation, class Check>
int fail_each_allocation_of_a_new_thread(Operation operation, Check check) {
  bool failed = true;
  int failures = -1;
  while (failed) {
    ++failures;
    std::thread([&] {
      failed = fails_after(failures, operation);
      operation();  // which is whole again
    }).join();
    check();
  }
  return failures;
}

// What there is before memory runs out: a key that may be verified, and what makes more.
struct services {
  template <class Store>
  explicit services(Store& store) {
    const auto made =
        run(api_keys.create({.granted = {alice, *scope::list::parse({"events:read"})}, .name = "n"}, noon),
            store);
    REQUIRE(made);
    key = made->token.expose();
    id = made->key.id;
  }
  fixed::counting_random random;
  keys::service api_keys = *keys::service::make(fixed::roots(), scopes, {}, random);
  refresh::service sessions = *refresh::service::make(fixed::roots(), refresh::web(), random);
  std::string key;
  key_id id;
};

template <class Store>
void exhaust(const std::string& name, Store& store) {
  REQUIRE(openssl_asks_here);
  const std::uint64_t before = failed_so_far;
  services with(store);
  auto& random = with.random;
  const auto& api_keys = with.api_keys;
  const auto& sessions = with.sessions;
  const auto& key = with.key;
  const auto works = [&] { REQUIRE(run(api_keys.verify(key, {.now = noon}), store)); };

  CHECK(fail_each_allocation([&] { (void)run(api_keys.verify(key, {.now = noon}), store); }, works) > 0);
  CHECK(fail_each_allocation(
            [&] { (void)run(api_keys.create({.granted = {alice}, .name = "more"}, noon), store); }, works) >
        0);
  CHECK(fail_each_allocation([&] { (void)run(api_keys.roll(alice, with.id, 1h, noon), store); }, works) > 0);
  CHECK(fail_each_allocation([&] { (void)run(api_keys.list(alice), store); }, works) > 0);
  (void)fail_each_allocation([&] { (void)run(api_keys.flush_uses(noon + 1min), store); }, works);

  // A new login for each try: a token that met a failure may be spent or not.
  const auto log_in = [&] {
    auto fresh = run(sessions.login({.granted = {alice}, .epoch = 0}, noon), store);
    REQUIRE(fresh);
    return std::string(fresh->token.expose());
  };
  std::string token = log_in();
  const auto next = [&] {
    works();
    token = log_in();
    REQUIRE(run(sessions.refresh(token, {.now = noon}), store));
    token = log_in();
  };
  CHECK(fail_each_allocation([&] { (void)run(sessions.refresh(token, {.now = noon}), store); }, next) > 0);
  CHECK(fail_each_allocation(
            [&] { (void)run(sessions.login({.granted = {alice}, .epoch = 0}, noon), store); }, next) > 0);
  token = log_in();

  // An allowlist that met a failure is the old or the new one, and lets in nobody that neither does.
  const auto lists = *allowlists::service::make({}, random);
  const allowlists::holder of{alice, with.id};
  const cidr::address inside = *cidr::address::parse("192.0.2.7"),
                      outside = *cidr::address::parse("203.0.113.9");
  std::uint64_t version = 0;
  bool let_in = false;
  const auto save = [&] {
    const auto saved = run(lists.save(of,
                                      {.entries = {{"192.0.2.0/24", "an office with a long name"}},
                                       .enabled = true,
                                       .expected = version},
                                      noon),
                           store);
    if (saved) version = saved->version;
  };
  const auto reread = [&] { version = (*run(lists.find(of, noon), store)).version; };
  CHECK(fail_each_allocation(save, reread) > 0);
  const auto denies = [&] {
    CHECK(run(lists.check(of, outside, noon), store).error().code() == errc::ip_not_allowed);
    CHECK(run(lists.check(of, inside, noon), store));
  };
  denies();
  CHECK(fail_each_allocation([&] { let_in |= run(lists.check(of, outside, noon), store).has_value(); },
                             denies) > 0);

  const auto gate = *guard::service::make({.scopes = scopes, .api_keys = api_keys, .networks = lists});
  const auto pass = [&](const cidr::address& peer) {
    return run(gate.check({.headers = {.x_api_key = key}, .secure = true, .peer = peer},
                          {.any_proven_caller = true}, noon),
               store);
  };
  const auto guarded = [&] {
    CHECK(pass(outside).error().code() == errc::ip_not_allowed);
    CHECK(pass(inside));
  };
  CHECK(fail_each_allocation([&] { let_in |= pass(outside).has_value(); }, guarded) > 0);
  CHECK(fail_each_allocation([&] { (void)pass(inside); }, guarded) > 0);

  CHECK_FALSE(let_in);

  // Revocations that met a failure can be repeated, and then hold.
  CHECK(fail_each_allocation([&] { (void)run(api_keys.revoke(alice, with.id, noon), store); }, [] {}) > 0);
  CHECK(run(api_keys.verify(key, {.now = noon}), store).error().code() == errc::api_key_revoked);
  (void)fail_each_allocation(
      [&] { (void)run(sessions.end_all(alice, refresh::end_reason::admin, noon), store); }, [] {});
  CHECK(run(sessions.refresh(token, {.now = noon}), store).error().code() == errc::refresh_token_revoked);
  fixed::figure("allocations that failed, one at a time, over " + name,
                std::to_string(failed_so_far - before) + ", none was a yes, the store usable after each");
}

}  // namespace

TEST_CASE("memory running out at any allocation leaves the memory store usable", "[exhaustion]") {
  memory::store store;
  exhaust("memory", store);
}

TEST_CASE("memory running out in what a thread does first denies, and ends nothing", "[exhaustion]") {
  const std::uint64_t before = failed_so_far;
  memory::store store;
  services with(store);
  const auto& api_keys = with.api_keys;
  const auto& sessions = with.sessions;
  const auto& key = with.key;
  std::string wrong_key = key;
  wrong_key.back() = wrong_key.back() == 'x' ? 'y' : 'x';
  const auto log_in = [&] { return run(sessions.login({.granted = {alice}, .epoch = 0}, noon), store); };

  const auto signing = *jwt::keyset::make(jwt::key{"k1", secret("0123456789abcdef0123456789abcdef")});
  const auto signer = *jwt::signer::make(
      signing, {.issuer = "https://auth.example.com", .audience = "https://api.example.com"});
  const auto verifier = *jwt::verifier::make(
      signing, {.issuer = "https://auth.example.com", .audiences = {"https://api.example.com"}});
  const auto sign = [&] {  // what the parser has to read
    return signer.sign({alice},
                       {.issued_at = noon, .extra = {jwt::claim::text("note", "a \"quoted\" word")}});
  };
  const auto issued = sign();
  REQUIRE(issued);
  const std::string token(issued->expose());
  std::string wrong_token = token;
  wrong_token[token.size() - 2] = wrong_token[token.size() - 2] == 'x' ? 'y' : 'x';

  cidr::published offices;
  offices.replace({.list = *cidr::allowlist::parse({"192.0.2.0/24"}), .enabled = true});
  const cidr::address outside = *cidr::address::parse("203.0.113.9");

  const auto works = [&] {
    CHECK(run(api_keys.verify(key, {.now = noon}), store));
    CHECK(verifier.verify(token, noon));
    CHECK(log_in());
    CHECK(sign());
    CHECK_FALSE(offices.allows(outside));
  };
  const auto each = [&](auto operation) { return fail_each_allocation_of_a_new_thread(operation, works); };
  bool let_in = false;
  CHECK(each([&] { (void)run(api_keys.verify(key, {.now = noon}), store); }) > 2);
  (void)each([&] { let_in |= run(api_keys.verify(wrong_key, {.now = noon}), store).has_value(); });
  CHECK(each([&] { (void)log_in(); }) > 5);
  CHECK(each([&] { (void)verifier.verify(token, noon); }) > 5);
  CHECK(each([&] { let_in |= verifier.verify(wrong_token, noon).has_value(); }) > 2);
  // What the host asks of a token is there, or memory ran out; never not there.
  const auto who = *verifier.verify(token, noon);
  bool is_missing = false;
  CHECK(each([&] { is_missing |= !who.text("note"); }) > 2);
  CHECK_FALSE(is_missing);
  CHECK(each([&] { (void)sign(); }) > 5);
  CHECK(each([&] { let_in |= offices.allows(outside); }) == 1);
  (void)each([&] { (void)offices.current(); });  // which a thread before has left what it needs
  CHECK(each([&] { (void)keys::service::make(fixed::roots(), scopes, {}, with.random); }) > 10);
  CHECK(each([&] { (void)jwt::keyset::make(jwt::key{"k1", secret(std::string(100, 'k'))}); }) > 5);
  CHECK_FALSE(let_in);
  fixed::figure("allocations that failed, one at a time, in what a thread does first",
                std::to_string(failed_so_far - before) + ", none was a yes, all usable after each");
}

TEST_CASE("memory running out at any allocation leaves the SQLite store usable", "[exhaustion]") {
  const fixed::temporary_folder folder;
  auto store = sqlite::store::open({.path = folder.path() + "/exhausted.db"});
  REQUIRE(store);
  exhaust("SQLite", *store);
}

TEST_CASE("memory running out at any allocation leaves the PostgreSQL store usable", "[exhaustion]") {
  const fixed::postgres_schema schema;
  auto how = schema.how();
  how.connections = 1;  // which must come back each time
  auto store = fixed::postgres_schema::open(how);
  exhaust("PostgreSQL", store);
}

TEST_CASE("memory running out at any allocation leaves the Redis store usable", "[exhaustion]") {
  auto how = fixed::fresh_redis();
  how.connections = 1;  // which must come back each time
  auto store = fixed::open_redis(std::move(how));
  exhaust("Redis", store);
}

TEST_CASE("without any memory events still become lines, and floods are still counted", "[exhaustion]") {
  class counting_sink final : public audit::sink {
   public:
    void write(const audit::event& what) noexcept override {
      const audit::line line(what);
      bytes_ += line.with_newline().size();
      events_ += what.count == 0 ? 1 : what.count;
    }
    std::size_t bytes_ = 0, events_ = 0;
  };
  counting_sink lines;
  const auto client = cidr::address::parse("2001:db8:1111:2222:3333:4444:5555:6666");
  {
    audit::flood_control events(lines);
    until_failure = 0;  // an allocation would throw, and what throws in a sink ends the process
    for (int i = 0; i < 100; ++i) {
      const audit::event what{.what = audit::kind::auth_failed,
                              .at = noon + i * 1s,
                              .code = errc::key_tag_mismatch,
                              .client = *client,
                              .path = "/v1/a/path/longer/than/what/a/string/holds/without/memory"};
      events.write(what);
    }
    events.flush(noon + 1h);
  }
  CHECK(until_failure == 0);  // none was asked for
  until_failure = -1;
  CHECK(lines.events_ == 100);
  CHECK(lines.bytes_ > 20 * 100);
}

TEST_CASE("memory running out while the newest events are read leaves them to be written and read",
          "[exhaustion]") {
  audit::recent trail({.subjects = 1, .lines = 2});
  const auto write = [&] {
    trail.write({.what = audit::kind::login_succeeded, .at = noon, .subject = alice.text()});
  };
  write();
  CHECK(fail_each_allocation([&] { (void)trail.newest(alice.text()); }, write) > 0);
  CHECK(trail.newest(alice.text()).size() == 2);
}

TEST_CASE("memory running out while an allowlist is built leaves nothing of it", "[exhaustion]") {
  std::vector<std::string> entries;
  for (int i = 0; i < 600; ++i) {
    entries.push_back("10.0." + std::to_string(i / 100) + "." + std::to_string(2 * (i % 100)));
    entries.push_back("2001:db8::" + std::to_string(2 * i));
  }
  for (const std::size_t few : {std::size_t{8}, entries.size()}) {
    const std::vector<std::string> some(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(few));
    const long held = alive;
    CHECK(fail_each_allocation([&] { (void)cidr::allowlist::parse(some); }, [&] { REQUIRE(alive == held); }) >
          5);
  }
}
