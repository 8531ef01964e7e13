// What the fuzz targets share: input taken apart, and properties that end the process when they do not hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

/// Ends the process, as the sanitizers do, unless what holds.
inline void must(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", property);
  std::abort();
}

/// An input, taken from its front. Where it has ended, zeroes and empty texts.
class input {
 public:
  input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  [[nodiscard]] bool empty() const { return rest_.empty(); }
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return first;
  }
  std::size_t below(std::size_t limit) { return byte() % limit; }
  /// What stands before the next newline, in a room of its own size, so that a read beyond it is seen.
  std::string line() { return until('\n'); }
  std::string until(char end) {
    const std::size_t size = rest_.find(end);
    const std::string taken(rest_.substr(0, size));
    rest_.remove_prefix(size == std::string_view::npos ? rest_.size() : size + 1);
    return taken;
  }
  std::string take(std::size_t size) {
    const std::string taken(rest_.substr(0, size));
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::string all() { return take(rest_.size()); }
  std::vector<std::string> lines() {
    std::vector<std::string> all;
    while (!empty()) all.push_back(line());
    return all;
  }

 private:
  std::string_view rest_;
};

inline bool is_one_of(char c, std::string_view all) { return all.find(c) != std::string_view::npos; }
inline constexpr std::string_view digits = "0123456789";
inline constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
inline bool is_alnum(char c) { return is_one_of(c, digits) || is_one_of(c, letters); }

}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
