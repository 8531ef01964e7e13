#include "refresh/decide.hpp"

#include "refresh/format.hpp"

#include <algorithm>

namespace ekauth::inline v1::refresh {

namespace {

// A clock that stepped back must not open a window or end one early; a time that no clock ever showed is long
// past.
duration since(time_point then, time_point now) {
  if (then < time_point{}) return duration::max();
  return now > then ? now - then : duration(0);
}

bool same_binding(const record& row, const presented& token) {
  return !row.binding || (token.binding && constant_time_equal(*row.binding, *token.binding));
}

bool replay_is_open(const record& row, const policy& rules, time_point now) {
  return row.replays < rules.max_replays && since(row.rotated_at, now) < rules.lost_window;
}

}  // namespace

verdict decide(const find::found* found, const presented& token, const policy& rules, time_point now) {
  if (found == nullptr) return verdict::unknown;
  const record& row = found->row;
  if (row.state != status::active) return verdict::ended;
  if (found->subject_epoch != row.epoch) return verdict::epoch_changed;
  if (is_past_deadline(row, now) || row.generation >= max_generation) return verdict::expired;

  if (token.generation > row.generation) return verdict::store_regression;
  const bool is_current = token.generation == row.generation;
  const bool is_previous = token.generation + 1 == row.generation;
  if (is_current && (!constant_time_equal(row.current, token.hash) || row.slot != token.slot))
    return verdict::verifier_mismatch;
  if (is_previous && !constant_time_equal(row.previous, token.hash)) return verdict::verifier_mismatch;
  if (!same_binding(row, token)) return verdict::binding_mismatch;

  if (is_current) {
    const bool young = row.generation > 0 && since(row.last_ok_at, now) < rules.race_window;
    return rules.coalesce && young ? verdict::coalesce : verdict::rotate;
  }
  if (is_previous && replay_is_open(row, rules, now)) return verdict::replay;
  return verdict::reuse;
}

record rotated(record row, char slot, const digest& next_hash, const std::array<std::uint8_t, 16>& salt,
               const policy& rules, time_point now) {
  now = std::max({now, row.rotated_at, row.last_ok_at});
  row.generation += 1;
  row.slot = slot;
  row.previous = row.current;
  row.current = next_hash;
  row.salt = salt;
  row.rotated_at = now;
  row.last_ok_at = now;
  row.confirmed_at.reset();
  row.replays = 0;
  row.idle_deadline = std::max(row.idle_deadline, later(now, rules.idle_lifetime));
  return row;
}

record replayed(record row, time_point now) {
  row.replays += 1;
  row.last_ok_at = std::max(now, row.last_ok_at);
  return row;
}

}  // namespace ekauth::inline v1::refresh
