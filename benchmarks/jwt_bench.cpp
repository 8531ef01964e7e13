// Verifying and issuing an access token of 379 characters with eight claims: nanoseconds and allocations a
// call, and how many times as long as others take in the same moments. "floor" is the bare HMAC of the same
// bytes, the least that any verifier must do; "ours" is this library, in the rows of others.
//
//   cmake --preset release -DEKAUTH_BUILD_BENCHMARKS=ON && cmake --build --preset release --target jwt_bench
//   build/release/benchmarks/jwt_bench
#include <ekauth/jwt.hpp>

#include <cstdio>
#include <string>

#include <benchmark/benchmark.h>

#include "beside.hpp"
#include "crypto/crypto.hpp"
#include "jwt/base64url.hpp"
#include "jwt_peers/floor.hpp"
#include "jwt_peers/peers.hpp"
#include "threads.hpp"

namespace {

using namespace ekauth;
using beside::must;

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
      (*our_signer().sign(granted(0), {.issued_at = noon, .not_before = noon})).expose());
  must(made.size() == 379);
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
  const auto made = our_signer().sign(two[turn % 2], {.issued_at = at, .not_before = at});
  return made->size();
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

std::string encoded(std::string_view bytes) {
  std::string text(jwt::base64url::encoded_size(bytes.size()), ' ');
  jwt::base64url::encode(bytes, text.data());
  return text;
}
std::string with_header(const std::string& json) { return encoded(json) + token().substr(token().find('.')); }
std::string with_payload(const std::string& json) {
  static const crypto::hmac_key key(peers::secret);
  const std::string input = token().substr(0, token().find('.') + 1) + encoded(json);
  const digest mac = key.mac(input);
  return input + "." + encoded({reinterpret_cast<const char*>(mac.data()), mac.size()});
}
std::string forged(std::string good) {
  char& one = good[good.size() - 20];
  one = one == 'A' ? 'B' : 'A';
  return good;
}

// Claims that are in order, and more behind them. age: how long ago they were issued, for an hour.
std::string claims(const std::string& more, const std::string& audience = peers::audience,
                   duration age = {}) {
  const auto seconds = [](time_point at) {
    return std::to_string(at.time_since_epoch() / std::chrono::seconds(1));
  };
  return R"({"exp":)" + seconds(noon - age + std::chrono::hours(1)) + R"(,"iat":)" + seconds(noon - age) +
         R"(,"iss":")" + peers::issuer + R"(","aud":")" + audience + R"(","sub":"acc_1")" + more + "}";
}
std::string nested(int levels) {
  return R"(,"note":)" + std::string(static_cast<std::size_t>(levels), '[') +
         std::string(static_cast<std::size_t>(levels), ']');
}

errc answer_to(const std::string& text) {
  const auto answer = our_verifier().verify(text, noon);
  return answer ? errc{} : answer.error().code();
}

// A token that is refused, beside one that is accepted.
void refuse(benchmark::State& state, const std::string& bad, errc expected) {
  must(answer_to(bad) == expected);
  beside::measure(
      state, [&] { return our_verifier().verify(bad, noon).has_value(); }, floor(),
      beside::other{"verify", verify_ours});
}

// What grows up to the cap: a text in the payload, claims in it, a header that nobody signed and that names
// alg twice.
std::string long_claim(int more) {
  return with_payload(claims(R"(,"note":")" + std::string(static_cast<std::size_t>(more), 'x') + '"'));
}
std::string many_claims(int more) {
  std::string all;
  for (int i = 0; i < more; ++i) all += R"(,"c)" + std::to_string(i) + R"(":1)";
  return with_payload(claims(all));
}
std::string forged_long_claim(int more) { return forged(long_claim(more)); }
std::string long_header(int more) {
  std::string all = R"({"alg":"HS256")";
  for (int i = 0; i < more; ++i) all += R"(,"h)" + std::to_string(i) + R"(":1)";
  return with_header(all + R"(,"alg":"HS256"})");
}

// The largest of them that has at most N characters, beside the bare HMAC of as many.
void size(benchmark::State& state, std::string (*made)(int more), errc expected) {
  std::string largest;
  for (int more = 0;; ++more) {
    std::string next = made(more);
    if (next.size() > static_cast<std::size_t>(state.range(0))) break;
    largest = std::move(next);
  }
  must(answer_to(largest) == expected);
  static const floor_of::bare_hmac hmac(peers::secret);
  const std::string_view input = std::string_view(largest).substr(0, largest.rfind('.'));
  beside::measure(
      state, [&] { return our_verifier().verify(largest, noon).has_value(); },
      beside::other{"floor", [&] { return hmac.mac(input); }});
}
void up_to_the_cap(benchmark::internal::Benchmark* each) {
  for (const int characters : {512, 1024, 2048, 4096, 8192}) each->Arg(characters);
  each->UseManualTime()->Iterations(1000);
}

void verify_theirs(benchmark::State& state, const peers::peer& who) {
  const long at = noon.time_since_epoch() / std::chrono::seconds(1);
  peers::said out;
  must(who.verify(token(), at, out) && out.subject == granted(0).subject.text());
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
  must(our_verifier().verify(once(), noon + std::chrono::seconds(1000)).has_value());
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
BENCHMARK_CAPTURE(refuse, alg_none, with_header(R"({"alg":"none"})"), errc::token_algorithm_refused)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, alg_rs256, with_header(R"({"alg":"RS256","typ":"JWT"})"),
                  errc::token_algorithm_refused)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, unknown_key, with_header(R"({"alg":"HS256","typ":"JWT","kid":"2026-12"})"),
                  errc::token_key_unknown)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, header_no_json, with_header("HS256"), errc::token_header_refused)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, header_repeats_alg, with_header(R"({"alg":"none","alg":"HS256"})"),
                  errc::token_header_refused)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, header_too_deep, with_header(R"({"alg":"HS256")" + nested(32) + "}"),
                  errc::token_header_refused)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, wrong_signature, forged(token()), errc::token_signature_mismatch)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, expired, with_payload(claims("", peers::audience, std::chrono::hours(2))),
                  errc::token_expired)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, not_yet_valid, with_payload(claims("", peers::audience, std::chrono::hours(-2))),
                  errc::token_not_yet_valid)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, wrong_audience, with_payload(claims("", "https://other.example.com/")),
                  errc::token_audience_mismatch)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, repeated_claim, with_payload(claims(R"(,"sub":"acc_2")")),
                  errc::token_payload_malformed)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, too_deep, with_payload(claims(nested(32))), errc::token_payload_malformed)
    ->Apply(beside::in_turns);

BENCHMARK(openssl_mac)->Apply(beside::in_turns);
BENCHMARK_CAPTURE(size, long_claim, long_claim, errc{})->Apply(up_to_the_cap);
BENCHMARK_CAPTURE(size, many_claims, many_claims, errc{})->Apply(up_to_the_cap);
BENCHMARK_CAPTURE(size, forged, forged_long_claim, errc::token_signature_mismatch)->Apply(up_to_the_cap);
BENCHMARK_CAPTURE(size, long_header, long_header, errc::token_header_refused)->Apply(up_to_the_cap);
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
