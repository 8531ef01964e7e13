// The one door to OpenSSL: SHA-256, HMAC, key derivation and random names. Private to ekauth. A call that
// runs out of memory throws std::bad_alloc, unless it says otherwise.
#pragma once

#include <ekauth/random.hpp>
#include <ekauth/secret.hpp>
#include <ekauth/server_keys.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

namespace ekauth::inline v1::crypto {

[[nodiscard]] digest sha256(std::string_view bytes);

/// HMAC-SHA-256 under one key. Keeps the hash states after the two key pads, so a MAC costs the message's
/// blocks and one more. Immutable; threads may share it. Any key length; callers enforce their own minimum.
class hmac_key {
 public:
  explicit hmac_key(std::string_view key);
  hmac_key(hmac_key&&) noexcept;
  hmac_key& operator=(hmac_key&&) noexcept;
  ~hmac_key();

  [[nodiscard]] digest mac(std::string_view message) const;

  /// A key whose MACs are this one's of start and the message behind it: start is hashed once, here.
  [[nodiscard]] hmac_key after(std::string_view start) const;

 private:
  struct states;
  explicit hmac_key(std::unique_ptr<states> made) noexcept;
  std::unique_ptr<states> states_;
};

/// Overwrites what this thread's last MAC left in the hash state. For a MAC that must not be found there.
void forget_last_mac();

/// SipHash-2-4, for tables: without the key nobody foresees a text's place in one. It is no MAC.
[[nodiscard]] std::uint64_t short_hash(const std::array<unsigned char, 16>& key,
                                       std::string_view bytes) noexcept;

/// Randomness for names, of which many are drawn: OpenSSL's generator, read ahead a page at a time by each
/// thread. Not for secrets, which would lie in memory before they are made. After a fork, both sides draw
/// anew.
[[nodiscard]] random_source& name_random() noexcept;

/// HKDF-SHA-256 of a 32-byte root: 32 zero bytes of salt, info "ekauth/1/<use>/<slot>".
[[nodiscard]] secret derive(const secret& root, std::string_view use, char slot);

/// The HMAC keys of one use, one for each slot of server_keys. Immutable; threads may share it.
class key_ring {
 public:
  key_ring(const server_keys& roots, std::string_view use);

  /// The key of a slot, or null when the slot is not listed.
  [[nodiscard]] const hmac_key* find(char slot) const noexcept;

 private:
  struct slot_key {
    char slot;
    hmac_key key;
  };
  std::vector<slot_key> keys_;
};

/// Text that goes into a MAC: a fixed word, then fields that cannot run into one another. Wiped when done.
class mac_input {
 public:
  explicit mac_input(std::string_view word);
  mac_input(const mac_input&) = delete;
  mac_input& operator=(const mac_input&) = delete;
  ~mac_input();

  /// Two bytes of length, big-endian, then the bytes: L(x).
  mac_input& field(std::string_view bytes);
  /// Eight bytes, big-endian.
  mac_input& number(std::uint64_t value);

  [[nodiscard]] std::string_view view() const noexcept { return {bytes_, size_}; }

 private:
  void put(std::string_view bytes);

  std::size_t size_ = 0;
  char bytes_[512];
};

}  // namespace ekauth::inline v1::crypto
