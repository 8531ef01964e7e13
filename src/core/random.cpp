#include <ekauth/random.hpp>

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace ekauth::inline v1 {

namespace {

class system_random final : public random_source {
 public:
  void fill(void* bytes, std::size_t size) override {
    auto* at = static_cast<unsigned char*>(bytes);
    while (size > 0) {
      const ssize_t got = ::getrandom(at, size, 0);
      if (got < 0) {
        if (errno == EINTR) continue;
        std::abort();  // a server without randomness must not hand out tokens
      }
      at += got;
      size -= static_cast<std::size_t>(got);
    }
  }
};

}  // namespace

random_source& os_random() noexcept {
  static system_random source;
  return source;
}

}  // namespace ekauth::inline v1
