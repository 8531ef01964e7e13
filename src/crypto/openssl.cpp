#include "crypto/crypto.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <cstdlib>
#include <cstring>

namespace ekauth::inline v1::crypto {

namespace {

// A hash that fails leaves nothing to decide with; memory is exhausted or the library is broken.
void must(int ok) noexcept {
  if (ok != 1) std::abort();
}

template <class Made>
Made* must(Made* made) noexcept {
  if (made == nullptr) std::abort();
  return made;
}

struct free_context {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using context = std::unique_ptr<EVP_MD_CTX, free_context>;

context new_context() { return context(must(EVP_MD_CTX_new())); }

// Fetched once: an implicit fetch per call costs several hashes.
const EVP_MD* sha256_algorithm() noexcept {
  static EVP_MD* const fetched = must(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  return fetched;
}

// One scratch context per thread, so that hashing allocates nothing that depends on the call.
EVP_MD_CTX* scratch() {
  thread_local const context mine = new_context();
  return mine.get();
}

constexpr std::size_t block_size = 64;

context after_pad(const unsigned char (&key_block)[block_size], unsigned char pad) {
  unsigned char padded[block_size];
  for (std::size_t i = 0; i < block_size; ++i) padded[i] = static_cast<unsigned char>(key_block[i] ^ pad);
  context state = new_context();
  must(EVP_DigestInit_ex2(state.get(), sha256_algorithm(), nullptr));
  must(EVP_DigestUpdate(state.get(), padded, sizeof padded));
  wipe(padded, sizeof padded);
  return state;
}

}  // namespace

digest sha256(std::string_view bytes) {
  digest out;
  must(EVP_DigestInit_ex2(scratch(), sha256_algorithm(), nullptr));
  must(EVP_DigestUpdate(scratch(), bytes.data(), bytes.size()));
  must(EVP_DigestFinal_ex(scratch(), out.data(), nullptr));
  return out;
}

struct hmac_key::states {
  context inner;
  context outer;
};

hmac_key::hmac_key(std::string_view key) {
  unsigned char block[block_size] = {};
  if (key.size() > block_size) {
    digest shortened = sha256(key);
    std::memcpy(block, shortened.data(), shortened.size());
    wipe(shortened.data(), shortened.size());
  } else if (!key.empty()) {
    std::memcpy(block, key.data(), key.size());
  }
  states_ = std::make_unique<states>(states{after_pad(block, 0x36), after_pad(block, 0x5c)});
  wipe(block, sizeof block);
}

hmac_key::hmac_key(std::unique_ptr<states> made) noexcept : states_(std::move(made)) {}
hmac_key::hmac_key(hmac_key&&) noexcept = default;
hmac_key& hmac_key::operator=(hmac_key&&) noexcept = default;
hmac_key::~hmac_key() = default;

digest hmac_key::mac(std::string_view message) const {
  EVP_MD_CTX* const work = scratch();
  digest out;
  must(EVP_MD_CTX_copy_ex(work, states_->inner.get()));
  must(EVP_DigestUpdate(work, message.data(), message.size()));
  must(EVP_DigestFinal_ex(work, out.data(), nullptr));
  must(EVP_MD_CTX_copy_ex(work, states_->outer.get()));
  must(EVP_DigestUpdate(work, out.data(), out.size()));
  must(EVP_DigestFinal_ex(work, out.data(), nullptr));
  return out;
}

hmac_key hmac_key::after(std::string_view start) const {
  states copy{new_context(), new_context()};
  must(EVP_MD_CTX_copy_ex(copy.inner.get(), states_->inner.get()));
  must(EVP_MD_CTX_copy_ex(copy.outer.get(), states_->outer.get()));
  must(EVP_DigestUpdate(copy.inner.get(), start.data(), start.size()));
  return hmac_key(std::make_unique<states>(std::move(copy)));
}

void forget_last_mac() noexcept { must(EVP_DigestInit_ex2(scratch(), sha256_algorithm(), nullptr)); }

secret derive(const secret& root, std::string_view use, char slot) {
  if (root.size() != 32) std::abort();  // server_keys takes no other
  std::string info = "ekauth/1/";
  info.append(use).append("/").push_back(slot);
  char salt[32] = {};
  char mode[] = "EXTRACT_AND_EXPAND";
  char hash[] = "SHA256";
  // expose: the derivation reads the root.
  const std::string_view key = root.expose();
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MODE, mode, 0),
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash, 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, const_cast<char*>(key.data()), key.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt, sizeof salt),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
      OSSL_PARAM_construct_end(),
  };
  EVP_KDF* const algorithm = must(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  EVP_KDF_CTX* const work = must(EVP_KDF_CTX_new(algorithm));
  unsigned char out[32];
  must(EVP_KDF_derive(work, out, sizeof out, parameters));
  EVP_KDF_CTX_free(work);
  EVP_KDF_free(algorithm);
  secret derived(std::string_view(reinterpret_cast<const char*>(out), sizeof out));
  wipe(out, sizeof out);
  return derived;
}

}  // namespace ekauth::inline v1::crypto
