#include "crypto/crypto.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <cstdlib>
#include <cstring>

#include "core/no_memory.hpp"

namespace ekauth::inline v1::crypto {

namespace {

// A hash that fails leaves nothing to decide with. What it may lack is memory: a copied state takes some, and
// a thread's first one. A host's TLS finds no error of ours in OpenSSL's queue.
[[noreturn]] void fail() {
  ERR_clear_error();
  no_memory();
}

void must(int ok) {
  if (ok != 1) fail();
}

template <class Made>
Made* must(Made* made) {
  if (made == nullptr) fail();
  return made;
}

template <auto release>
struct freed {
  template <class Made>
  void operator()(Made* made) const noexcept {
    release(made);
  }
};
using context = std::unique_ptr<EVP_MD_CTX, freed<EVP_MD_CTX_free>>;

context new_context() { return context(must(EVP_MD_CTX_new())); }

// Fetched once: an implicit fetch per call costs several hashes.
const EVP_MD* sha256_algorithm() {
  static EVP_MD* const fetched = must(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  return fetched;
}

// One scratch context per thread, so that hashing allocates nothing that depends on the call. Whole or not
// there: newer versions of OpenSSL copy into the state of a context that has an algorithm without a look.
EVP_MD_CTX* scratch() {
  thread_local const context mine = [] {
    context made = new_context();
    must(EVP_DigestInit_ex2(made.get(), sha256_algorithm(), nullptr));
    return made;
  }();
  return mine.get();
}

constexpr std::size_t block_size = 64;

context after_pad(const secret& key_block, char pad) {
  const secret padded = secret::written(block_size, [&](char* out) {
    // expose: the state begins with the key.
    for (const char byte : key_block.expose()) *out++ = static_cast<char>(byte ^ pad);
  });
  context state = new_context();
  must(EVP_DigestInit_ex2(state.get(), sha256_algorithm(), nullptr));
  must(EVP_DigestUpdate(state.get(), padded.expose().data(), block_size));
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
  const secret block = secret::written(block_size, [key](char* out) {
    std::memset(out, 0, block_size);
    if (key.size() > block_size) {
      digest shortened = sha256(key);
      std::memcpy(out, shortened.data(), shortened.size());
      wipe(shortened.data(), shortened.size());
    } else if (!key.empty()) {
      std::memcpy(out, key.data(), key.size());
    }
  });
  states_ = std::make_unique<states>(states{after_pad(block, 0x36), after_pad(block, 0x5c)});
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

void forget_last_mac() { must(EVP_DigestInit_ex2(scratch(), sha256_algorithm(), nullptr)); }

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
  const std::unique_ptr<EVP_KDF, freed<EVP_KDF_free>> algorithm(
      must(EVP_KDF_fetch(nullptr, "HKDF", nullptr)));
  const std::unique_ptr<EVP_KDF_CTX, freed<EVP_KDF_CTX_free>> work(must(EVP_KDF_CTX_new(algorithm.get())));
  return secret::written(32, [&](char* out) {
    must(EVP_KDF_derive(work.get(), reinterpret_cast<unsigned char*>(out), 32, parameters));
  });
}

}  // namespace ekauth::inline v1::crypto
