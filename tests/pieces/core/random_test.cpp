// The system's randomness, from a system that answers as it is told to.
#include <ekauth/random.hpp>

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <string>

#include "catch.hpp"
#include "core/base62.hpp"
#include "support/aborts.hpp"

namespace {

enum class system_gives { everything, one_byte, nothing };
system_gives gives = system_gives::everything;
int interruptions = 0;  // that are still to come

}  // namespace

// In front of the one that the library calls.
extern "C" ssize_t getrandom(void* out, std::size_t size, unsigned flags) {
  if (interruptions > 0) {
    --interruptions;
    errno = EINTR;
    return -1;
  }
  if (gives == system_gives::nothing) {
    errno = ENOSYS;
    return -1;
  }
  if (gives == system_gives::one_byte) {
    *static_cast<char*>(out) = 'r';
    return 1;
  }
  return ::syscall(SYS_getrandom, out, size, flags);
}

using namespace ekauth;

TEST_CASE("the system's randomness fills what it is asked for", "[core]") {
  std::set<std::string> drawn;
  for (int i = 0; i < 64; ++i) drawn.insert(base62::random_digits(os_random(), 25));
  CHECK(drawn.size() == 64);
}

TEST_CASE("randomness that comes in parts, or that a signal interrupts, is asked for until it is whole",
          "[core]") {
  std::string drawn(40, '\0');
  gives = system_gives::one_byte;
  interruptions = 3;
  os_random().fill(drawn.data(), drawn.size());
  gives = system_gives::everything;
  CHECK(drawn == std::string(40, 'r'));
  CHECK(interruptions == 0);
}

TEST_CASE("where the system has no randomness the process ends", "[core]") {
  const auto draw = [] {
    char drawn[16];
    os_random().fill(drawn, sizeof drawn);
  };
  CHECK(fixed::aborts([&] {
    gives = system_gives::nothing;
    draw();
  }));
  CHECK_FALSE(fixed::aborts(draw));
}
