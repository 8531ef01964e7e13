// Repeatable chance: the same throws for the same seed on every machine (SplitMix64).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace fixed {

class dice {
 public:
  explicit dice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u) {}

  std::uint64_t number() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// 0 to sides - 1.
  std::size_t below(std::size_t sides) { return static_cast<std::size_t>(number() % sides); }
  /// Once in so many throws.
  bool once_in(std::size_t throws) { return below(throws) == 0; }

  char one_of(std::string_view characters) { return characters[below(characters.size())]; }
  template <class T>
  T one_of(std::initializer_list<T> all) {
    return *(all.begin() + below(all.size()));
  }
  /// The same for lists of literals.
  const char* word(std::initializer_list<const char*> all) { return one_of(all); }

 private:
  std::uint64_t state_;
};

}  // namespace fixed
