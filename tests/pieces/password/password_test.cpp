#include <ekauth/password.hpp>

#include "catch.hpp"
#include "support/fixed.hpp"

#include <dlfcn.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace {

thread_local bool no_memory = false;          // for Argon2id
thread_local int computed = 0;                // hashes, new ones too
thread_local std::uint64_t passes_spent = 0;  // of the last one
thread_local std::size_t memory_spent = 0;
thread_local std::function<void()> while_hashing;  // done once, in the next computation

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

// In front of those that the library calls.
extern "C" {
int crypto_pwhash(unsigned char* out, unsigned long long size, const char* password,
                  unsigned long long length, const unsigned char* salt, unsigned long long passes,
                  std::size_t memory, int algorithm) {
  ++computed;
  passes_spent = passes;
  memory_spent = memory;
  if (const auto meanwhile = std::exchange(while_hashing, nullptr)) meanwhile();
  if (no_memory) return -1;
  return next<decltype(crypto_pwhash)>("crypto_pwhash")(out, size, password, length, salt, passes, memory,
                                                        algorithm);
}
int crypto_pwhash_str_alg(char* out, const char* password, unsigned long long length,
                          unsigned long long passes, std::size_t memory, int algorithm) {
  ++computed;
  if (no_memory) return -1;
  return next<decltype(crypto_pwhash_str_alg)>("crypto_pwhash_str_alg")(out, password, length, passes, memory,
                                                                        algorithm);
}
}

using namespace ekauth;

namespace {

// The cheapest that is allowed: tests are about decisions, not about cost.
constexpr password::options cheap{.passes = 1, .memory_bytes = std::size_t{8} << 20, .concurrent = 2};

const std::string salt_and_hash = "c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g";

std::string with_costs(std::string_view memory_kib, std::string_view passes) {
  return std::string("$argon2id$v=19$m=").append(memory_kib).append(",t=").append(passes) + ",p=1$" +
         salt_and_hash;
}

// Of "secret", by the function behind crypto_pwhash_str.
std::string libsodium_makes(std::uint64_t passes, std::size_t memory_bytes) {
  constexpr int argon2id = 2;
  char text[128] = {};
  REQUIRE(::crypto_pwhash_str_alg(text, "secret", 6, passes, memory_bytes, argon2id) == 0);
  return text;
}

// Whether it is refused as no hash at all, by every question, and none is computed.
bool is_invalid(const password::hasher& passwords, const std::string& stored) {
  const int before = computed;
  const auto answer = passwords.verify(stored, "secret");
  return !answer && answer.error().code() == errc::password_hash_invalid && computed == before &&
         !passwords.needs_rehash(stored);
}

}  // namespace

TEST_CASE("a password verifies against its own hash and no other", "[password]") {
  const auto passwords = *password::hasher::make(cheap);
  const std::string hash = *passwords.hash("correct horse");
  CHECK(hash.starts_with("$argon2id$v=19$m=8192,t=1,p=1$"));
  CHECK(passwords.verify(hash, "correct horse"));
  for (const char* wrong : {"correct hors", "correct horse ", "Correct horse", ""})
    CHECK(passwords.verify(hash, wrong).error().code() == errc::invalid_credentials);
  CHECK(*passwords.hash("correct horse") != hash);
}

TEST_CASE("nothing of a password is cut: bytes after a NUL and the 1024th byte count", "[password]") {
  const auto passwords = *password::hasher::make(cheap);
  const std::string with_nul("a\0b", 3);
  const std::string hash = *passwords.hash(with_nul);
  CHECK(passwords.verify(hash, with_nul));
  CHECK_FALSE(passwords.verify(hash, "a"));
  std::string longest(password::max_bytes, 'x');
  const std::string long_hash = *passwords.hash(longest);
  CHECK(passwords.verify(long_hash, longest));
  longest.back() = 'y';
  CHECK_FALSE(passwords.verify(long_hash, longest));
}

TEST_CASE("a password of 1025 bytes is refused before hashing, an empty one is never stored", "[password]") {
  const auto passwords = *password::hasher::make(cheap);
  const std::string too_long(password::max_bytes + 1, 'x');
  const std::string hash = *passwords.hash("secret");
  const int before = computed;
  CHECK(passwords.hash(too_long).error().code() == errc::password_too_long);
  CHECK(passwords.verify(std::nullopt, too_long).error().code() == errc::password_too_long);
  CHECK(passwords.verify(hash, too_long).error().code() == errc::password_too_long);
  CHECK(passwords.hash("").error().code() == errc::validation_failed);
  CHECK(computed == before);
}

TEST_CASE("an unknown user is refused like a wrong password, and costs as much", "[password]") {
  const auto passwords = *password::hasher::make({.passes = 3, .memory_bytes = std::size_t{9} << 20});
  const std::string hash = *passwords.hash("other");
  for (const auto& stored : {std::optional<std::string>(), std::optional(hash)}) {
    const int before = computed;
    passes_spent = memory_spent = 0;
    CHECK(passwords.verify(stored, "secret").error().code() == errc::invalid_credentials);
    CHECK(computed == before + 1);
    CHECK(passes_spent == 3);
    CHECK(memory_spent == std::size_t{9} << 20);
  }
}

TEST_CASE("a stored text that is not our Argon2id is an error of the server, not a verdict", "[password]") {
  const auto passwords = *password::hasher::make(cheap);
  for (const char* odd : {"", "plain", "$", "$$", "$2b$12$abcdefghijklmnopqrstuv",
                          "$argon2id$v=19$m=8192,t=1,p=1$", "$argon2id$v=19$m=8192,t=1,p=1$broken",
                          "$argon2id$v=19$m=8192,t=1,p=1$c2FsdA$aGFzaA", "$argon2id$v=19$m=8192,t=1,p=1$$"})
    CHECK(is_invalid(passwords, odd));
  for (const char* other :
       {"$argon2i$v=19$m=8192,t=1,p=1$", "$argon2d$v=19$m=8192,t=1,p=1$", "$argon2id$v=16$m=8192,t=1,p=1$",
        "$argon2id$m=8192,t=1,p=1$", "$argon2id$v=19$m=8192,t=1,p=2$", "$argon2id$v=19$m=8192,t=1$",
        "$argon2id$v=19$t=1,m=8192,p=1$", "$argon2id$v=19$m=8192,t=1,p=1,data=eA$",
        "argon2id$v=19$m=8192,t=1,p=1$"})
    CHECK(is_invalid(passwords, other + salt_and_hash));
}

TEST_CASE("a stored hash whose costs are none, or beyond what is ever spent, is an error of the server",
          "[password]") {
  const auto passwords = *password::hasher::make(cheap);
  for (const char* memory :
       {"0", "1", "7", "1048577", "4194304", "4294967296", "18446744073709551616", "18446744073709559808",
        "x", "", "08192", "+8192", "-8192", " 8192", "8192 ", "0x2000", "8192.0", "8e3"})
    CHECK(is_invalid(passwords, with_costs(memory, "1")));
  for (const char* passes :
       {"0", "00", "65", "4294967296", "18446744073709551617", "x", "", "01", "+1", "-1", " 1", "1 ", "0x1"})
    CHECK(is_invalid(passwords, with_costs("8192", passes)));

  // Without memory, those that are computed are told from those that are not.
  no_memory = true;
  for (const char* memory : {"8", "8191", "8192", "1048576"})
    for (const char* passes : {"1", "2", "64"})
      CHECK(passwords.verify(with_costs(memory, passes), "secret").error().code() == errc::login_busy);
  no_memory = false;
}

TEST_CASE("a stored hash that was cut anywhere, or goes on, is an error of the server", "[password]") {
  const auto passwords = *password::hasher::make(cheap);
  const std::string hash = *passwords.hash("secret");
  for (std::size_t size = 0; size < hash.size(); ++size) CHECK(is_invalid(passwords, hash.substr(0, size)));
  for (std::size_t begin = 1; begin < hash.size(); ++begin) CHECK(is_invalid(passwords, hash.substr(begin)));
  for (const char end : {'\0', '\n', ' ', '=', '$', 'A', 'x', '\x80'})
    CHECK(is_invalid(passwords, hash + end));
  CHECK(is_invalid(passwords, hash + hash));
  CHECK(passwords.verify(hash, "secret"));
}

TEST_CASE("a stored hash with another character between its numbers and texts is an error of the server",
          "[password]") {
  const auto passwords = *password::hasher::make(cheap);
  const std::string hash = libsodium_makes(11, 11 * 1024), costs = "$argon2id$v=19$m=11,t=11,p=1$";
  REQUIRE(hash.starts_with(costs));
  for (std::size_t at = 0; at < hash.size(); ++at) {
    const bool between = at < costs.size() ? costs[at] != '1' || at < 15 || at > 25 : hash[at] == '$';
    if (!between) continue;
    for (int other = 0; other < 256; ++other) {
      std::string changed = hash;
      changed[at] = static_cast<char>(other);
      if (changed != hash) CHECK(is_invalid(passwords, changed));
    }
  }
}

TEST_CASE(
    "of a changed salt or hash, what decodes is of a wrong password, and the rest an error of the server",
    "[password]") {
  const auto passwords = *password::hasher::make(cheap);
  const std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string hash = libsodium_makes(1, 8192);
  const std::size_t salt = hash.find(",p=1$") + 5, value = hash.rfind('$') + 1;
  REQUIRE(value - salt == 22 + 1);
  REQUIRE(hash.size() - value == 43);
  for (std::size_t at = salt; at < hash.size(); ++at) {
    if (at == value - 1) continue;
    // The last digit of 16 bytes has two bits of them, the last of 32 bytes four; the others are zero.
    const std::size_t step = at == value - 2 ? 16 : at == hash.size() - 1 ? 4 : 1;
    for (int other = 0; other < 256; ++other) {
      std::string changed = hash;
      changed[at] = static_cast<char>(other);
      if (changed == hash) continue;
      const std::size_t digit = digits.find(changed[at]);
      if (digit != std::string_view::npos && digit % step == 0)
        CHECK(passwords.verify(changed, "secret").error().code() == errc::invalid_credentials);
      else
        CHECK(is_invalid(passwords, changed));
    }
  }
}

TEST_CASE("what libsodium made with less than is taken for new hashes verifies, and is made anew",
          "[password]") {
  const auto passwords = *password::hasher::make(cheap);
  const std::size_t kib = 1024;
  for (const std::uint64_t passes : {1u, 2u, 64u})
    for (const std::size_t memory : {8 * kib, 9 * kib, 8 * kib + 1023, 100 * kib}) {
      const std::string hash = libsodium_makes(passes, memory);
      CHECK(passwords.verify(hash, "secret"));
      CHECK(passwords.verify(hash, "other").error().code() == errc::invalid_credentials);
      CHECK(passwords.needs_rehash(hash) == (passes == 1));
    }
  CHECK(passwords.verify(libsodium_makes(2, std::size_t{64} << 20), "secret"));  // its "interactive"
}

TEST_CASE("without memory for a hash there is no hasher, no hash and no verdict", "[password]") {
  const auto passwords = *password::hasher::make(cheap);
  const std::string hash = *passwords.hash("secret");
  no_memory = true;
  CHECK(password::hasher::make(cheap).error().code() == errc::login_busy);
  CHECK(passwords.hash("secret").error().code() == errc::login_busy);
  CHECK(passwords.verify(hash, "secret").error().code() == errc::login_busy);
  CHECK(passwords.verify(std::nullopt, "secret").error().code() == errc::login_busy);
  no_memory = false;
  CHECK(passwords.verify(hash, "secret"));
}

TEST_CASE("who finds every seat taken and may not wait is turned away, and the seat is free again after",
          "[password]") {
  auto how = cheap;
  how.concurrent = 1;
  how.waiting = 0;
  const auto passwords = *password::hasher::make(how);
  const std::string hash = *passwords.hash("secret");
  int turned_away = 0;
  while_hashing = [&] {
    turned_away += passwords.hash("other").error().code() == errc::login_busy ? 1 : 0;
    turned_away += passwords.verify(hash, "secret").error().code() == errc::login_busy ? 1 : 0;
  };
  CHECK(passwords.verify(hash, "secret"));
  CHECK(turned_away == 2);
  CHECK(passwords.hash("other"));
}

TEST_CASE("a hasher that is moved keeps its options and its seats", "[password]") {
  auto passwords = *password::hasher::make(cheap);
  passwords = *password::hasher::make({.passes = 2, .memory_bytes = std::size_t{8} << 20});
  CHECK((*passwords.hash("secret")).starts_with("$argon2id$v=19$m=8192,t=2,p=1$"));
}

TEST_CASE("a hasher that was moved from goes on, and shares its seats with the other", "[password]") {
  auto how = cheap;
  how.concurrent = 1;
  how.waiting = 0;
  auto passwords = *password::hasher::make(how);
  const password::hasher moved = std::move(passwords);
  const std::string hash = *passwords.hash("secret");  // NOLINT: a move copies
  errc beside{};
  while_hashing = [&] { beside = moved.hash("other").error().code(); };
  CHECK(passwords.verify(hash, "secret"));
  CHECK(beside == errc::login_busy);
}

TEST_CASE("hashes are upgraded upwards only", "[password]") {
  const auto passwords = *password::hasher::make({.passes = 2, .memory_bytes = std::size_t{16} << 20});
  CHECK(passwords.needs_rehash(with_costs("8192", "2")));
  CHECK(passwords.needs_rehash(with_costs("16384", "1")));
  CHECK_FALSE(passwords.needs_rehash(with_costs("16384", "2")));
  CHECK_FALSE(passwords.needs_rehash(with_costs("32768", "2")));
  CHECK_FALSE(passwords.needs_rehash(with_costs("32768", "1")));
  CHECK_FALSE(passwords.needs_rehash(with_costs("8192", "3")));
  CHECK_FALSE(passwords.needs_rehash("plain"));
  CHECK_FALSE(passwords.needs_rehash(*passwords.hash("x")));
}

TEST_CASE("options outside their limits make no hasher", "[password]") {
  const std::size_t mib = std::size_t{1} << 20;
  for (const password::options& odd :
       {password::options{.passes = 0}, password::options{.passes = 65},
        password::options{.memory_bytes = 8 * mib - 1}, password::options{.memory_bytes = 1024 * mib + 1}})
    CHECK(password::hasher::make(odd).error().code() == errc::option_invalid);
}

TEST_CASE("beyond its seats and its waiting room a hasher answers busy, and recovers", "[password]") {
  const auto passwords = *password::hasher::make(
      {.passes = 20, .memory_bytes = std::size_t{8} << 20, .concurrent = 1, .waiting = 1});
  const std::string hash = *passwords.hash("secret");
  std::atomic<int> busy = 0, fine = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 12; ++i)
    callers.emplace_back([&] {
      const auto ok = passwords.verify(hash, "secret");
      if (ok)
        ++fine;
      else if (ok.error().code() == errc::login_busy)
        ++busy;
    });
  for (std::thread& caller : callers) caller.join();
  CHECK(fine + busy == 12);
  CHECK(fine >= 2);
  CHECK(busy >= 1);
  CHECK(passwords.verify(hash, "secret"));
}
