// A request on its whole way: two header values in, a principal or an error out, for API keys (the store in
// memory, 1,000 keys), access tokens, remembered ones, and requests that are refused. Beside it the check of
// the credential alone, and the request that is admitted.
//
//   cmake --preset release -DEKAUTH_BUILD_BENCHMARKS=ON && cmake --build --preset release --target
//   guard_bench build/release/benchmarks/guard_bench
#include <ekauth/guard.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include <cstdlib>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "beside.hpp"
#include "support/fixed.hpp"
#include "threads.hpp"

namespace {

using namespace ekauth;
using beside::must;
using fixed::noon;

constexpr scope::registry scopes{
    {"events:read"}, {"events:write"}, {"reports:export"}, {"full_access", scope::kind::superuser}};
constexpr scope::requirement may_read = scopes.all_of({"events:read"});
constexpr scope::requirement may_all = scopes.all_of({"full_access"});
constexpr std::size_t keys_stored = 1000;

const std::string issuer = "https://auth.example.com", audience = "https://api.example.com/";
const subject_id alice("acc_9i8h7g6f5e0");
const scope::list granted = *scope::list::parse_spaced("events:read events:write reports:export");

struct host {
  fixed::counting_random random;
  memory::store store;
  keys::service api_keys = *keys::service::make(fixed::roots(), scopes, {}, random);
  refresh::service sessions = *refresh::service::make(fixed::roots(), refresh::strict(), random);
  allowlists::service lists = *allowlists::service::make({}, random);
  jwt::keyset signing = *jwt::keyset::make(jwt::key{"k1", secret("0123456789abcdef0123456789abcdef")});
  jwt::signer signer = *jwt::signer::make(signing, {.issuer = issuer, .audience = audience}, random);
  jwt::verifier verifier = *jwt::verifier::make(signing, {.issuer = issuer, .audiences = {audience}});
  jwt::verifier remembering =
      *jwt::verifier::make(signing, {.issuer = issuer, .audiences = {audience}, .remembered_tokens = 1024});

  guard::options both(const jwt::verifier& tokens) const {
    return {.scopes = scopes, .api_keys = api_keys, .access_tokens = tokens};
  }
  guard::service plain = *guard::service::make(both(verifier));
  guard::service with_memory = *guard::service::make(both(remembering));
  guard::service with_networks = *guard::service::make([this] {
    guard::options how = both(verifier);
    how.networks = lists;
    return how;
  }());
  guard::service with_sessions = *guard::service::make([this] {
    guard::options how = both(verifier);
    how.tokens_end_with_session = true;
    how.session_max_age = std::chrono::minutes(5);
    return how;
  }());

  std::vector<std::string> keys, bearer_keys;
  std::string token, bearer_token;

  host() {
    for (std::size_t i = 0; i < keys_stored; ++i) {
      const auto made =
          run(api_keys.create({.granted = {alice, granted}, .name = "Production Server"}, noon), store);
      keys.emplace_back(made->token.expose());
      bearer_keys.push_back("Bearer " + keys.back());
    }
    const auto session = run(sessions.login({.granted = {alice, granted}, .epoch = 0}, noon), store);
    token = (*signer.sign({alice, granted}, {.issued_at = noon, .session = session->session})).expose();
    bearer_token = "Bearer " + token;
    const allowlists::edit list{.entries = {{"192.0.2.0/24"}, {"2001:db8::/32"}}, .enabled = true};
    if (!run(lists.save({alice, key_id()}, list, noon), store)) std::abort();
  }
};

host& here() {
  static host made;
  return made;
}

const time_point at = noon + std::chrono::seconds(1);
const cidr::address office = *cidr::address::parse("192.0.2.7");

std::size_t next_key() {
  static thread_local std::size_t i = 0;
  return i = (i + 7919) % keys_stored;
}

errc check(const guard::service& gate, const guard::request& what,
           const scope::requirement& demanded = may_read) {
  const auto who = run(gate.check(what, {.scopes = demanded}, at), here().store);
  return who ? errc{} : who.error().code();
}
guard::request bearer(std::string_view value) {
  return {.headers = {.authorization = value}, .secure = true, .peer = office, .path = "/v1/events"};
}
guard::request x_api_key(std::string_view value) {
  return {.headers = {.x_api_key = value}, .secure = true, .peer = office, .path = "/v1/events"};
}

bool admit_key() { return check(here().plain, bearer(here().bearer_keys[next_key()])) == errc{}; }
bool admit_token() { return check(here().plain, bearer(here().bearer_token)) == errc{}; }

template <class Call, class... Others>
void admits(benchmark::State& state, Call call, beside::other<Others>... than) {
  must(call());
  beside::measure(state, call, than...);
}

void api_key(benchmark::State& state) {
  admits(state, admit_key,
         beside::other{"verify", [] {
                         return run(here().api_keys.verify(here().keys[next_key()], {.now = at}),
                                    here().store)
                             .has_value();
                       }});
}
void api_key_in_its_header(benchmark::State& state) {
  admits(state, [] { return check(here().plain, x_api_key(here().keys[next_key()])) == errc{}; });
}
void api_key_and_networks(benchmark::State& state) {
  admits(
      state, [] { return check(here().with_networks, bearer(here().bearer_keys[next_key()])) == errc{}; },
      beside::other{"without", admit_key});
}
void token(benchmark::State& state) {
  admits(state, admit_token,
         beside::other{"verify", [] { return here().verifier.verify(here().token, at).has_value(); }});
}
void token_remembered(benchmark::State& state) {
  admits(
      state, [] { return check(here().with_memory, bearer(here().bearer_token)) == errc{}; },
      beside::other{"token", admit_token});
}
void token_and_session(benchmark::State& state) {
  admits(
      state, [] { return check(here().with_sessions, bearer(here().bearer_token)) == errc{}; },
      beside::other{"token", admit_token});
}
void token_and_networks(benchmark::State& state) {
  admits(
      state, [] { return check(here().with_networks, bearer(here().bearer_token)) == errc{}; },
      beside::other{"token", admit_token});
}

void refuse(benchmark::State& state, guard::request what, errc expected, scope::requirement demanded) {
  must(check(here().with_networks, what, demanded) == expected);
  beside::measure(
      state, [&] { return check(here().with_networks, what, demanded); }, beside::other{"API key", admit_key},
      beside::other{"token", admit_token});
}

const std::string& keep(std::string text) {
  static std::vector<std::unique_ptr<std::string>> all;
  return *all.emplace_back(std::make_unique<std::string>(std::move(text)));
}
std::string changed(std::string text, std::size_t from_end) {
  char& one = text[text.size() - from_end];
  one = one == 'a' ? 'b' : 'a';
  return text;
}

const bool added = [] {
  struct refusal {
    const char* name;
    guard::request what;
    errc expected;
    scope::requirement demanded = may_read;
  };
  guard::request plain_http = bearer(here().bearer_token);
  plain_http.secure = false;
  guard::request in_query = bearer(here().bearer_token);
  in_query.query = keep("limit=10&access_token=abc");
  guard::request outside = bearer(here().bearer_keys[0]);
  outside.peer = *cidr::address::parse("203.0.113.9");
  const refusal all[] = {
      {"plain_http", plain_http, errc::https_required},
      {"no_credential", {.secure = true}, errc::missing_credentials},
      {"two_credentials",
       {.headers = {.authorization = here().bearer_token, .x_api_key = here().keys[0]}, .secure = true},
       errc::ambiguous_credentials},
      {"in_query", in_query, errc::credential_in_query},
      {"basic", bearer("Basic dXNlcjpwYXNzd29yZA=="), errc::malformed_authorization},
      {"garbage", bearer(keep("Bearer " + std::string(400, 'x'))), errc::token_malformed},
      {"garbage_8k", bearer(keep("Bearer " + std::string(8000, 'x'))), errc::token_malformed},
      {"forged_token", bearer(keep(changed(here().bearer_token, 20))), errc::token_signature_mismatch},
      {"mistyped_key", bearer(keep(changed(here().bearer_keys[0], 20))), errc::key_checksum_mismatch},
      {"wrong_network", outside, errc::ip_not_allowed},
      {"lacking_scope_key", bearer(here().bearer_keys[0]), errc::insufficient_scope, may_all},
      {"lacking_scope_token", bearer(here().bearer_token), errc::insufficient_scope, may_all},
  };
  for (const refusal& each : all)
    beside::in_turns(benchmark::RegisterBenchmark((std::string("refuse/") + each.name).c_str(), refuse,
                                                  each.what, each.expected, each.demanded));
  return true;
}();

void api_key_in_two_threads(benchmark::State& state) { beside::measure_two(state, admit_key); }
void token_in_two_threads(benchmark::State& state) { beside::measure_two(state, admit_token); }

BENCHMARK(api_key)->Apply(beside::in_turns);
BENCHMARK(api_key_in_its_header)->Apply(beside::in_turns);
BENCHMARK(api_key_and_networks)->Apply(beside::in_turns);
BENCHMARK(token)->Apply(beside::in_turns);
BENCHMARK(token_remembered)->Apply(beside::in_turns);
BENCHMARK(token_and_session)->Apply(beside::in_turns);
BENCHMARK(token_and_networks)->Apply(beside::in_turns);
BENCHMARK(api_key_in_two_threads)->Apply(beside::in_bursts);
BENCHMARK(token_in_two_threads)->Apply(beside::in_bursts);

}  // namespace
