// Memory that runs out once, at every allocation in turn: what passes through the library leaves no lock and
// no connection behind, and is never a yes.
#include <ekauth/allowlists.hpp>
#include <ekauth/audit.hpp>
#include <ekauth/cidr.hpp>
#include <ekauth/guard.hpp>
#include <ekauth/keys.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>
#include <ekauth/sqlite.hpp>

#include "catch.hpp"
#include "stores/private_redis.hpp"
#include "support/figure.hpp"
#include "support/fixed.hpp"
#include "support/postgres_schema.hpp"
#include "support/temporary.hpp"

#include <cstdlib>
#include <new>
#include <string>

namespace {

thread_local long until_failure = -1;  // allocations that still succeed on this thread; -1: all
thread_local long alive = 0;           // allocations less deallocations of this thread

}  // namespace

// Not inlined, because compilers take a pair of which they see only one half for a mistake.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (until_failure == 0) {
    until_failure = -1;
    throw std::bad_alloc();
  }
  if (until_failure > 0) --until_failure;
  ++alive;
  if (void* const room = std::malloc(size == 0 ? 1 : size)) return room;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++alive;
  return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void* operator new[](std::size_t size) { return ::operator new(size); }
[[gnu::noinline]] void* operator new[](std::size_t size, const std::nothrow_t& none) noexcept {
  return ::operator new(size, none);
}
[[gnu::noinline]] void operator delete(void* room) noexcept {
  if (room != nullptr) --alive;
  std::free(room);
}
[[gnu::noinline]] void operator delete(void* room, std::size_t) noexcept { ::operator delete(room); }
[[gnu::noinline]] void operator delete[](void* room) noexcept { ::operator delete(room); }
[[gnu::noinline]] void operator delete[](void* room, std::size_t) noexcept { ::operator delete(room); }

using namespace ekauth;
using namespace std::chrono_literals;
using fixed::noon;

namespace {

constexpr scope::registry scopes{{"events:read"}};
const subject_id alice("acc_9i8h7g6f5e");

std::uint64_t failed_so_far = 0;  // allocations that were refused

// Runs operation with its first, second, third … allocation failing, until none fails any more; after each
// failure, check must hold. Answers how many failures there were.
template <class Operation, class Check>
int fail_each_allocation(Operation operation, Check check) {
  for (int failures = 0;; ++failures) {
    until_failure = failures;
    bool failed = false;
    try {
      operation();
    } catch (const std::bad_alloc&) {
      failed = true;
    }
    until_failure = -1;
    if (!failed) return failures;
    ++failed_so_far;
    check();
  }
}

template <class Store>
void exhaust(const std::string& name, Store& store) {
  const std::uint64_t before = failed_so_far;
  fixed::counting_random random;
  const auto api_keys = *keys::service::make(fixed::roots(), scopes, {}, random);
  const auto sessions = *refresh::service::make(fixed::roots(), refresh::web(), random);
  const auto made = run(
      api_keys.create({.granted = {alice, *scope::list::parse({"events:read"})}, .name = "n"}, noon), store);
  REQUIRE(made);
  const std::string key(made->token.expose());
  const auto works = [&] { REQUIRE(run(api_keys.verify(key, {.now = noon}), store)); };

  CHECK(fail_each_allocation([&] { (void)run(api_keys.verify(key, {.now = noon}), store); }, works) > 0);
  CHECK(fail_each_allocation(
            [&] { (void)run(api_keys.create({.granted = {alice}, .name = "more"}, noon), store); }, works) >
        0);
  CHECK(fail_each_allocation([&] { (void)run(api_keys.roll(alice, made->key.id, 1h, noon), store); }, works) >
        0);
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
  const allowlists::holder of{alice, made->key.id};
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
  const auto reread = [&] { version = run(lists.find(of, noon), store)->version; };
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
  CHECK(fail_each_allocation([&] { (void)run(api_keys.revoke(alice, made->key.id, noon), store); }, [] {}) >
        0);
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
