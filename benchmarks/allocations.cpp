// Counts what a thread allocates, by whatever language: every operator new ends in malloc. For glibc, whose
// own names of these functions are the way past ours.
#include <cstddef>

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
}

namespace {
thread_local std::size_t counted = 0;
}

extern "C" {
void* malloc(std::size_t size) {
  ++counted;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++counted;
  return __libc_calloc(count, size);
}
void* realloc(void* at, std::size_t size) {
  ++counted;
  return __libc_realloc(at, size);
}
}

namespace beside {
std::size_t allocations() noexcept;
std::size_t allocations() noexcept { return counted; }
}  // namespace beside
