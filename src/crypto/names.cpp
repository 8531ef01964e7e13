#include <openssl/err.h>
#include <openssl/rand.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "crypto/crypto.hpp"

namespace ekauth::inline v1::crypto {

namespace {

// OpenSSL's generator wants memory at a thread's first. The system's wants none.
void draw(unsigned char* out, std::size_t size) {
  if (RAND_bytes(out, static_cast<int>(size)) == 1) return;
  ERR_clear_error();
  os_random().fill(out, size);
}

// A page that a child process finds empty (MADV_WIPEONFORK): zeroes, unread among them. So a fork, by
// whatever call, never makes two processes hand out the same bytes.
struct page {
  std::size_t unread;  // at the beginning of bytes
  unsigned char bytes[4096 - sizeof(std::size_t)];
};

page* new_page() noexcept {
#if defined(MADV_WIPEONFORK)
  void* const room =
      ::mmap(nullptr, sizeof(page), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED) return nullptr;
  if (::madvise(room, sizeof(page), MADV_WIPEONFORK) == 0) return static_cast<page*>(room);
  ::munmap(room, sizeof(page));
#endif
  return nullptr;  // nothing is read ahead
}

class owned_page {
 public:
  owned_page() noexcept : page_(new_page()) {}
  owned_page(const owned_page&) = delete;
  owned_page& operator=(const owned_page&) = delete;
  ~owned_page() {
    if (page_ == nullptr) return;
    wipe(page_, sizeof(page));
    ::munmap(page_, sizeof(page));
  }
  [[nodiscard]] page* get() const noexcept { return page_; }

 private:
  page* page_;
};

class read_ahead final : public random_source {
 public:
  void fill(void* bytes, std::size_t size) override {
    thread_local const owned_page mine;
    page* const ahead = mine.get();
    auto* const out = static_cast<unsigned char*>(bytes);
    if (ahead == nullptr || size > sizeof ahead->bytes) return draw(out, size);
    if (ahead->unread < size) {
      draw(ahead->bytes, sizeof ahead->bytes);
      ahead->unread = sizeof ahead->bytes;
    }
    ahead->unread -= size;
    std::memcpy(out, ahead->bytes + ahead->unread, size);
    wipe(ahead->bytes + ahead->unread, size);
  }
};

}  // namespace

random_source& name_random() noexcept {
  static read_ahead source;
  return source;
}

}  // namespace ekauth::inline v1::crypto
