#include <ekauth/secret.hpp>

#include <cstring>
#include <utility>

namespace ekauth::inline v1 {

void wipe(void* bytes, std::size_t size) noexcept {
  if (size == 0) return;
  std::memset(bytes, 0, size);
  // The compiler must assume that this statement reads the memory, so the stores above stay.
  __asm__ __volatile__("" : : "r"(bytes) : "memory");
}

namespace {

// Hides a running value from the optimiser, which could otherwise leave a loop at the first difference.
void hide(std::size_t& value) noexcept { __asm__ __volatile__("" : "+r"(value)); }

bool equal_bytes(const unsigned char* a, const unsigned char* b, std::size_t size) noexcept {
  std::size_t difference = 0;
  std::size_t at = 0;
  for (std::size_t left = 0, right = 0; size - at >= sizeof left; at += sizeof left) {
    std::memcpy(&left, a + at, sizeof left);
    std::memcpy(&right, b + at, sizeof right);
    difference |= left ^ right;
    hide(difference);
  }
  for (; at < size; ++at) {
    difference |= static_cast<std::size_t>(a[at] ^ b[at]);
    hide(difference);
  }
  return difference == 0;
}

}  // namespace

bool constant_time_equal(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  return equal_bytes(reinterpret_cast<const unsigned char*>(a.data()),
                     reinterpret_cast<const unsigned char*>(b.data()), a.size());
}

bool constant_time_equal(const digest& a, const digest& b) noexcept {
  return equal_bytes(a.data(), b.data(), a.size());
}

secret::secret(std::string_view bytes) : secret(bytes.size()) {
  if (size_ != 0) std::memcpy(bytes_, bytes.data(), size_);
}

secret::secret(secret&& other) noexcept
    : bytes_(std::exchange(other.bytes_, nullptr)), size_(std::exchange(other.size_, 0)) {}

secret& secret::operator=(secret&& other) noexcept {
  secret taken(std::move(other));
  std::swap(bytes_, taken.bytes_);
  std::swap(size_, taken.size_);
  return *this;
}

secret::~secret() {
  if (bytes_ == nullptr) return;
  wipe(bytes_, size_);
  delete[] bytes_;
}

}  // namespace ekauth::inline v1
