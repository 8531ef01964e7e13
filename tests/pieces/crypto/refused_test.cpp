// OpenSSL and the system refuse here on demand. A hash that cannot be made counts as memory that ran out.
// Names are drawn from what is left.
#include <dlfcn.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <new>
#include <string_view>
#include <thread>

#include "catch.hpp"
#include "crypto/crypto.hpp"
#include "support/aborts.hpp"
#include "support/fixed.hpp"

namespace {

std::string_view refused;  // which function refuses

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

// In front of those that the library calls.
extern "C" {
int RAND_bytes(unsigned char* out, int size) {
  return refused == "RAND_bytes" ? 0 : next<int(unsigned char*, int)>("RAND_bytes")(out, size);
}
EVP_MD_CTX* EVP_MD_CTX_new() {
  return refused == "EVP_MD_CTX_new" ? nullptr : next<EVP_MD_CTX*()>("EVP_MD_CTX_new")();
}
int EVP_DigestUpdate(EVP_MD_CTX* context, const void* bytes, std::size_t size) {
  return refused == "EVP_DigestUpdate"
             ? 0
             : next<int(EVP_MD_CTX*, const void*, std::size_t)>("EVP_DigestUpdate")(context, bytes, size);
}
EVP_KDF_CTX* EVP_KDF_CTX_new(EVP_KDF* algorithm) {
  return refused == "EVP_KDF_CTX_new" ? nullptr : next<EVP_KDF_CTX*(EVP_KDF*)>("EVP_KDF_CTX_new")(algorithm);
}
#if !defined(__SANITIZE_THREAD__)  // which maps its own memory by this, before anything else runs
void* mmap(void* at, std::size_t size, int access, int flags, int file, off_t offset) noexcept {
  if (refused == "mmap") return MAP_FAILED;
  return reinterpret_cast<void*>(::syscall(SYS_mmap, at, size, access, flags, file, offset));
}
#endif
int madvise(void* room, std::size_t size, int advice) noexcept {
  if (refused == "madvise") return -1;
  return static_cast<int>(::syscall(SYS_madvise, room, size, advice));
}
}

using namespace ekauth;

namespace {

template <class Call>
bool is_no_memory_without(std::string_view function, Call call) {
#if defined(EKAUTH_NO_EXCEPTIONS)
  return fixed::aborts([&] {
    refused = function;
    call();
  });
#else
  bool threw = false;
  refused = function;
  try {
    call();
  } catch (const std::bad_alloc&) {
    threw = true;
  }
  refused = "";
  return threw;
#endif
}

}  // namespace

TEST_CASE("what cannot be hashed or derived is memory that ran out", "[crypto]") {
  const crypto::hmac_key key("Jefe");
  const auto before = key.mac("message");
  CHECK(is_no_memory_without("EVP_DigestUpdate", [] { (void)crypto::sha256("message"); }));
  CHECK(is_no_memory_without("EVP_DigestUpdate", [&] { (void)key.mac("message"); }));
  CHECK(is_no_memory_without("EVP_MD_CTX_new", [&] { (void)key.after("start"); }));
  CHECK(is_no_memory_without("EVP_KDF_CTX_new",
                             [] { (void)crypto::derive(fixed::vector_root(), "use", '1'); }));
  CHECK_FALSE(is_no_memory_without("nothing", [&] { (void)key.mac("message"); }));
  CHECK(key.mac("message") == before);
}

TEST_CASE("a root of another size, and a field too long for a MAC, end the process", "[crypto]") {
  CHECK(fixed::aborts([] { (void)crypto::derive(secret(std::string(31, 'k')), "use", '1'); }));
  CHECK(fixed::aborts([] { crypto::mac_input("word").field(std::string(600, 'x')); }));
}

TEST_CASE(
    "names are drawn where the system has no page, does not empty it for a child, or OpenSSL draws none",
    "[crypto]") {
  const std::string_view function = GENERATE("mmap", "madvise", "RAND_bytes");
  std::thread([&] {
    refused = function;
    unsigned char one[16] = {}, other[16] = {};
    crypto::name_random().fill(one, sizeof one);
    crypto::name_random().fill(other, sizeof other);
    CHECK(std::string_view(reinterpret_cast<char*>(one), 16) !=
          std::string_view(reinterpret_cast<char*>(other), 16));
    refused = "";
  }).join();
}
