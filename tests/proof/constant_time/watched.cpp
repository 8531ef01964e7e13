// Secrets are compared without a branch and without an address that depends on them: memcheck, told that
// secret bytes are undefined, reports any. What it must not report is the verdict, which is public; so what
// the comparison answers is declared defined. Each case runs a second time without that, and must then be
// reported, which proves that the secret got as far as the comparison. Comparisons that leak must be reported
// too.
//
//   tests/proof/constant_time/check_comparisons builds this and runs it under valgrind.
#include <ekauth/keys.hpp>
#include <ekauth/refresh.hpp>

#include <valgrind/memcheck.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "jwt/craft.hpp"
#include "jwt/jws.hpp"
#include "keys/decide.hpp"
#include "refresh/decide.hpp"
#include "refresh/format.hpp"
#include "support/fixed.hpp"
#include "support/records.hpp"

// The linker sends the callers of constant_time_equal here (--wrap).
bool real_equal_texts(std::string_view, std::string_view) asm(
    "__real__ZN6ekauth2v119constant_time_equalESt17basic_string_viewIcSt11char_traitsIcEES4_");
bool wrapped_equal_texts(std::string_view, std::string_view) asm(
    "__wrap__ZN6ekauth2v119constant_time_equalESt17basic_string_viewIcSt11char_traitsIcEES4_");
bool real_equal_digests(const ekauth::digest&, const ekauth::digest&) asm(
    "__real__ZN6ekauth2v119constant_time_equalERKSt5arrayIhLm32EES4_");
bool wrapped_equal_digests(const ekauth::digest&, const ekauth::digest&) asm(
    "__wrap__ZN6ekauth2v119constant_time_equalERKSt5arrayIhLm32EES4_");

namespace {

using namespace ekauth;

bool verdict_is_public = true;
int compared = 0;

bool published(bool same) {
  ++compared;
  if (verdict_is_public) VALGRIND_MAKE_MEM_DEFINED(&same, sizeof same);
  return same;
}

void poison(const void* bytes, std::size_t size) { VALGRIND_MAKE_MEM_UNDEFINED(bytes, size); }
template <std::size_t N>
void poison(const std::array<std::uint8_t, N>& bytes) {
  poison(bytes.data(), N);
}

/// The server key of the vectors, of which nobody knows a bit.
server_keys poisoned_roots() {
  secret root = fixed::vector_root();
  poison(root.expose().data(), root.size());
  server_keys keys;
  if (!keys.add('1', std::move(root))) std::abort();
  return keys;
}

fixed::counting_random chance;
constexpr scope::registry registry{{"events:read"}};

// The cases.

void a_token_of_one_key() {
  std::string key(craft::our_secret);
  poison(key.data(), key.size());
  jwt::keyset::state keys;
  keys.keys.push_back({"", std::make_shared<const crypto::hmac_key>(key), ""});
  const std::string right = craft::token(craft::good_payload);
  const std::string wrong = craft::token(craft::plain_header, craft::good_payload, craft::foreign_secret);
  for (const std::string& token : {right, wrong}) (void)jwt::prove(token, keys, "JWT");
}

void the_tag_of_an_api_key() {
  const auto made = *keys::service::make(fixed::roots(), registry, {}, chance);
  auto flow = made.create({.granted = {subject_id("acc_1"), {}}, .name = "a"}, fixed::noon);
  flow.next([&](auto asked) {
    if constexpr (std::is_same_v<decltype(asked), keys::insert>)
      flow.resume(asked, keys::insert::reply::inserted);
  });
  const auto key = std::move(flow).take();
  const auto watched = *keys::service::make(poisoned_roots(), registry, {}, chance);
  if (!watched.parse(key->token.expose()) && verdict_is_public) std::abort();
}

void the_digest_of_an_api_key() {
  keys::record row = records::full_key("key_1");
  digest presented = records::bytes(1), other = records::bytes(2);
  for (const keys::verifier& each : row.verifiers) poison(each.value);
  poison(presented);
  poison(other);
  (void)keys::decide_verify(row, presented, fixed::noon);
  (void)keys::decide_verify(row, other, fixed::noon);
}

void the_tag_of_a_refresh_token() {
  const refresh::rings rings(fixed::roots());
  const secret token = refresh::compose(rings, "0123456789abcdef", 3, '1', "0123456789012345678901234");
  const auto watched = *refresh::service::make(poisoned_roots(), refresh::strict(), chance);
  if (watched.refresh(token.expose(), {.now = fixed::noon}).done() && verdict_is_public) std::abort();
}

void the_hash_of_a_refresh_token() {
  refresh::find::found found{.row = records::session("s")};
  found.row.generation = 2;
  found.row.binding = records::bytes(7);
  const digest right = found.row.current, wrong = records::bytes(99);
  for (const std::uint32_t generation : {1u, 2u})
    for (const digest& hash : {right, wrong})
      for (const digest& bound : {records::bytes(7), records::bytes(8)}) {
        refresh::presented token{generation, '1', hash, bound};
        refresh::find::found row = found;
        poison(row.row.current);
        poison(row.row.previous);
        poison(*row.row.binding);
        poison(token.hash);
        poison(*token.binding);
        (void)refresh::decide(&row, token, refresh::web(), fixed::noon);
      }
}

// What has to be reported.

[[gnu::noinline]] bool stops_at_a_difference(const char* a, const char* b, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    if (a[i] != b[i]) return false;
  return true;
}
const char squares[256] = "a table of which a secret chooses the place";

void a_comparison_that_stops_at_a_difference() {
  std::string secret = "0123456789abcdef0123456789abcdef";
  poison(secret.data(), secret.size());
  if (stops_at_a_difference(secret.data(), craft::our_secret.data(), secret.size())) std::puts("");
}
void a_text_that_is_read_from_a_table() {
  std::string secret = "0123456789abcdef";
  poison(secret.data(), secret.size());
  volatile char out = squares[static_cast<unsigned char>(secret[3])];
  (void)out;
}

int wrong = 0;

void expect(bool reported, void (*of)(), const char* name, bool has_comparison = true) {
  const auto before = VALGRIND_COUNT_ERRORS;
  compared = 0;
  of();
  const auto found = VALGRIND_COUNT_ERRORS - before;
  const bool good = (found > 0) == reported && (!has_comparison || compared > 0);
  wrong += good ? 0 : 1;
  std::printf("%-5s %s: %u reports%s\n", good ? "good" : "BAD", name, static_cast<unsigned>(found),
              verdict_is_public ? "" : ", its verdict secret too");
}

}  // namespace

bool wrapped_equal_texts(std::string_view a, std::string_view b) { return published(real_equal_texts(a, b)); }
bool wrapped_equal_digests(const ekauth::digest& a, const ekauth::digest& b) {
  return published(real_equal_digests(a, b));
}

int main() {
  if (RUNNING_ON_VALGRIND == 0) {
    std::puts("not under valgrind");
    return 1;
  }
  const struct {
    void (*of)();
    const char* name;
  } cases[] = {{a_token_of_one_key, "the MAC of a token"},
               {the_tag_of_an_api_key, "the tag of an API key"},
               {the_digest_of_an_api_key, "the digest of an API key"},
               {the_tag_of_a_refresh_token, "the tag of a refresh token"},
               {the_hash_of_a_refresh_token, "the hash of a refresh token, and its binding"}};
  for (const auto& each : cases) expect(false, each.of, each.name);
  verdict_is_public = false;
  for (const auto& each : cases) expect(true, each.of, each.name);
  verdict_is_public = true;
  expect(true, a_comparison_that_stops_at_a_difference, "a comparison that stops at a difference", false);
  expect(true, a_text_that_is_read_from_a_table, "a text that is read from a table", false);
  return wrong;
}
