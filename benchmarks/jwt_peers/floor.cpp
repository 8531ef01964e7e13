#define OPENSSL_SUPPRESS_DEPRECATED
#include "jwt_peers/floor.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <cstring>

namespace floor_of {

namespace {

void keep_after_pad(std::string_view key, unsigned char pad, unsigned char* out) {
  unsigned char block[64];
  std::memset(block, pad, sizeof block);
  for (std::size_t i = 0; i < key.size(); ++i) block[i] ^= static_cast<unsigned char>(key[i]);
  SHA256_CTX state;
  SHA256_Init(&state);
  SHA256_Update(&state, block, sizeof block);
  std::memcpy(out, &state, sizeof state);
}

}  // namespace

bare_hmac::bare_hmac(std::string_view key) {
  static_assert(sizeof(SHA256_CTX) == sizeof inner_);
  keep_after_pad(key, 0x36, inner_);
  keep_after_pad(key, 0x5c, outer_);
}

ekauth::digest bare_hmac::mac(std::string_view message) const {
  ekauth::digest out;
  SHA256_CTX work;
  std::memcpy(&work, inner_, sizeof work);
  SHA256_Update(&work, message.data(), message.size());
  SHA256_Final(out.data(), &work);
  std::memcpy(&work, outer_, sizeof work);
  SHA256_Update(&work, out.data(), out.size());
  SHA256_Final(out.data(), &work);
  return out;
}

ekauth::digest plain_sha256(std::string_view message) {
  ekauth::digest out;
  SHA256_CTX work;
  SHA256_Init(&work);
  SHA256_Update(&work, message.data(), message.size());
  SHA256_Final(out.data(), &work);
  return out;
}

ekauth::digest one_shot_hmac(std::string_view key, std::string_view message) {
  ekauth::digest out;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), out.data(), nullptr);
  return out;
}

}  // namespace floor_of
