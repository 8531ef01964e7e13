#include <algorithm>

#include "allowlists/core.hpp"

namespace ekauth::inline v1::allowlists {

policy::policy(const std::optional<record>& row, time_point now) : made_at_(now) {
  if (!row) return;
  version_ = row->version;
  enabled_ = row->enabled;
  networks_ = alive(row->entries, now);
  for (const entry& each : row->entries)
    if (each.expires_at && now < *each.expires_at) first_expiry_ = std::min(first_expiry_, *each.expires_at);
}

bool policy::is_fresh(time_point now, duration max_age) const noexcept {
  // A clock that went back says nothing about age.
  return made_at_ <= now && now - made_at_ < max_age && !is_outlived(now);
}

policy policy::seen_again(time_point now) const {
  policy again = *this;
  again.made_at_ = now;
  return again;
}

std::shared_ptr<const policy> policy_table::find(const std::string& name) {
  shard& one = shard_of(name);
  const std::lock_guard held(one.lock);
  const auto at = one.policies.find(name);
  return at == one.policies.end() ? nullptr : at->second;
}

void policy_table::keep(const std::string& name, std::shared_ptr<const policy> made) {
  if (shard_capacity_ == 0) return;
  shard& one = shard_of(name);
  const std::lock_guard held(one.lock);
  if (one.policies.size() >= shard_capacity_ && !one.policies.contains(name))
    one.policies.erase(one.policies.begin());
  one.policies.insert_or_assign(name, std::move(made));
}

}  // namespace ekauth::inline v1::allowlists
