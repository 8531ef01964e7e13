// What a refused token leaves in memory: not the signature it should have had.
#include <algorithm>

#include "catch.hpp"
#include "jwt/craft.hpp"
#include "support/memory_scan.hpp"

using namespace craft;
using memory_scan::is_in_memory;
using memory_scan::masked;

namespace {

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

TEST_CASE("the right signature of a refused token is nowhere in memory afterwards", "[jwt][no_memcheck]") {
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
