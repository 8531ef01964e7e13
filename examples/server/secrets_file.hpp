// The secrets file: server keys and token-signing keys, one line each, made on first start, readable by its
// owner only.
//
//   server-key SLOT HEX32      roots of API keys and refresh tokens; the last line is the active one
//   jwt-key    KID  HEX32      secrets that sign access tokens; the last line signs, the others still verify
//
// To rotate, append a line and restart; drop a line once nothing made under it should live.
#pragma once

#include <ekauth/jwt.hpp>
#include <ekauth/server_keys.hpp>

#include <string>
#include <vector>

namespace example {

struct secrets {
  ekauth::server_keys roots;
  std::vector<ekauth::jwt::key> token_keys;  ///< the signing one first, as jwt::keyset wants it
};

/// Reads the file, after making it where there is none. On failure, why is a sentence for the person who
/// starts the server; it names no secret.
bool load_secrets(const std::string& path, secrets& into, std::string& why);

}  // namespace example
