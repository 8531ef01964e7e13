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

thread_local bool no_memory = false;               // for Argon2id
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
  if (const auto meanwhile = std::exchange(while_hashing, nullptr)) meanwhile();
  if (no_memory) return -1;
  return next<decltype(crypto_pwhash)>("crypto_pwhash")(out, size, password, length, salt, passes, memory,
                                                        algorithm);
}
int crypto_pwhash_str_alg(char* out, const char* password, unsigned long long length,
                          unsigned long long passes, std::size_t memory, int algorithm) {
  if (no_memory) return -1;
  return next<decltype(crypto_pwhash_str_alg)>("crypto_pwhash_str_alg")(out, password, length, passes, memory,
                                                                        algorithm);
}
}

using namespace ekauth;

namespace {

// The cheapest that is allowed: tests are about decisions, not about cost.
constexpr password::options cheap{.passes = 1, .memory_bytes = std::size_t{8} << 20, .concurrent = 2};

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
  CHECK(passwords.hash(too_long).error().code() == errc::password_too_long);
  CHECK(passwords.verify(std::nullopt, too_long).error().code() == errc::password_too_long);
  CHECK(passwords.hash("").error().code() == errc::validation_failed);
}

TEST_CASE("an unknown user is refused like a wrong password", "[password]") {
  const auto passwords = *password::hasher::make(cheap);
  const auto unknown = passwords.verify(std::nullopt, "secret");
  const auto wrong = passwords.verify(*passwords.hash("other"), "secret");
  CHECK(unknown.error().code() == wrong.error().code());
  CHECK(unknown.error().code() == errc::invalid_credentials);
}

TEST_CASE("a stored text that is not our Argon2id is an error of the server, not a verdict", "[password]") {
  const auto passwords = *password::hasher::make(cheap);
  for (const char* odd :
       {"", "plain", "$2b$12$abcdefghijklmnopqrstuv", "$argon2i$v=19$m=8192,t=1,p=1$c2FsdA$aGFzaA",
        "$argon2id$v=16$m=8192,t=1,p=1$c2FsdA$aGFzaA", "$argon2id$v=19$m=x,t=1,p=1$c2FsdA$aGFzaA",
        "$argon2id$v=19$m=8192,t=1,p=2$c2FsdA$aGFzaA", "$argon2id$v=19$m=4194304,t=1,p=1$c2FsdA$aGFzaA",
        "$argon2id$v=19$m=8192,t=65,p=1$c2FsdA$aGFzaA"})
    CHECK(passwords.verify(std::string(odd), "secret").error().code() == errc::password_hash_invalid);
  CHECK(passwords.verify(std::string("$argon2id$v=19$m=8192,t=1,p=1$broken"), "x").error().code() ==
        errc::invalid_credentials);
}

TEST_CASE("a stored text longer than any hash of ours is an error, however it begins", "[password]") {
  const auto passwords = *password::hasher::make(cheap);
  const std::string longest = "$argon2id$v=19$m=8192,t=1,p=1$" + std::string(97, 'x');
  CHECK(passwords.verify(longest, "secret").error().code() == errc::invalid_credentials);
  CHECK(passwords.verify(longest + "x", "secret").error().code() == errc::password_hash_invalid);
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
  CHECK(passwords.hash("secret")->starts_with("$argon2id$v=19$m=8192,t=2,p=1$"));
}

TEST_CASE("hashes are upgraded upwards only", "[password]") {
  const auto passwords = *password::hasher::make({.passes = 2, .memory_bytes = std::size_t{16} << 20});
  const auto text = [](const char* cost) {
    return std::string("$argon2id$v=19$") + cost + ",p=1$c2FsdA$aGFzaA";
  };
  CHECK(passwords.needs_rehash(text("m=8192,t=2")));
  CHECK(passwords.needs_rehash(text("m=16384,t=1")));
  CHECK_FALSE(passwords.needs_rehash(text("m=16384,t=2")));
  CHECK_FALSE(passwords.needs_rehash(text("m=32768,t=2")));
  CHECK_FALSE(passwords.needs_rehash(text("m=32768,t=1")));
  CHECK_FALSE(passwords.needs_rehash(text("m=8192,t=3")));
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
