// What follows from a stored key, as pure functions: no storage, no clock, no randomness.
#pragma once

#include <ekauth/keys_store.hpp>

namespace ekauth::inline v1::keys {

/// Which secret of the key was presented, if it may be used now. Looks at every stored digest, whatever
/// matches. Errors: key_secret_mismatch; then, for the holder only, api_key_revoked, api_key_disabled,
/// api_key_not_yet_valid, api_key_expired, api_key_rolled.
[[nodiscard]] result<std::uint32_t> decide_verify(const record& row, const digest& presented, time_point now);

/// The row with another status. Errors: version_conflict when a revoked key should live again.
[[nodiscard]] result<record> decide_status(const record& row, status next, time_point now);

/// The row with one more secret; the others end after grace at the latest.
/// Errors: version_conflict (revoked), validation_failed (expired), roll_limit.
[[nodiscard]] result<record> decide_roll(const record& row, const verifier& fresh, duration grace,
                                         time_point now);

inline constexpr std::size_t max_live_secrets = 3;

}  // namespace ekauth::inline v1::keys
