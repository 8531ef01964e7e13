// What the environment says. Secrets are not among it: they live in the secrets file.
//
//   EKAUTH_DATA             directory, made for its owner only   ekauth-data
//   EKAUTH_SECRETS          path of the secrets file             "secrets" in that directory
//   EKAUTH_HOST             address to listen on                 127.0.0.1
//   EKAUTH_PORT             0 picks a free one                   8080
//   EKAUTH_REFRESH          strict, or web for browser tabs      strict
//   EKAUTH_HTTPS_ONLY       1 refuses what is not HTTPS          0
//   EKAUTH_TRUSTED_PROXIES  addresses and blocks, with commas    127.0.0.0/8,::1
//   EKAUTH_FORWARDED_BY     the header that they write about     x-forwarded-for
//                           clients; the other is forwarded
//
// In the directory, auth.db holds keys and sessions and is ekauth's alone; app.db holds what the server
// itself knows.
//
// The server speaks plain HTTP to a proxy that ends TLS in front of it. With EKAUTH_HTTPS_ONLY=1 a request
// passes only if its peer is a trusted proxy that says "X-Forwarded-Proto: https"; a direct caller cannot
// claim HTTPS, because its own word about itself is not believed. Nor can it claim an address: of clients
// behind a trusted proxy the address is what the proxy wrote, of all others it is the connection's. So a
// proxy must write both headers itself: adding to what came in will do, passing it on will not.
// Forwarded is read while it has for, by and proto only; with host, which is the client's text, the client is
// unknown.
#pragma once

#include <ekauth/client_address.hpp>
#include <ekauth/refresh.hpp>

#include <string>

namespace example {

struct config {
  std::string directory;
  std::string secrets;
  std::string host;
  int port = 0;
  bool https_only = false;
  ekauth::refresh::policy refresh;
  ekauth::cidr::allowlist trusted_proxies;
  ekauth::cidr::forwarding forwarded_by = ekauth::cidr::forwarding::none;
};

/// On failure, why names the variable; never its value.
bool read_config(config& into, std::string& why);

}  // namespace example
