// Secret bytes: owned, wiped, and with one door out.
//
//   secret token = std::move(made->token);
//   send_once(token.expose());               // every reader of the code can search for expose()
#pragma once

#include <ekauth/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ekauth::inline v1 {

/// A 32-byte digest or MAC, as storage keeps it. Not a secret, yet compare it with constant_time_equal.
using digest = std::array<std::uint8_t, 32>;

/// Overwrites memory in a way the compiler may not remove.
void wipe(void* bytes, std::size_t size) noexcept;

/// Whether both are equal, in a time that depends on the sizes only.
[[nodiscard]] bool constant_time_equal(std::string_view a, std::string_view b) noexcept;
[[nodiscard]] bool constant_time_equal(const digest& a, const digest& b) noexcept;

/// Owned secret bytes: a token, a key, a password hash input.
///
/// Move-only; wiped when destroyed, assigned over or moved from. It cannot be compared, printed or converted.
class secret {
 public:
  secret() noexcept = default;

  /// Takes a copy of bytes; wiping the original stays with the caller.
  explicit secret(std::string_view bytes);

  /// Bytes that write(char*) puts into their place, so that there is no original to wipe.
  template <class Write>
  [[nodiscard]] static secret written(std::size_t size, Write&& write) {
    secret made(size);
    if (size != 0) write(made.bytes_);
    return made;
  }

  secret(secret&& other) noexcept;
  secret& operator=(secret&& other) noexcept;
  secret(const secret&) = delete;
  secret& operator=(const secret&) = delete;
  ~secret();

  /// The bytes themselves: the only way out. The view dies with this object.
  [[nodiscard]] std::string_view expose() const noexcept { return {bytes_, size_}; }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// A second owner of the same bytes, asked for by name.
  [[nodiscard]] secret clone() const { return secret(expose()); }

 private:
  explicit secret(std::size_t size) : bytes_(size == 0 ? nullptr : new char[size]), size_(size) {}

  char* bytes_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace ekauth::inline v1
