// Runs each operation a fixed number of times, for a tool that counts instructions; prints what a call
// allocates. Everything that differs from run to run is fixed: time, randomness, keys.
#include <ekauth/cidr.hpp>
#include <ekauth/cidr_published.hpp>
#include <ekauth/guard.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include "cidr/lists.hpp"
#include "support/fixed.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <valgrind/callgrind.h>

namespace beside {
std::size_t allocations() noexcept;  // of this thread so far; benchmarks/allocations.cpp
}

namespace {

using namespace ekauth;
using fixed::noon;

constexpr int calls = 64;

template <class Value>
void keep(const Value& value) {
  asm volatile("" : : "r"(&value) : "memory");
}
void must(bool so) {
  if (!so) std::abort();
}

// The first calls make what is made once, and fill what fills up.
template <class Call>
void measure(const char* name, Call call) {
  for (int i = 0; i < calls; ++i) keep(call());
  const std::size_t before = beside::allocations();
  for (int i = 0; i < calls; ++i) keep(call());
  const std::size_t made = beside::allocations() - before;
  CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_ZERO_STATS;
  for (int i = 0; i < calls; ++i) keep(call());
  CALLGRIND_DUMP_STATS_AT(name);
  CALLGRIND_STOP_INSTRUMENTATION;
  // A call that allocates now and then shows as a fraction.
  std::printf("%s %g\n", name, static_cast<double>(made) / calls);
}

constexpr scope::registry scopes{
    {"events:read"}, {"events:write"}, {"reports:export"}, {"full_access", scope::kind::superuser}};
constexpr scope::requirement may_read = scopes.all_of({"events:read"});
const scope::list granted = *scope::list::parse_spaced("events:read events:write reports:export");
const subject_id alice("acc_9i8h7g6f5e0");

void measure_scope() {
  const scope::set has = scopes.compile(granted);
  measure("scope.covers", [&] { return has.covers(may_read); });
  measure("scope.compile", [&] { return scopes.compile(granted); });
}

void measure_lists(const char* name, const std::vector<cidr::range>& entries) {
  const cidr::allowlist list(entries);
  std::size_t i = 0;
  measure(name, [&] { return list.contains(entries[(i += 17) % entries.size()].last()); });
}

void measure_cidr() {
  measure_lists("cidr.v4.10", generated::routed_v4(10, 1));
  measure_lists("cidr.v4.1000", generated::routed_v4(1000, 1));
  measure_lists("cidr.v4.100000", generated::routed_v4(100000, 1));
  measure_lists("cidr.v6.10", generated::routed_v6(10, 1));
  measure_lists("cidr.v6.1000", generated::routed_v6(1000, 1));
  measure_lists("cidr.v6.100000", generated::routed_v6(100000, 1));
  const auto office = *cidr::address::parse("192.0.2.7");
  const cidr::published setting({.list = cidr::allowlist(generated::routed_v4(10, 1)), .enabled = true});
  measure("cidr.published", [&] { return setting.allows(office); });
  measure("cidr.parse.v4", [] { return cidr::address::parse("198.51.100.19"); });
  measure("cidr.parse.v6", [] { return cidr::address::parse("2001:db8:85a3::8a2e:370:7334"); });
}

struct host {
  fixed::counting_random random;
  memory::store store;
  keys::service api_keys = *keys::service::make(fixed::roots(), scopes, {}, random);
  refresh::service sessions = *refresh::service::make(fixed::roots(), refresh::strict(), random);
  jwt::keyset signing = *jwt::keyset::make(jwt::key{"k1", secret("0123456789abcdef0123456789abcdef")});
  jwt::signer signer = *jwt::signer::make(
      signing, {.issuer = "https://auth.example.com", .audience = "https://api.example.com/"}, random);
  jwt::verifier verifier = verifier_that_remembers(0), remembering = verifier_that_remembers(64);

  std::string key, token;

  host() {
    const auto made =
        run(api_keys.create({.granted = {alice, granted}, .name = "Production Server"}, noon), store);
    key = made->token.expose();
    token = (*signer.sign({alice, granted}, {.issued_at = noon, .not_before = noon})).expose();
    must(token.size() == 379);
  }
  jwt::verifier verifier_that_remembers(std::size_t tokens) const {
    return *jwt::verifier::make(signing, {.issuer = "https://auth.example.com",
                                          .audiences = {"https://api.example.com/"},
                                          .remembered_tokens = tokens});
  }
};

std::string changed(std::string text, std::size_t at) {
  text[at] = text[at] == 'a' ? 'b' : 'a';
  return text;
}

void measure_jwt(host& us) {
  const auto verify = [&](std::string_view token) { return us.verifier.verify(token, noon).has_value(); };
  const std::string forged = changed(us.token, us.token.size() - 20);
  const std::string other = "eyJhbGciOiJub25lIn0" + us.token.substr(us.token.find('.'));
  const std::string cut = us.token.substr(0, 378);
  must(verify(us.token) && !verify(forged) && !verify(other) && !verify(cut));
  measure("jwt.verify", [&] { return verify(us.token); });
  measure("jwt.verify.remembered", [&] { return us.remembering.verify(us.token, noon).has_value(); });
  measure("jwt.refuse.forged", [&] { return verify(forged); });
  measure("jwt.refuse.alg_none", [&] { return verify(other); });
  measure("jwt.refuse.malformed", [&] { return verify(cut); });
  const grant what{alice, granted};
  measure("jwt.issue", [&] {
    const auto made = us.signer.sign(what, {.issued_at = noon, .not_before = noon});
    return made->size();
  });
}

void measure_keys(host& us) {
  const auto verify = [&](std::string_view key) {
    return run(us.api_keys.verify(key, {.now = noon}), us.store).has_value();
  };
  const std::string typo = changed(us.key, 30);
  must(verify(us.key) && !verify(typo));
  measure("keys.verify", [&] { return verify(us.key); });
  measure("keys.parse", [&] { return us.api_keys.parse(us.key).has_value(); });
  measure("keys.refuse.typo", [&] { return verify(typo); });
  measure("keys.refuse.malformed", [&] { return verify("Basic dXNlcjpwYXNz"); });
}

void measure_refresh(host& us) {
  auto session = *run(us.sessions.login({.granted = {alice, granted}, .epoch = 0}, noon), us.store);
  measure("refresh.rotate", [&] {
    auto renewed = run(us.sessions.refresh(session.token.expose(), {.now = noon}), us.store);
    must(renewed.has_value());
    session = *std::move(renewed);
    return true;
  });
  const std::string typo = changed(std::string(session.token.expose()), 30);
  measure("refresh.refuse.typo",
          [&] { return run(us.sessions.refresh(typo, {.now = noon}), us.store).has_value(); });
}

void measure_guard(host& us) {
  const guard::service gate =
      *guard::service::make({.scopes = scopes, .api_keys = us.api_keys, .access_tokens = us.verifier});
  const guard::service remembering =
      *guard::service::make({.scopes = scopes, .api_keys = us.api_keys, .access_tokens = us.remembering});
  const auto check = [&](const guard::service& by, std::string_view header) {
    const guard::request what{.headers = {.authorization = header}, .secure = true, .path = "/v1/events"};
    return run(by.check(what, {.scopes = may_read}, noon), us.store).has_value();
  };
  const std::string by_key = "Bearer " + us.key, by_token = "Bearer " + us.token;
  const std::string garbage = "Bearer " + std::string(8000, 'x');
  must(check(gate, by_key) && check(remembering, by_token) && !check(gate, garbage));
  measure("guard.api_key", [&] { return check(gate, by_key); });
  measure("guard.token", [&] { return check(gate, by_token); });
  measure("guard.token.remembered", [&] { return check(remembering, by_token); });
  measure("guard.refuse.garbage_8k", [&] { return check(gate, garbage); });
  measure("guard.refuse.nothing", [&] { return check(gate, "Basic dXNlcjpwYXNz"); });
}

}  // namespace

int main() {
  CALLGRIND_STOP_INSTRUMENTATION;
  measure_scope();
  measure_cidr();
  host us;
  measure_jwt(us);
  measure_keys(us);
  measure_refresh(us);
  measure_guard(us);
}
