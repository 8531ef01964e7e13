// The inside of keys::service: policy and derived server keys, shared by the service, its copies and its
// flows.
#pragma once

#include <ekauth/keys.hpp>

#include "core/lanes.hpp"
#include "crypto/crypto.hpp"
#include "keys/format.hpp"
#include "keys/uses.hpp"

namespace ekauth::inline v1::keys {

struct core {
  core(const server_keys& roots, scope::registry registry, options settings, random_source& source)
      : how(std::move(settings)),
        scopes(registry),
        random(source),
        active_slot(roots.active()),
        tags(roots, "apikey-tag"),
        digests(roots, "apikey-verifier") {}

  options how;
  scope::registry scopes;
  random_source& random;
  char active_slot;
  crypto::key_ring tags;
  crypto::key_ring digests;
  mutable use_table uses;  // synchronises itself

  /// Everything that can be checked without storage.
  [[nodiscard]] result<parts> check(std::string_view credential) const;

  /// A fresh secret for an id: the key's text, and what to store of it.
  struct made {
    secret token;
    verifier stored;
  };
  [[nodiscard]] made make_secret(environment env, std::string_view id, time_point now) const;
};

inline constexpr std::string_view id_prefix = "key_";
inline constexpr int max_tries = 8;

}  // namespace ekauth::inline v1::keys
