// Argon2id ends the process when libsodium does not start, and is no verdict when memory runs out.
#include "password/argon2id.hpp"

#include <dlfcn.h>

#include "catch.hpp"
#include "support/aborts.hpp"

namespace {

bool refuses_to_start = false;

}  // namespace

// In front of the one that the library calls.
extern "C" int sodium_init() {
  if (refuses_to_start) return -1;
  return reinterpret_cast<int (*)()>(::dlsym(RTLD_NEXT, "sodium_init"))();
}

using namespace ekauth;

TEST_CASE("a process ends in which libsodium does not start", "[password]") {
  const auto hash = password::parse_argon2id(*password::argon2id("password", 1, std::size_t{8} << 20));
  REQUIRE(hash);
  CHECK(fixed::aborts([] {
    refuses_to_start = true;
    (void)password::argon2id("password", 1, std::size_t{8} << 20);
  }));
  CHECK(fixed::aborts([&] {
    refuses_to_start = true;
    (void)password::argon2id_matches(*hash, "password");
  }));
}

TEST_CASE("a hash of Argon2id for which there is no memory is no verdict", "[password]") {
  const std::size_t too_much = std::size_t{1} << 50;
  CHECK(password::argon2id("password", 1, too_much).error().code() == errc::login_busy);
  auto hash = password::parse_argon2id(*password::argon2id("password", 1, std::size_t{8} << 20));
  REQUIRE(hash);
  CHECK(*password::argon2id_matches(*hash, "password"));
  hash->memory_kib = too_much / 1024;
  CHECK(password::argon2id_matches(*hash, "password").error().code() == errc::login_busy);
}
