// A buffer that is wiped when its scope ends, however it is left.
#pragma once

#include <ekauth/secret.hpp>

namespace ekauth::inline v1 {

/// buffer: of bytes, contiguous; declared before, and wiped as long as it then is. Reserve what it will hold:
/// growing leaves a copy behind.
template <class Buffer>
class wiped {
 public:
  explicit wiped(Buffer& buffer) noexcept : buffer_(buffer) {}
  wiped(const wiped&) = delete;
  wiped& operator=(const wiped&) = delete;
  ~wiped() { wipe(buffer_.data(), buffer_.size()); }

 private:
  Buffer& buffer_;
};

}  // namespace ekauth::inline v1
