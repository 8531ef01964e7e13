// The audit trail: one JSON object a line on stderr, for whoever has to find out what happened.
//
//   {"time":"2026-01-15T10:30:00.123Z","event":"key.revoked","subject":"acc_9i8h7g6f5e","keyId":"key_1a2b3c4d5e",
//    "path":"/v1/keys/key_1a2b3c4d5e","requestId":"7AkD3H","client":"192.0.2.7"}
//
// No field ever holds a secret, a token or a password.
#pragma once

#include "exchange.hpp"

#include <ekauth/ids.hpp>

#include <string_view>

namespace example {

struct happening {
  std::string_view event;      ///< "login.failed"
  std::string_view code = {};  ///< the precise code of a refusal, which clients may not see
  ekauth::subject_id subject = {};
  ekauth::key_id key = {};
  ekauth::family_id session = {};
};

/// Writes one line in one write. Threads may call it at once.
void audit(const happening& what, const exchange& where);
void audit(const happening& what);  ///< outside a request

}  // namespace example
