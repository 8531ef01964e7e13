// API keys: what is refused offline, and the whole verification against a store in memory with 10,000 keys,
// asked in random order; nanoseconds and allocations a call, and how many times as long as what cannot be
// left out:
//
//   one mac       the HMAC of a key's tag, by kept midstates: the least for a key that is to be refused
//   offline floor         the two HMACs of a verification, and one look-up of the id in a hash table of as
//   many sha256 floor  plain SHA-256 of the token and the same look-up: what a host without server keys would
//   do
//
//   cmake --preset release -DEKAUTH_BUILD_BENCHMARKS=ON && cmake --build --preset release --target keys_bench
//   build/release/benchmarks/keys_bench
#include <ekauth/keys.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/run.hpp>

#include <cstdlib>
#include <string>
#include <unordered_map>
#include <vector>

#include <benchmark/benchmark.h>

#include "beside.hpp"
#include "core/base62.hpp"
#include "jwt_peers/floor.hpp"
#include "support/fixed.hpp"
#include "threads.hpp"

namespace {

using namespace ekauth;
using fixed::noon;

constexpr scope::registry scopes{
    {"events:read"}, {"events:write"}, {"reports:export"}, {"full_access", scope::kind::superuser}};
constexpr std::size_t keys_stored = 10000;

struct host {
  fixed::counting_random random;
  memory::store store;
  keys::service api_keys = *keys::service::make(fixed::roots(), scopes, {}, random);
  std::vector<std::string> tokens;
  std::unordered_map<std::string, int> ids;  // what a look-up costs

  host() {
    for (std::size_t i = 0; i < keys_stored; ++i) {
      const auto made = run(
          api_keys.create({.granted = {subject_id("acc_" + std::to_string(i / 5)),
                                       *scope::list::parse_spaced("events:read events:write reports:export")},
                           .name = "Production Server"},
                          noon),
          store);
      if (!made) std::abort();
      tokens.emplace_back(made->token.expose());
      ids.emplace(made->key.id.text(), 1);
    }
    // Each was used before: what the first use in a process adds is not what requests cost.
    for (const std::string& token : tokens)
      if (!run(api_keys.verify(token, {.now = noon}), store)) std::abort();
  }
};

host& here() {
  static host made;
  return made;
}

// In an order that neither a prefetcher nor the order of their making follows.
const std::string& some_token() {
  static thread_local std::size_t at = 0;
  at = (at + 7919) % keys_stored;
  return here().tokens[at];
}

bool verify_ours() {
  return run(here().api_keys.verify(some_token(), {.now = noon}), here().store).has_value();
}

const floor_of::bare_hmac& bare() {
  static const floor_of::bare_hmac made(std::string_view("0123456789abcdef0123456789abcdef"));
  return made;
}

// "tag" L(44 characters); "ver" L("ek_live") L(id) L(secret).
digest one_mac(const std::string& token) { return bare().mac(std::string_view(token).substr(0, 49)); }
std::size_t look_up(const std::string& token) {
  const std::string id = "key_" + token.substr(8, 10);
  return here().ids.count(id);
}
int floor_call() {
  const std::string& token = some_token();
  digest both = one_mac(token);
  both[0] ^= bare().mac(std::string_view(token).substr(0, 51))[0];
  return both[0] + static_cast<int>(look_up(token));
}
int sha256_floor_call() {
  const std::string& token = some_token();
  return floor_of::plain_sha256(token)[0] + static_cast<int>(look_up(token));
}

auto one_mac_of() {
  return beside::other{"one mac", [] { return one_mac(some_token()); }};
}
auto floor() { return beside::other{"floor", floor_call}; }
auto sha256_floor() { return beside::other{"sha256 floor", sha256_floor_call}; }

void parse(benchmark::State& state) {
  beside::measure(
      state, [] { return here().api_keys.parse(some_token()).has_value(); }, one_mac_of());
}
void verify(benchmark::State& state) { beside::measure(state, verify_ours, floor(), sha256_floor()); }
// The same key again, as from a busy client: nothing is fetched from memory.
void verify_same(benchmark::State& state) {
  const std::string& token = here().tokens[0];
  beside::measure(
      state, [&] { return run(here().api_keys.verify(token, {.now = noon}), here().store).has_value(); },
      beside::other{"floor", [&] {
                      digest both = one_mac(token);
                      both[0] ^= bare().mac(std::string_view(token).substr(0, 51))[0];
                      return both[0] + static_cast<int>(look_up(token));
                    }});
}
void verify_without_note(benchmark::State& state) {
  beside::measure(
      state,
      [] {
        return run(here().api_keys.verify(some_token(), {.now = noon, .note_use = false}), here().store)
            .has_value();
      },
      floor());
}
void find_in_store(benchmark::State& state) {
  beside::measure(
      state,
      [] {
        const keys::find asked{key_id("key_" + some_token().substr(8, 10))};
        const auto found = here().store.find_key(asked);
        return found->has_value();
      },
      beside::other{"look-up", [] { return look_up(some_token()); }});
}
void create(benchmark::State& state) {
  static memory::store other;
  const keys::new_key what{.granted = {subject_id("acc_1"), *scope::list::parse_spaced("events:read")},
                           .name = "Production Server"};
  beside::measure(state, [&] { return run(here().api_keys.create(what, noon), other).has_value(); });
}

// A store that must not be asked.
struct none {
  result<keys::find::reply> answer(const keys::find&) { std::abort(); }
};

void refuse(benchmark::State& state, const std::string& bad, errc expected) {
  none nobody;
  const auto once = [&] { return run(here().api_keys.verify(bad, {.now = noon}), nobody).error().code(); };
  if (once() != expected) std::abort();
  beside::measure(state, once, one_mac_of(), beside::other{"verify", verify_ours});
}
// Well made in everything but what a server key is needed for.
std::string with_check(std::string text) {
  text.resize(text.size() - 6);
  return text + base62::digits(std::uint64_t{base62::crc32(text)}, 6);
}
std::string changed(std::size_t at, char to) {
  std::string bad = here().tokens[0];
  bad[at] = bad[at] == to ? 'b' : to;
  return bad;
}
void refuse_unknown(benchmark::State& state) {
  static memory::store empty;
  beside::measure(
      state, [] { return run(here().api_keys.verify(some_token(), {.now = noon}), empty).has_value(); },
      beside::other{"verify", verify_ours});
}

void verify_in_two_threads(benchmark::State& state) { beside::measure_two(state, verify_ours); }

BENCHMARK(parse)->Apply(beside::in_turns);
BENCHMARK(verify)->Apply(beside::in_turns);
BENCHMARK(verify_same)->Apply(beside::in_turns);
BENCHMARK(verify_without_note)->Apply(beside::in_turns);
BENCHMARK(find_in_store)->Apply(beside::in_turns);
BENCHMARK(create)->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, other_text, std::string("Basic dXNlcjpwYXNz"), errc::key_malformed)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, too_long, std::string(8000, 'a'), errc::key_malformed)->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, typo, changed(30, 'a'), errc::key_checksum_mismatch)->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, unknown_slot, with_check(changed(18, '9')), errc::key_slot_unknown)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, forged, with_check(changed(30, 'a')), errc::key_tag_mismatch)
    ->Apply(beside::in_turns);
BENCHMARK(refuse_unknown)->Apply(beside::in_turns);
BENCHMARK(verify_in_two_threads)->Apply(beside::in_bursts);

}  // namespace
