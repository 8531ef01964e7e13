// Allocations that fail when they are told to, and are counted; exhaustion_test.cpp brings the operator new.
#pragma once

#include <openssl/err.h>

#include <cstdint>
#include <new>

#include "catch.hpp"

namespace exhausted {

inline thread_local long until_failure = -1;  // allocations that still succeed on this thread; -1: all
inline thread_local long alive = 0;           // allocations less deallocations of this thread
inline thread_local bool has_failed = false;  // since this was last set

inline bool fails_now() {
  if (until_failure < 0 || until_failure-- > 0) return false;
  return has_failed = true;
}

inline std::uint64_t failed_so_far = 0;  // allocations that were refused

// Runs operation, with the allocation failing that comes after so many. Answers whether one did.
template <class Operation>
bool fails_after(int allocations, Operation operation) {
  until_failure = allocations;
  has_failed = false;
  try {
    operation();
  } catch (const std::bad_alloc&) {
    CHECK(has_failed);
  }
  until_failure = -1;
  failed_so_far += has_failed ? 1 : 0;
  CHECK(ERR_peek_error() == 0);
  return has_failed;
}

}  // namespace exhausted
