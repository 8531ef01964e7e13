#include "keys/uses.hpp"

#include <algorithm>
#include <mutex>
#include <tuple>
#include <utility>

namespace ekauth::inline v1::keys {

namespace {

std::int64_t minute_of(time_point at) {
  return std::chrono::floor<std::chrono::minutes>(at).time_since_epoch().count();
}

}  // namespace

void use_table::move_on(minutes& known, std::int64_t minute) noexcept {
  std::int64_t before = known.noted.load(std::memory_order_relaxed);
  while (before < minute)
    if (known.noted.compare_exchange_weak(before, minute, std::memory_order_relaxed)) return;
}

void use_table::note(const key_id& id, std::uint32_t number, time_point at) {
  const std::int64_t minute = minute_of(at);
  const std::uint64_t secret = hash::of(id.text(), number);
  constexpr std::uint64_t of_minute = 0xffffff;  // 32 years
  const std::uint64_t noted = secret << 24 | (static_cast<std::uint64_t>(minute) & of_minute);
  auto& marks = rows_[(secret >> 40) % rows_.size()].marks;
  mark* place = &marks[secret % marks.size()];
  for (mark& each : marks) {
    const std::uint64_t known = each.load(std::memory_order_relaxed);
    if (known == noted) return;
    if ((known ^ noted) & of_minute) place = &each;
  }
  if (add({id, number}, minute)) place->store(noted, std::memory_order_relaxed);
}

// Whether it is in the table now.
bool use_table::add(used what, std::int64_t minute) {
  shard& mine = shards_[hash{}(what) % shard_count];
  {
    const std::shared_lock reading(mine.lock);
    if (const auto known = mine.uses.find(what); known != mine.uses.end()) {
      move_on(known->second, minute);
      return true;
    }
    if (mine.uses.size() >= shard_capacity) return false;
  }
  const std::unique_lock alone(mine.lock);
  move_on(mine.uses[std::move(what)], minute);
  return true;
}

std::vector<touch::use> use_table::take(time_point now) {
  const std::int64_t this_minute = minute_of(now);
  std::vector<touch::use> due;
  for (shard& each : shards_) {
    const std::unique_lock alone(each.lock);
    for (auto at = each.uses.begin(); at != each.uses.end();) {
      auto& [what, times] = *at;
      const std::int64_t noted = times.noted.load(std::memory_order_relaxed);
      if (noted > times.flushed) {
        due.push_back({what.id, what.number, time_point(std::chrono::minutes(noted))});
        times.flushed = noted;
      }
      at = noted < this_minute ? each.uses.erase(at) : std::next(at);
    }
  }
  std::sort(due.begin(), due.end(), [](const touch::use& a, const touch::use& b) {
    return std::tie(a.id.text(), a.number) < std::tie(b.id.text(), b.number);
  });
  return due;
}

}  // namespace ekauth::inline v1::keys
