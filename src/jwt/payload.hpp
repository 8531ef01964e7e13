// A payload under construction, in a room for the largest there can be.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "jwt/flat.hpp"

namespace ekauth::inline v1::jwt {

/// JSON, put together piece by piece. What does not fit any more is left out, and has_room() says so.
class payload {
 public:
  void put(std::string_view json) noexcept {
    if (char* const at = extend(json.size()); at != nullptr) std::memcpy(at, json.data(), json.size());
  }
  void put(char c) noexcept { put(std::string_view(&c, 1)); }
  void put_number(std::int64_t number) noexcept;

  /// A text in quotes, with escapes where it needs them. False when it is not UTF-8 without NUL; what was put
  /// means nothing then.
  [[nodiscard]] bool put_text(std::string_view text);

  /// Random base62 digits, as a text.
  void put_random(random_source& random, std::size_t digits);

  [[nodiscard]] bool has_room() const noexcept { return has_room_; }
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_, size_}; }

 private:
  char* extend(std::size_t size) noexcept {
    if (size > max_json_size - size_) {
      has_room_ = false;
      return nullptr;
    }
    size_ += size;
    return bytes_ + size_ - size;
  }

  std::size_t size_ = 0;
  bool has_room_ = true;
  char bytes_[max_json_size + flat::padding];
};

}  // namespace ekauth::inline v1::jwt
