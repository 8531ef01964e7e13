// The transition table of a session, as one pure function of row, epoch, presented token, policy and time.
#pragma once

#include <ekauth/refresh.hpp>

namespace ekauth::inline v1::refresh {

/// What follows from a presented token; the letters are the rows of the table in docs/FORMATS.md.
enum class verdict : std::uint8_t {
  unknown,            ///< D1  no row: purged after its deadline
  ended,              ///< D2  the session was revoked
  epoch_changed,      ///< D3  the password changed, or the subject signed out everywhere
  expired,            ///< D4  at or past a deadline, or out of generations
  store_regression,   ///< D5  newer than the row: the store lost commits
  verifier_mismatch,  ///< D6  tag good, hash wrong: damaged row or leaked key
  binding_mismatch,   ///< D7  another client; the rightful one keeps its token
  coalesce,           ///< D8  a young current token: itself again
  rotate,             ///< D9  the current token: its successor
  replay,             ///< D10 the token before, within its windows: the same successor again
  reuse,              ///< D11 any other spent token: the session ends
};

/// The token as far as the decision needs it; its tag was checked.
struct presented {
  std::uint32_t generation = 0;
  char slot = '1';
  digest hash{};
  std::optional<digest> binding;
};

/// First match wins, in the order of verdict. row: null when the store has none.
[[nodiscard]] verdict decide(const find::found* row, const presented& token, const policy& rules,
                             time_point now);

/// The row after a rotation (D9): hashes move on, times never go back.
[[nodiscard]] record rotated(record row, char slot, const digest& next_hash,
                             const std::array<std::uint8_t, 16>& salt, const policy& rules, time_point now);

/// The row after a replay (D10).
[[nodiscard]] record replayed(record row, time_point now);

}  // namespace ekauth::inline v1::refresh
