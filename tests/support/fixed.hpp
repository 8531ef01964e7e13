// Fixed time, repeatable randomness, and the server keys of the published vectors.
#pragma once

#include <ekauth/clock.hpp>
#include <ekauth/random.hpp>
#include <ekauth/server_keys.hpp>

#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace fixed {

inline constexpr ekauth::time_point noon{std::chrono::seconds(1'768'473'000)};  // 2026-01-15T10:30:00Z

/// Repeatable bytes of which no two draws are alike (SplitMix64). Threads share it.
class counting_random final : public ekauth::random_source {
 public:
  explicit counting_random(std::uint64_t seed = 1) : state_(seed) {}

  void fill(void* bytes, std::size_t size) override {
    const std::lock_guard lock(mutex_);
    auto* out = static_cast<unsigned char*>(bytes);
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<unsigned char>(next() >> 24);
  }

 private:
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  std::mutex mutex_;
  std::uint64_t state_;
};

/// Always the same byte: every draw collides with the one before.
class stuck_random final : public ekauth::random_source {
 public:
  void fill(void* bytes, std::size_t size) override {
    auto* out = static_cast<unsigned char*>(bytes);
    for (std::size_t i = 0; i < size; ++i) out[i] = 7;
  }
};

/// The root of the published vectors: bytes 00 01 … 1f.
inline ekauth::secret vector_root(unsigned char first = 0) {
  std::string root;
  for (int i = 0; i < 32; ++i) root.push_back(static_cast<char>(first + i));
  return ekauth::secret(root);
}

inline ekauth::server_keys roots(std::string_view slots = "1") {
  ekauth::server_keys keys;
  unsigned char first = 0;
  for (const char slot : slots) {
    if (!keys.add(slot, vector_root(first))) std::abort();
    first = static_cast<unsigned char>(first + 100);
  }
  return keys;
}

inline std::string hex(const ekauth::digest& value) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : value) {
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 15]);
  }
  return text;
}

}  // namespace fixed
