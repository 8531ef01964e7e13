#include "crypto/crypto.hpp"

#include <sodium.h>

#include <array>
#include <cstdlib>

namespace ekauth::inline v1::crypto {

namespace {

void start_sodium() noexcept {
  static const int started = sodium_init();
  if (started < 0) std::abort();
}

}  // namespace

result<std::string> argon2id(std::string_view password, std::uint64_t passes, std::size_t memory_bytes) {
  start_sodium();
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), passes, memory_bytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    return error{errc::login_busy, "no memory for Argon2id"};
  return std::string(text.data());
}

bool argon2id_matches(const std::string& hash, std::string_view password) {
  start_sodium();
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

}  // namespace ekauth::inline v1::crypto
