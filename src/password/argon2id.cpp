#include "password/argon2id.hpp"

#include <sodium.h>

#include <charconv>
#include <cstdlib>

namespace ekauth::inline v1::password {

namespace {

void start_sodium() noexcept {
  if (sodium_init() < 0) std::abort();
}

constexpr error out_of_memory{errc::login_busy, "no memory for Argon2id"};

// The costs that libsodium takes.
struct cost {
  std::uint64_t memory_kib, passes;
};
constexpr cost least{crypto_pwhash_argon2id_MEMLIMIT_MIN / 1024, crypto_pwhash_argon2id_OPSLIMIT_MIN};
constexpr cost most{crypto_pwhash_argon2id_MEMLIMIT_MAX / 1024, crypto_pwhash_argon2id_OPSLIMIT_MAX};

bool take(std::string_view& text, std::string_view start) noexcept {
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  return true;
}

// A decimal number without leading zeros.
bool take_number(std::string_view& text, std::uint64_t& number) noexcept {
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (trouble != std::errc() || (text.front() == '0' && end != text.data() + 1)) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

// Exactly N bytes, as they are written: libsodium's reader takes bytes beyond ASCII for digits.
template <std::size_t N>
bool from_base64(std::string_view text, std::array<unsigned char, N>& out) noexcept {
  constexpr int variant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
  std::size_t size = 0;
  if (sodium_base642bin(out.data(), N, text.data(), text.size(), nullptr, &size, nullptr, variant) != 0)
    return false;
  char written[sodium_base64_ENCODED_LEN(N, variant)];
  return size == N && text == sodium_bin2base64(written, sizeof written, out.data(), N, variant);
}

}  // namespace

result<std::string> argon2id(std::string_view password, std::uint64_t passes, std::size_t memory_bytes) {
  start_sodium();
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), passes, memory_bytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    return out_of_memory;
  return std::string(text.data());
}

std::optional<argon2id_hash> parse_argon2id(std::string_view text) noexcept {
  argon2id_hash read;
  if (!take(text, "$argon2id$v=19$m=") || !take_number(text, read.memory_kib)) return std::nullopt;
  if (!take(text, ",t=") || !take_number(text, read.passes) || !take(text, ",p=1$")) return std::nullopt;
  if (read.memory_kib < least.memory_kib || read.passes < least.passes) return std::nullopt;
  if (read.memory_kib > most.memory_kib || read.passes > most.passes) return std::nullopt;
  const std::size_t end = text.find('$');
  if (end == std::string_view::npos) return std::nullopt;
  if (!from_base64(text.substr(0, end), read.salt)) return std::nullopt;
  if (!from_base64(text.substr(end + 1), read.value)) return std::nullopt;
  return read;
}

// libsodium's own verifier answers "wrong password" when it runs out of memory; computing the hash tells the
// two apart.
result<bool> argon2id_matches(const argon2id_hash& hash, std::string_view password) {
  start_sodium();
  digest computed{};
  if (crypto_pwhash(computed.data(), computed.size(), password.data(), password.size(), hash.salt.data(),
                    hash.passes, hash.memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
    return out_of_memory;
  const bool same = sodium_memcmp(computed.data(), hash.value.data(), computed.size()) == 0;
  sodium_memzero(computed.data(), computed.size());
  return same;
}

}  // namespace ekauth::inline v1::password
