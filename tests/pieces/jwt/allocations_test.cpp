// What verifying and issuing allocate, after what each thread allocates once.
#include <cstdlib>
#include <new>

#include "catch.hpp"
#include "craft.hpp"

namespace {

// Of this thread; read around calls. Arrays count too, but in a sanitizer's build, which has its own.
thread_local std::size_t allocations = 0;

}  // namespace

// Not inlined, because compilers take a pair of which they see only one half for a mistake.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* const room = std::malloc(size == 0 ? 1 : size)) return room;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void operator delete(void* room) noexcept { std::free(room); }
[[gnu::noinline]] void operator delete(void* room, std::size_t) noexcept { std::free(room); }

using namespace craft;

namespace {

template <class Call>
std::size_t allocations_of(Call call) {
  call();
  const std::size_t before = allocations;
  call();
  return allocations - before;
}

std::size_t to_verify(const std::string& token, errc expected = {}) {
  const auto verifier = our_verifier();
  errc said{};
  const std::size_t made = allocations_of([&] { said = outcome(verifier.verify(token, noon())); });
  CHECK(said == expected);
  return made;
}

}  // namespace

TEST_CASE("verifying allocates nothing, whether the token is good or not", "[jwt]") {
  CHECK(to_verify(token(good_payload)) == 0);
  CHECK(to_verify(token(extended(R"("tenant":"blue","level":42)"))) == 0);
  CHECK(to_verify(token(replaced("events:read", "a b c d e f g h:i:j:* events:read"))) == 0);
  // By the parser, whose memory each thread keeps.
  CHECK(to_verify(token(extended(R"("roles":["a",{"b":null}])"))) == 0);
  CHECK(to_verify(token(replaced("acc_1", R"(acc\u005f1)"))) == 0);
  CHECK(to_verify(token(R"({"typ":"JWT","alg":"HS256"})", good_payload)) == 0);
  CHECK(to_verify("", errc::token_malformed) == 0);
  CHECK(to_verify(std::string(9000, 'a'), errc::token_too_large) == 0);
  CHECK(to_verify(token(R"({"alg":"none"})", good_payload), errc::token_algorithm_refused) == 0);
  CHECK(to_verify(token(R"({"alg":["HS256"]})", good_payload), errc::token_algorithm_refused) == 0);
  CHECK(to_verify(token(plain_header, good_payload, foreign_secret), errc::token_signature_mismatch) == 0);
  CHECK(to_verify(token("[]"), errc::token_payload_malformed) == 0);
  CHECK(to_verify(token(replaced("events:read", "Events")), errc::token_claim_malformed) == 0);
  CHECK(to_verify(token(replaced("1700086400", "1")), errc::token_expired) == 0);
}

TEST_CASE("a token whose claims do not fit inside the answer is kept in one allocation", "[jwt]") {
  const std::size_t inside = jwt::kept_text::most_inside - extended("\"a\":\"\"").size();
  CHECK(to_verify(token(extended("\"a\":\"" + std::string(inside, 'x') + "\""))) == 0);
  CHECK(to_verify(token(extended("\"a\":\"" + std::string(inside + 1, 'x') + "\""))) <= 1);
  CHECK(to_verify(token(extended("\"a\":\"" + std::string(5000, 'x') + "\""))) <= 1);
}

TEST_CASE("issuing allocates the token and nothing else", "[jwt]") {
  const auto signer = *jwt::signer::make(keys(), {.issuer = "https://auth.example", .audience = "events"});
  const grant who{subject_id("acc_9i8h7g6f5e"),
                  *scope::list::parse_spaced("events:read events:write reports:export")};
  const jwt::issue at{.issued_at = noon(), .session = family_id("0123456789abcdef"), .not_before = noon()};
  std::size_t size = 0;
  CHECK(allocations_of([&] { size = (*signer.sign(who, at)).size(); }) <= 1);
  CHECK(size > 300);
}
