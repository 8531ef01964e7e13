// SipHash-2-4 compared with its authors' vectors and with OpenSSL's.
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <memory>
#include <string>

#include "catch.hpp"
#include "crypto/crypto.hpp"
#include "support/dice.hpp"

using namespace ekauth;

namespace {

using hash_key = std::array<unsigned char, 16>;

// The result for the bytes 00, 01, …, of which there are as many as the place in the table says. The key is
// 00 to 0f, and results are numbers whose lowest byte is written first.
constexpr std::uint64_t authors_vectors[] = {
    0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d, 0xcf2794e0277187b7,
    0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137, 0x93f5f5799a932462, 0x9e0082df0ba9e4b0,
    0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7, 0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee,
    0xa129ca6149be45e5, 0x3f2acc7f57c29bdb, 0x699ae9f52cbe4794, 0x4bc1b3f0968dd39c, 0xbb6dc91da77961bd,
    0xbed65cf21aa2ee98, 0xd0f2cbb02e3b67c7, 0x93536795e3a33e88, 0xa80c038ccd5ccec8, 0xb8ad50c6f649af94,
    0xbce192de8a85b8ea, 0x17d835b85bbb15f3, 0x2f2e6163076bcfad, 0xde4daaaca71dc9a5, 0xa6a2506687956571,
    0xad87a3535c49ef28, 0x32d892fad841c342, 0x7127512f72f27cce, 0xa7f32346f95978e3, 0x12e0b01abb051238,
    0x15e034d40fa197ae, 0x314dffbe0815a3b4, 0x027990f029623981, 0xcadcd4e59ef40c4d, 0x9abfd8766a33735c,
    0x0e3ea96b5304a7d0, 0xad0c42d6fc585992, 0x187306c89bc215a9, 0xd4a60abcf3792b95, 0xf935451de4f21df2,
    0xa9538f0419755787, 0xdb9acddff56ca510, 0xd06c98cd5c0975eb, 0xe612a3cb9ecba951, 0xc766e62cfcadaf96,
    0xee64435a9752fe72, 0xa192d576b245165a, 0x0a8787bf8ecb74b2, 0x81b3e73d20b49b6f, 0x7fa8220ba3b2ecea,
    0x245731c13ca42499, 0xb78dbfaf3a8d83bd, 0xea1ad565322a1a0b, 0x60e61c23a3795013, 0x6606d7e446282b93,
    0x6ca4ecb15c5f91e1, 0x9f626da15c9625f3, 0xe51b38608ef25f57, 0x958a324ceb064572};

hash_key counting_key() {
  hash_key key;
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<unsigned char>(i);
  return key;
}

std::uint64_t by_openssl(const hash_key& key, std::string_view bytes) {
  const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> siphash(EVP_MAC_fetch(nullptr, "SIPHASH", nullptr),
                                                                  &EVP_MAC_free);
  const std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> work(EVP_MAC_CTX_new(siphash.get()),
                                                                       &EVP_MAC_CTX_free);
  std::size_t size = 8;
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
                                   OSSL_PARAM_construct_end()};
  unsigned char out[8] = {};
  std::size_t written = 0;
  REQUIRE(EVP_MAC_init(work.get(), key.data(), key.size(), parameters) == 1);
  REQUIRE(EVP_MAC_update(work.get(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) ==
          1);
  REQUIRE(EVP_MAC_final(work.get(), out, &written, sizeof out) == 1);
  REQUIRE(written == sizeof out);
  std::uint64_t number = 0;
  for (int i = 8; i-- > 0;) number = number << 8 | out[i];
  return number;
}

}  // namespace

TEST_CASE("the short hash is SipHash-2-4 of 64 bits, by its authors' vectors", "[crypto]") {
  std::string bytes;
  for (const std::uint64_t expected : authors_vectors) {
    CHECK(crypto::short_hash(counting_key(), bytes) == expected);
    bytes += static_cast<char>(bytes.size());
  }
}

TEST_CASE("the short hash is OpenSSL's SipHash of random keys and of random bytes at any address",
          "[crypto]") {
  fixed::dice roll(1);
  for (std::size_t size = 0; size <= 200; ++size) {
    for (std::size_t offset = 0; offset < 8; ++offset) {
      hash_key key;
      for (unsigned char& byte : key) byte = static_cast<unsigned char>(roll.below(256));
      std::string bytes(offset + size, '\0');
      for (char& byte : bytes) byte = static_cast<char>(roll.below(256));
      const std::string_view text = std::string_view(bytes).substr(offset);
      CHECK(crypto::short_hash(key, text) == by_openssl(key, text));
    }
  }
}

TEST_CASE("the short hash of a text without an address is that of the empty text", "[crypto]") {
  CHECK(crypto::short_hash(counting_key(), std::string_view()) == authors_vectors[0]);
}
