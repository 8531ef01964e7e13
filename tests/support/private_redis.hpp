// Stores in the Redis server that tests/support/with_redis started for this program.
#pragma once

#include <ekauth/redis.hpp>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <unistd.h>

namespace fixed {

/// Of the server that this program runs beside.
inline std::string redis_socket() {
  const char* const path = std::getenv("EKAUTH_TEST_REDIS");
  if (path == nullptr) {
    std::fputs("No Redis: run this program as tests/support/with_redis PROGRAM, as ctest does.\n", stderr);
    std::exit(2);
  }
  return path;
}

/// How to reach a part of it that nothing else uses.
inline ekauth::redis::options fresh_redis() {
  static std::atomic<int> count{0};
  ekauth::redis::options how;
  how.unix_socket = redis_socket();
  how.prefix = "test-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
  how.command_timeout = std::chrono::seconds(60);  // the machine may be busy
  how.busy_timeout = std::chrono::seconds(60);
  return how;
}

/// A store that must open.
inline ekauth::redis::store open_redis(ekauth::redis::options how) {
  auto opened = ekauth::redis::store::open(std::move(how));
  if (!opened) {
    std::fprintf(stderr, "The Redis store does not open: %s\n", opened.error().text());
    std::exit(2);
  }
  return *std::move(opened);
}

/// An empty store.
inline ekauth::redis::store fresh_redis_store() { return open_redis(fresh_redis()); }

}  // namespace fixed
