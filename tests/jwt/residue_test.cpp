// What a refused token leaves in memory: not the signature it should have had.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "craft.hpp"

using namespace craft;

namespace {

// Texts that are looked for must not lie around in clear for being looked for.
constexpr char mask = '\x5a';
std::string masked(std::string text) {
  for (char& c : text) c = static_cast<char>(c ^ mask);
  return text;
}

bool stands_in(std::string_view room, std::string_view masked_text) {
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
bool is_in_memory(const std::string& masked_text) {
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

struct signature_texts {
  std::string encoded, bytes, words;  // masked; words: as a hash keeps it, 32 bits at a time
};

[[gnu::noinline]] signature_texts right_signature(const std::string& input) {
  digest mac = crypto::hmac_key(our_secret).mac(input);
  crypto::forget_last_mac();
  std::string bytes(reinterpret_cast<const char*>(mac.data()), mac.size()), words = bytes;
  for (std::size_t i = 0; i < words.size(); i += 4)
    std::reverse(words.begin() + static_cast<long>(i), words.begin() + static_cast<long>(i) + 4);
  std::string encoded = encode(bytes);
  signature_texts out{masked(encoded), masked(bytes), masked(words)};
  wipe(encoded.data(), encoded.size());
  wipe(bytes.data(), bytes.size());
  wipe(words.data(), words.size());
  wipe(mac.data(), mac.size());
  return out;
}

}  // namespace

TEST_CASE("the right signature of a refused token is nowhere in memory afterwards", "[jwt]") {
  const auto verifier = our_verifier();
  const std::string input = encode(plain_header) + "." + encode(replaced("acc_1", "acc_admin"));
  const std::string wrong = input + "." + std::string(43, 'A');
  const signature_texts right = right_signature(input);
  const auto is_left = [&right] {
    return is_in_memory(right.encoded) || is_in_memory(right.bytes) || is_in_memory(right.words);
  };
  {
    std::string here = masked(right.encoded);  // what is there, is found
    CHECK(is_left());
    wipe(here.data(), here.size());
  }
  REQUIRE_FALSE(is_left());
  CHECK(outcome(verifier.verify(wrong, noon())) == errc::token_signature_mismatch);
  CHECK_FALSE(is_left());
}
