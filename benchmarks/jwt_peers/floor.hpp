// HMAC-SHA-256 as a yardstick.
#pragma once

#include <ekauth/secret.hpp>

#include <string_view>

namespace floor_of {

/// What no verifier can do without: the hash of the message, with the states after the two key pads kept. By
/// OpenSSL's low-level functions, its fastest and deprecated since 3.0: measured here, used nowhere.
class bare_hmac {
 public:
  explicit bare_hmac(std::string_view key);
  [[nodiscard]] ekauth::digest mac(std::string_view message) const;

 private:
  // An SHA256_CTX each; the header that declares it stays in the source file.
  alignas(8) unsigned char inner_[112], outer_[112];
};

/// SHA-256 by the same low-level functions.
[[nodiscard]] ekauth::digest plain_sha256(std::string_view message);

/// OpenSSL's HMAC(), as most libraries call it.
[[nodiscard]] ekauth::digest one_shot_hmac(std::string_view key, std::string_view message);

}  // namespace floor_of
