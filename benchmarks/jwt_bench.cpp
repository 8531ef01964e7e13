// Nanoseconds and allocations of verifying and issuing an access token of 379 characters with eight claims, as
// ratios to the bare HMAC of the same bytes (floor) and to what other libraries take for the same work.
//
//   cmake --preset release -DEKAUTH_BUILD_BENCHMARKS=ON && cmake --build --preset release --target jwt_bench
//   build/release/benchmarks/jwt_bench
#include <ekauth/jwt.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

#include <benchmark/benchmark.h>

#include "beside.hpp"
#include "jwt/floor.hpp"

namespace {

using namespace ekauth;

constexpr std::string_view shared_secret = "0123456789abcdef0123456789abcdef";
constexpr std::string_view issuer = "https://auth.example.com", audience = "https://api.example.com/";
constexpr time_point noon{std::chrono::seconds(1'700'000'100)};

const jwt::keyset& keys() {
  static const jwt::keyset made = *jwt::keyset::make({"2026-11", secret(shared_secret)});
  return made;
}

const jwt::signer& our_signer() {
  static const jwt::signer made =
      *jwt::signer::make(keys(), {.issuer = std::string(issuer), .audience = std::string(audience)});
  return made;
}

const jwt::verifier& our_verifier() {
  static const jwt::verifier made =
      *jwt::verifier::make(keys(), {.issuer = std::string(issuer), .audiences = {std::string(audience)}});
  return made;
}

grant granted() {
  return {subject_id("acc_9i8h7g6f5e0"),
          *scope::list::parse_spaced("events:read events:write reports:export")};
}

const std::string& token() {
  static const std::string made(
      our_signer().sign(granted(), {.issued_at = noon, .not_before = noon})->expose());
  if (made.size() != 379) std::abort();
  return made;
}

std::string_view signing_input() {
  static const std::string_view made = std::string_view(token()).substr(0, token().rfind('.'));
  return made;
}

auto floor() {
  static const floor_of::bare_hmac hmac(shared_secret);
  return beside::other{"floor", [] { return hmac.mac(signing_input()); }};
}

void hmac_one_shot(benchmark::State& state) {
  beside::measure(state, [] { return floor_of::one_shot_hmac(shared_secret, signing_input()); }, floor());
}

void verify(benchmark::State& state) {
  beside::measure(state, [] { return our_verifier().verify(token(), noon).has_value(); }, floor());
}

// A token as it is made at a login: who, when and what differ from the last one.
void issue(benchmark::State& state) {
  int turn = 0;
  grant who = granted(), other = {subject_id("acc_0e5f6g7h8i9"),
                                  *scope::list::parse_spaced("events:write events:read reports:import")};
  beside::measure(
      state,
      [&] {
        const time_point at = noon + std::chrono::seconds(++turn);
        return our_signer().sign(turn % 2 == 0 ? who : other, {.issued_at = at, .not_before = at})->size();
      },
      floor());
}

// What is refused, and how soon.
void refuse(benchmark::State& state, const std::string& bad, errc expected) {
  if (our_verifier().verify(bad, noon).error().code() != expected) std::abort();
  beside::measure(state, [&] { return our_verifier().verify(bad, noon).has_value(); }, floor());
}

std::string with_header(const char* base64url) { return base64url + token().substr(token().find('.')); }
std::string wrong_signature() {
  std::string bad = token();
  bad[bad.size() - 20] = bad[bad.size() - 20] == 'A' ? 'B' : 'A';
  return bad;
}

BENCHMARK(hmac_one_shot)->Apply(beside::in_turns);
BENCHMARK(verify)->Apply(beside::in_turns);
BENCHMARK(issue)->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, no_dots, std::string(379, 'a'), errc::token_malformed)->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, short_signature, token().substr(0, 378), errc::token_malformed)->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, too_large, std::string(9000, 'a'), errc::token_too_large)->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, alg_none, with_header("eyJhbGciOiJub25lIn0"), errc::token_algorithm_refused)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, alg_rs256, with_header("eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9"),
                  errc::token_algorithm_refused)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, wrong_signature, wrong_signature(), errc::token_signature_mismatch)
    ->Apply(beside::in_turns);

}  // namespace
