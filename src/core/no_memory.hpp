// The end of what a library below us got no memory for: as if our own allocation had failed.
#pragma once

#include <cstdlib>
#include <new>

namespace ekauth::inline v1 {

[[noreturn]] inline void no_memory() {
#if defined(__cpp_exceptions)
  throw std::bad_alloc();
#else
  std::abort();
#endif
}

}  // namespace ekauth::inline v1
