// Whether a text lies anywhere in this process's memory.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "catch.hpp"

namespace memory_scan {

// Texts that are looked for must not lie around in clear for being looked for.
inline constexpr char mask = '\x5a';
inline std::string masked(std::string text) {
  for (char& c : text) c = static_cast<char>(c ^ mask);
  return text;
}

inline bool stands_in(std::string_view room, std::string_view masked_text) {
  const char first = static_cast<char>(masked_text.front() ^ mask);
  for (std::size_t at = 0; (at = room.find(first, at)) != room.npos; ++at) {
    const std::string_view here = room.substr(at, masked_text.size());
    const auto equal = [](char c, char there) { return (c ^ mask) == there; };
    if (std::equal(here.begin(), here.end(), masked_text.begin(), masked_text.end(), equal)) return true;
  }
  return false;
}

// Whether a text stands anywhere in the memory that this process may write: heaps, stacks, statics. Read
// through the system, into one room that is not searched.
inline bool is_in_memory(const std::string& masked_text) {
  static char room[1 << 20];
  const int memory = ::open("/proc/self/mem", O_RDONLY);
  REQUIRE(memory >= 0);
  std::ifstream maps("/proc/self/maps");
  bool found = false;
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    unsigned long begin = 0, end = 0;
    char dash = 0;
    std::string rights;
    fields >> std::hex >> begin >> dash >> end >> rights;
    if (!rights.starts_with("rw") || end - begin > (64u << 20)) continue;  // no sanitizer's shadow
    const auto own = reinterpret_cast<unsigned long>(room);
    for (unsigned long at = begin; at < end; at += sizeof room / 2) {
      const std::size_t size = std::min<std::size_t>(sizeof room, end - at);
      if (at < own + sizeof room && own < at + size) continue;
      const ssize_t got = ::pread(memory, room, size, static_cast<off_t>(at));
      if (got <= 0) continue;
      found |= stands_in({room, static_cast<std::size_t>(got)}, masked_text);
      std::fill(room, room + got, '\0');
    }
  }
  ::close(memory);
  return found;
}

}  // namespace memory_scan
