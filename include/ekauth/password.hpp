// Login passwords: Argon2id hashes, with a bound on how many are computed at once.
//
//   auto passwords = password::hasher::make();
//   user.hash = *passwords->hash(chosen);                                  // at sign-up and on a change
//   if (auto ok = passwords->verify(user.hash, given); !ok) return refuse(ok.error());
//   if (passwords->needs_rehash(*user.hash)) store_if_unchanged(user, *passwords->hash(given));
#pragma once

#include <ekauth/random.hpp>
#include <ekauth/result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ekauth::inline v1::password {

/// Passwords longer than this are refused before anything is computed.
inline constexpr std::size_t max_bytes = 1024;

struct options {
  std::uint64_t passes = 2;  ///< 1 to 64
  std::size_t memory_bytes = std::size_t{64}
                             << 20;  ///< 8 MiB to 1 GiB; OWASP's floor is 19 MiB with two passes
  std::uint32_t concurrent = 0;      ///< hashes computed at once; 0: one for each processor
  std::uint32_t waiting = 64;        ///< callers that may wait for one; the next is told login_busy. Keep it
                                     ///< below the threads of the server, or logins can take all of them
};

/// Hashes and checks passwords. A copy shares its bounds; threads may share it. A call blocks for the time of
/// a hash, tens of milliseconds, so an event loop makes it on a worker thread.
class hasher {
 public:
  /// Computes one hash, of a random password, which stands in for unknown users. Errors: option_invalid,
  /// login_busy (no memory for even one hash).
  [[nodiscard]] static result<hasher> make(options how = {}, random_source& random = os_random());

  // Copies only, and a move copies: no hasher is ever without its inside.
  hasher(const hasher&) noexcept;
  hasher& operator=(const hasher&) noexcept;
  ~hasher();

  /// A new hash under a fresh salt: "$argon2id$v=19$m=65536,t=2,p=1$…", at most 127 characters.
  /// password: 1 to 1024 bytes, any bytes; nothing is trimmed or cut.
  /// Errors: validation_failed (empty), password_too_long, login_busy.
  [[nodiscard]] result<std::string> hash(std::string_view password) const;

  /// Whether the password is the one of the stored hash; without a hash (unknown user) the answer is the same
  /// refusal.
  /// stored_hash: as hash() or libsodium's crypto_pwhash_str write it, to the byte and without the zeros
  /// behind it, at no more than the upper limits of options. Below the lower ones it still verifies, down to
  /// libsodium's own (one pass, 8 KiB), so that it can be replaced: see needs_rehash().
  /// Errors: invalid_credentials, password_too_long, password_hash_invalid (any other text: damaged, or of
  /// another algorithm; nothing is computed), login_busy. Time: an unknown user costs what a known one under
  /// the current options costs.
  [[nodiscard]] result<void> verify(const std::optional<std::string>& stored_hash,
                                    std::string_view password) const;

  /// Whether the hash is weaker than the current options and in nothing stronger; of a text that verify()
  /// would not take, no. Store the new hash only if the old one is still in place; it is no password change
  /// and must not end sessions.
  [[nodiscard]] bool needs_rehash(std::string_view stored_hash) const noexcept;

 private:
  struct state;
  explicit hasher(std::shared_ptr<state> made) noexcept;
  std::shared_ptr<state> state_;
};

}  // namespace ekauth::inline v1::password
