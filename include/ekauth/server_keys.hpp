// The server's own 32-byte keys, which API keys and refresh tokens are made and checked with.
//
//   server_keys roots;
//   if (auto ok = roots.add('1', load_root()); !ok) return give_up(ok.error());
//   auto api_keys = keys::service::make(roots, scopes);
//   auto sessions = refresh::service::make(roots);
//
// A root is 32 bytes of os_random(), drawn once and kept like a private key.
#pragma once

#include <ekauth/secret.hpp>

namespace ekauth::inline v1 {

/// The server's own keys: one 32-byte root per slot, of which one is active.
///
/// API keys and refresh tokens name the slot they were made under. New ones use the active slot; the others
/// are verify-only. A slot that is no longer listed is retired: everything made under it is refused without a
/// store call. Copying is not possible; clone() where two services share the roots.
class server_keys {
 public:
  server_keys() = default;
  server_keys(server_keys&& other) noexcept;
  server_keys& operator=(server_keys&& other) noexcept;

  /// Slot '0': no server key. Keys then carry random digits for a tag and a plain SHA-256 verifier.
  static constexpr char no_slot = '0';

  /// Adds the root of a slot and makes that slot active. Replaces nothing: the first active one becomes
  /// verify-only. slot: one of 1-9 A-Z a-z. root: exactly 32 bytes from a random source. Errors:
  /// option_invalid (slot malformed or taken, root not 32 bytes or all zeros).
  [[nodiscard]] result<void> add(char slot, secret root);

  /// Makes a listed slot the active one. Errors: option_invalid (not listed).
  [[nodiscard]] result<void> activate(char slot);

  [[nodiscard]] char active() const noexcept { return active_; }

  /// The roots in order of addition; at most 61.
  struct entry {
    char slot = no_slot;
    secret root;
  };
  [[nodiscard]] const entry* begin() const noexcept { return entries_.data(); }
  [[nodiscard]] const entry* end() const noexcept { return entries_.data() + count_; }

  [[nodiscard]] server_keys clone() const;

 private:
  static constexpr std::size_t max_slots = 61;
  std::array<entry, max_slots> entries_;
  std::size_t count_ = 0;
  char active_ = no_slot;
};

}  // namespace ekauth::inline v1
