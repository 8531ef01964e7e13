// Passwords at the default parameters beside libsodium's own crypto_pwhash_str and crypto_pwhash_str_verify
// at the same; what an unknown user's login takes beside a known one's, which nobody may tell apart; and what
// is refused before anything is computed.
//
//   cmake --preset release -DEKAUTH_BUILD_BENCHMARKS=ON
//   cmake --build --preset release --target password_bench && build/release/benchmarks/password_bench
#include <ekauth/password.hpp>

#include <cstring>
#include <string>

#include <benchmark/benchmark.h>
#include <sodium.h>

#include "beside.hpp"

namespace {

using namespace ekauth;
using beside::must;
using stored = std::optional<std::string>;

const std::string right = "correct horse battery staple", wrong = "correct horse battery stable";

const password::hasher& hasher() {
  static const password::hasher made = *password::hasher::make();
  return made;
}
const stored& known() {
  static const stored made = *hasher().hash(right);
  return made;
}
errc login(const stored& user, const std::string& given) {
  const auto answer = hasher().verify(user, given);
  return answer ? errc{} : answer.error().code();
}
bool verify_right() { return login(known(), right) == errc{}; }

constexpr password::options defaults;

struct text {
  char bytes[crypto_pwhash_STRBYTES];
};
text hash_by_hand() {
  text out;
  must(crypto_pwhash_str(out.bytes, right.data(), right.size(), defaults.passes, defaults.memory_bytes) == 0);
  return out;
}
bool verify_by_hand() {
  static const text made = hash_by_hand();
  return crypto_pwhash_str_verify(made.bytes, right.data(), right.size()) == 0;
}

void hash(benchmark::State& state) {
  must(std::strncmp(hash_by_hand().bytes, known()->c_str(), std::strlen("$argon2id$v=19$m=65536,t=2,p=1$")) ==
       0);
  beside::measure<1>(
      state, [] { return hasher().hash(right).has_value(); }, beside::other{"libsodium", hash_by_hand});
}
void verify(benchmark::State& state) {
  must(verify_right() && verify_by_hand());
  beside::measure<1>(state, verify_right, beside::other{"libsodium", verify_by_hand});
}
// A login that fails: the password is wrong, or there is no such user.
void login_fails(benchmark::State& state, const stored& user) {
  const auto once = [&] { return login(user, wrong); };
  must(once() == errc::invalid_credentials);
  beside::measure<1>(state, once, beside::other{"verify", verify_right});
}

void refuse_to_hash(benchmark::State& state, const std::string& given, errc expected) {
  const auto once = [&] { return hasher().hash(given).error().code(); };
  must(once() == expected);
  beside::measure(state, once);
}
void refuse(benchmark::State& state, const std::string& hash, const std::string& given, errc expected) {
  const stored user = hash;
  const auto once = [&] { return login(user, given); };
  must(once() == expected);
  beside::measure(state, once);
}
void needs_rehash(benchmark::State& state, const std::string& hash, bool expected) {
  const auto once = [&] { return hasher().needs_rehash(hash); };
  must(once() == expected);
  beside::measure(state, once);
}
std::string made_with(const std::string& cost) {
  return "$argon2id$v=19$" + cost + known()->substr(known()->find(",p=1$"));
}

// A turn is one call, of tens of milliseconds.
void in_long_turns(benchmark::internal::Benchmark* each) { each->UseManualTime()->Iterations(20); }

BENCHMARK(hash)->Apply(in_long_turns);
BENCHMARK(verify)->Apply(in_long_turns);
BENCHMARK_CAPTURE(login_fails, wrong_password, known())->Apply(in_long_turns);
BENCHMARK_CAPTURE(login_fails, unknown_user, std::nullopt)->Apply(in_long_turns);

BENCHMARK_CAPTURE(refuse_to_hash, empty, std::string(), errc::validation_failed)->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse_to_hash, too_long, std::string(1025, 'a'), errc::password_too_long)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, too_long, *known(), std::string(1025, 'a'), errc::password_too_long)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, other_hash,
                  std::string("$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"), right,
                  errc::password_hash_invalid)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, costs_too_much, made_with("m=2097152,t=2"), right, errc::password_hash_invalid)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(needs_rehash, current, *known(), false)->Apply(beside::in_turns);
BENCHMARK_CAPTURE(needs_rehash, weaker, made_with("m=19456,t=2"), true)->Apply(beside::in_turns);

}  // namespace
