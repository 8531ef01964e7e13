#include "keys/decide.hpp"

#include <algorithm>

namespace ekauth::inline v1::keys {

namespace {

// Dead by the clock; and, whatever the clock says now, once a newer secret was made at its end or after it:
// nobody who was told that the older one is dead sees it live again.
bool is_dead(const record& row, const verifier& stored, time_point now) {
  if (!stored.not_after) return false;
  for (const verifier& other : row.verifiers)
    if (other.number > stored.number) now = std::max(now, other.created_at);
  return now >= *stored.not_after;
}

}  // namespace

result<std::uint32_t> decide_verify(const record& row, const digest& presented, time_point now) {
  const verifier* proven = nullptr;
  for (const verifier& stored : row.verifiers)
    if (constant_time_equal(stored.value, presented)) proven = &stored;
  if (proven == nullptr) return error{errc::key_secret_mismatch, "the key exists, the secret is wrong"};

  // Possession is proven: from here on the holder may know the reason.
  if (row.state == status::disabled) return error{errc::api_key_disabled, "the key is disabled"};
  if (row.state != status::active) return error{errc::api_key_revoked, "the key was revoked"};
  if (row.not_before && now < *row.not_before)
    return error{errc::api_key_not_yet_valid, "the key is not valid yet"};
  if (row.expires_at && now >= *row.expires_at) return error{errc::api_key_expired, "the key has expired"};
  if (is_dead(row, *proven, now)) return error{errc::api_key_rolled, "a newer secret replaced this one"};
  return proven->number;
}

result<record> decide_status(const record& row, status next, time_point now) {
  if (row.state == status::revoked && next != status::revoked)
    return error{errc::version_conflict, "a revoked key stays revoked"};
  record changed = row;
  changed.state = next;
  if (next == status::revoked && row.state != status::revoked) changed.revoked_at = now;
  return changed;
}

result<record> decide_roll(const record& row, const verifier& fresh, duration grace, time_point now) {
  if (row.state == status::revoked) return error{errc::version_conflict, "a revoked key stays revoked"};
  if (row.expires_at && now >= *row.expires_at)
    return error{errc::validation_failed, "an expired key cannot be rolled"};

  record changed = row;
  std::uint32_t newest = 0;
  for (verifier& old : changed.verifiers) {
    newest = std::max(newest, old.number);
    if (!is_dead(row, old, now))
      old.not_after = std::min(old.not_after.value_or(time_point::max()), later(now, grace));
  }
  const auto live = std::count_if(changed.verifiers.begin(), changed.verifiers.end(),
                                  [&](const verifier& v) { return !is_dead(changed, v, now); });
  if (static_cast<std::size_t>(live) >= max_live_secrets)
    return error{errc::roll_limit, "three secrets of the key are live"};

  // Dead secrets stay while there is room, so that their holders are told what happened; the oldest leave
  // first.
  while (changed.verifiers.size() >= max_live_secrets) {
    const auto dead = std::find_if(changed.verifiers.begin(), changed.verifiers.end(),
                                   [&](const verifier& v) { return is_dead(changed, v, now); });
    changed.verifiers.erase(dead);
  }
  changed.verifiers.push_back(fresh);
  changed.verifiers.back().number = newest + 1;
  return changed;
}

}  // namespace ekauth::inline v1::keys
