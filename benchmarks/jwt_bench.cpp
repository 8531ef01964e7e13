// Verifying and issuing an access token of 379 characters with eight claims: nanoseconds and allocations a
// call, and how many times as long as others take in the same moments. "floor" is the bare HMAC of the same
// bytes, the least that any verifier must do; "ours" is this library, in the rows of others.
//
//   cmake --preset release -DEKAUTH_BUILD_BENCHMARKS=ON && cmake --build --preset release --target jwt_bench
//   build/release/benchmarks/jwt_bench
#include <ekauth/jwt.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

#include <benchmark/benchmark.h>

#include "beside.hpp"
#include "crypto/crypto.hpp"
#include "jwt_peers/floor.hpp"
#include "jwt_peers/peers.hpp"
#include "threads.hpp"

namespace {

using namespace ekauth;

// Now, because one of the others reads the clock itself.
const time_point noon = std::chrono::floor<std::chrono::seconds>(now());

const jwt::keyset& keys() {
  static const jwt::keyset made = *jwt::keyset::make({"2026-11", secret(peers::secret)});
  return made;
}

const jwt::signer& our_signer() {
  static const jwt::signer made =
      *jwt::signer::make(keys(), {.issuer = peers::issuer, .audience = peers::audience});
  return made;
}

const jwt::verifier& our_verifier() {
  static const jwt::verifier made =
      *jwt::verifier::make(keys(), {.issuer = peers::issuer, .audiences = {peers::audience}});
  return made;
}

grant granted(int turn) {
  return turn % 2 == 0 ? grant{subject_id("acc_9i8h7g6f5e0"),
                               *scope::list::parse_spaced("events:read events:write reports:export")}
                       : grant{subject_id("acc_0e5f6g7h8i9"),
                               *scope::list::parse_spaced("events:write events:read reports:import")};
}

const std::string& token() {
  static const std::string made(
      our_signer().sign(granted(0), {.issued_at = noon, .not_before = noon})->expose());
  if (made.size() != 379) std::abort();
  return made;
}

std::string_view signing_input() {
  static const std::string_view made = std::string_view(token()).substr(0, token().rfind('.'));
  return made;
}

auto floor() {
  static const floor_of::bare_hmac hmac(peers::secret);
  return beside::other{"floor", [] { return hmac.mac(signing_input()); }};
}

bool verify_ours() { return our_verifier().verify(token(), noon).has_value(); }

// A token as it is made at a login: whom, when and what for is not what it was in the last one.
std::size_t issue_ours() {
  static const grant two[] = {granted(0), granted(1)};
  static int turn = 0;
  const time_point at = noon + std::chrono::seconds(++turn % 1000);
  return our_signer().sign(two[turn % 2], {.issued_at = at, .not_before = at})->size();
}

void hmac_one_shot(benchmark::State& state) {
  beside::measure(
      state, [] { return floor_of::one_shot_hmac(peers::secret, signing_input()); }, floor());
}
void verify(benchmark::State& state) { beside::measure(state, verify_ours, floor()); }
void verify_and_clock(benchmark::State& state) {
  beside::measure(
      state, [] { return our_verifier().verify(token(), now()).has_value(); }, floor());
}
void verify_remembered(benchmark::State& state) {
  const jwt::verifier remembering = *jwt::verifier::make(
      keys(), {.issuer = peers::issuer, .audiences = {peers::audience}, .remembered_tokens = 1024});
  beside::measure(
      state, [&] { return remembering.verify(token(), noon).has_value(); }, floor(),
      beside::other{"verify", verify_ours});
}
void issue(benchmark::State& state) { beside::measure(state, issue_ours, floor()); }

// The route that verify takes through OpenSSL, alone.
void openssl_mac(benchmark::State& state) {
  static const crypto::hmac_key key(peers::secret);
  beside::measure(
      state, [] { return key.mac(signing_input()); }, floor());
}

void verify_in_two_threads(benchmark::State& state) { beside::measure_two(state, verify_ours); }

// Tokens with a claim of the host's own that fills them up to a size.
void size(benchmark::State& state) {
  std::string filling;
  std::string long_token;
  while (long_token.size() < static_cast<std::size_t>(state.range(0))) {
    long_token = our_signer()
                     .sign(granted(0), {.issued_at = noon, .extra = {jwt::claim::text("note", filling)}})
                     ->expose();
    filling += 'x';
  }
  beside::measure(state, [&] { return our_verifier().verify(long_token, noon).has_value(); });
}

void refuse(benchmark::State& state, const std::string& bad, errc expected) {
  if (our_verifier().verify(bad, noon).error().code() != expected) std::abort();
  beside::measure(
      state, [&] { return our_verifier().verify(bad, noon).has_value(); }, floor());
}

std::string with_header(const char* base64url) { return base64url + token().substr(token().find('.')); }
std::string wrong_signature() {
  std::string bad = token();
  bad[bad.size() - 20] = bad[bad.size() - 20] == 'A' ? 'B' : 'A';
  return bad;
}

void verify_theirs(benchmark::State& state, const peers::peer& who) {
  const long at = noon.time_since_epoch() / std::chrono::seconds(1);
  peers::said out;
  if (!who.verify(token(), at, out) || out.subject != granted(0).subject.text()) std::abort();
  beside::measure(
      state, [&] { return who.verify(token(), at, out); }, floor(), beside::other{"ours", verify_ours});
}

void issue_theirs(benchmark::State& state, const peers::peer& who) {
  peers::told two[] = {{granted(0).subject.text(), granted(0).scopes.spaced(), "0123456789abcdefghijkl"},
                       {granted(1).subject.text(), granted(1).scopes.spaced(), "lkjihgfedcba9876543210"}};
  const long at = noon.time_since_epoch() / std::chrono::seconds(1);
  int turn = 0;
  const auto once = [&] {
    peers::told& next = two[++turn % 2];
    next.issued_at = at + turn % 1000;
    return who.issue(next);
  };
  if (!our_verifier().verify(once(), noon + std::chrono::seconds(1000))) std::abort();
  beside::measure(state, once, floor(), beside::other{"ours", issue_ours});
}

BENCHMARK(verify)->Apply(beside::in_turns);
BENCHMARK(verify_remembered)->Apply(beside::in_turns);
BENCHMARK(verify_and_clock)->Apply(beside::in_turns);
BENCHMARK(issue)->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, no_dots, std::string(379, 'a'), errc::token_malformed)->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, short_signature, token().substr(0, 378), errc::token_malformed)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, too_large, std::string(9000, 'a'), errc::token_too_large)->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, alg_none, with_header("eyJhbGciOiJub25lIn0"), errc::token_algorithm_refused)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, alg_rs256, with_header("eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9"),
                  errc::token_algorithm_refused)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, wrong_signature, wrong_signature(), errc::token_signature_mismatch)
    ->Apply(beside::in_turns);
BENCHMARK(openssl_mac)->Apply(beside::in_turns);
BENCHMARK(size)->Arg(512)->Arg(1024)->Arg(2048)->Arg(4096)->Arg(8000)->Apply(beside::in_turns);
BENCHMARK(verify_in_two_threads)->Apply(beside::in_bursts);
BENCHMARK(hmac_one_shot)->Apply(beside::in_turns);

// The peers that are installed; the others are named.
const bool all_registered = [] {
  static const peers::peer all[] = {peers::libjwt(), peers::cpp_jwt(), peers::cjose(), peers::poco()};
  for (const peers::peer& each : all) {
    if (each.verify == nullptr) {
      std::printf("missing: %s is not installed (%s)\n", each.name, each.package);
      continue;
    }
    const std::string name = each.name;
    beside::in_turns(
        benchmark::RegisterBenchmark(("verify/" + name).c_str(), verify_theirs, each)->Iterations(1000));
    beside::in_turns(
        benchmark::RegisterBenchmark(("issue/" + name).c_str(), issue_theirs, each)->Iterations(1000));
  }
  return true;
}();

}  // namespace
