#include <algorithm>

#include "allowlists/core.hpp"

namespace ekauth::inline v1::allowlists {

namespace {

constexpr duration longest_unread = std::chrono::minutes(1);

}  // namespace

policy::policy(const std::optional<record>& row, time_point now) : read_at_(now), made_at_(now) {
  if (!row) return;
  version_ = row->version;
  enabled_ = row->enabled;
  networks_ = alive(row->entries, now);
  for (const entry& each : row->entries)
    if (each.expires_at && now < *each.expires_at) first_expiry_ = std::min(first_expiry_, *each.expires_at);
}

bool policy::is_fresh(time_point now, duration max_age) const noexcept {
  // A clock that went back says nothing about age.
  return made_at_ <= now && now - made_at_ < max_age && now < first_expiry_;
}

bool policy::is_outlived(time_point now) const noexcept {
  return now >= first_expiry_ || now < read_at_ || now - read_at_ >= longest_unread;
}

policy policy::seen_again(time_point now) const {
  policy again = *this;
  again.made_at_ = now;
  return again;
}

}  // namespace ekauth::inline v1::allowlists
