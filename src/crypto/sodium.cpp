#include "crypto/crypto.hpp"

#include <sodium.h>

#include <array>
#include <cstdlib>
#include <cstring>

namespace ekauth::inline v1::crypto {

namespace {

void start_sodium() noexcept {
  if (sodium_init() < 0) std::abort();
}

constexpr error out_of_memory{errc::login_busy, "no memory for Argon2id"};

template <std::size_t N>
bool from_base64(std::string_view text, std::array<unsigned char, N>& out) {
  std::size_t size = 0;
  return sodium_base642bin(out.data(), N, text.data(), text.size(), nullptr, &size, nullptr,
                           sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 &&
         size == N;
}

}  // namespace

std::uint64_t short_hash(const std::array<unsigned char, 16>& key, std::string_view bytes) noexcept {
  static_assert(crypto_shorthash_KEYBYTES == 16 && crypto_shorthash_BYTES == sizeof(std::uint64_t));
  unsigned char out[crypto_shorthash_BYTES];
  crypto_shorthash(out, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), key.data());
  std::uint64_t made = 0;
  std::memcpy(&made, out, sizeof made);
  return made;
}

result<std::string> argon2id(std::string_view password, std::uint64_t passes, std::size_t memory_bytes) {
  start_sodium();
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), passes, memory_bytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    return out_of_memory;
  return std::string(text.data());
}

// libsodium's own verifier answers "wrong password" when it runs out of memory; computing the hash tells the
// two apart.
result<bool> argon2id_matches(std::string_view hash, std::string_view password, std::uint64_t passes,
                              std::size_t memory_bytes) {
  start_sodium();
  const std::size_t last = hash.rfind('$');
  const std::size_t before = last == std::string_view::npos || last == 0 ? last : hash.rfind('$', last - 1);
  if (before == std::string_view::npos) return false;
  std::array<unsigned char, crypto_pwhash_SALTBYTES> salt{};
  std::array<unsigned char, 32> stored{}, computed{};
  if (!from_base64(hash.substr(before + 1, last - before - 1), salt) ||
      !from_base64(hash.substr(last + 1), stored))
    return false;
  if (crypto_pwhash(computed.data(), computed.size(), password.data(), password.size(), salt.data(), passes,
                    memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
    return out_of_memory;
  const bool same = sodium_memcmp(computed.data(), stored.data(), stored.size()) == 0;
  sodium_memzero(computed.data(), computed.size());
  return same;
}

}  // namespace ekauth::inline v1::crypto
