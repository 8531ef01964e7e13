#include "keys/uses.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <tuple>

namespace ekauth::inline v1::keys {

namespace {

std::int64_t minute_of(time_point at) {
  return std::chrono::floor<std::chrono::minutes>(at).time_since_epoch().count();
}

std::string entry_of(const key_id& id, std::uint32_t number) {
  std::string entry = id.text();
  entry.push_back(' ');
  entry.append(std::to_string(number));
  return entry;
}

}  // namespace

void use_table::note(const key_id& id, std::uint32_t number, time_point at) {
  const std::int64_t minute = minute_of(at);
  std::string entry = entry_of(id, number);
  shard& mine = shards_[std::hash<std::string>{}(entry) % shard_count];
  const std::lock_guard lock(mine.mutex);
  if (const auto known = mine.uses.find(entry); known != mine.uses.end()) {
    known->second.noted = std::max(known->second.noted, minute);
    return;
  }
  if (mine.uses.size() >= shard_capacity) return;
  mine.uses.emplace(std::move(entry), minutes{minute, std::numeric_limits<std::int64_t>::min()});
}

std::vector<touch::use> use_table::take(time_point now) {
  const std::int64_t this_minute = minute_of(now);
  std::vector<touch::use> due;
  for (shard& each : shards_) {
    const std::lock_guard lock(each.mutex);
    for (auto at = each.uses.begin(); at != each.uses.end();) {
      auto& [entry, times] = *at;
      if (times.noted > times.flushed) {
        const std::size_t gap = entry.rfind(' ');
        due.push_back({key_id(entry.substr(0, gap)),
                       static_cast<std::uint32_t>(std::stoul(entry.substr(gap + 1))),
                       time_point(std::chrono::minutes(times.noted))});
        times.flushed = times.noted;
      }
      at = times.noted < this_minute ? each.uses.erase(at) : std::next(at);
    }
  }
  std::sort(due.begin(), due.end(), [](const touch::use& a, const touch::use& b) {
    return std::tie(a.id.text(), a.number) < std::tie(b.id.text(), b.number);
  });
  return due;
}

}  // namespace ekauth::inline v1::keys
