// Values by name, of which only so many are kept: what a service may remember, and may forget at any time.
#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/lanes.hpp"

namespace ekauth::inline v1 {

/// Bounded: beyond its capacity one of the others is forgotten. Threads share it.
template <class Value>
class remembered {
 public:
  /// capacity: rounded up to a multiple of 16; 0 remembers nothing.
  explicit remembered(std::size_t capacity) : shard_capacity_((capacity + shard_count - 1) / shard_count) {}

  [[nodiscard]] std::optional<Value> find(const std::string& name) {
    shard& one = shard_of(name);
    const std::shared_lock held(one.lock);
    const auto at = one.values.find(name);
    return at == one.values.end() ? std::nullopt : std::optional<Value>(at->second);
  }

  void keep(const std::string& name, Value value) {
    if (shard_capacity_ == 0) return;
    shard& one = shard_of(name);
    const std::lock_guard held(one.lock);
    if (one.values.size() >= shard_capacity_ && !one.values.contains(name))
      one.values.erase(one.values.begin());
    one.values.insert_or_assign(name, std::move(value));
  }

  void forget(const std::string& name) {
    shard& one = shard_of(name);
    const std::lock_guard held(one.lock);
    one.values.erase(name);
  }

 private:
  struct shard {
    laned_mutex lock;
    std::unordered_map<std::string, Value> values;
  };
  static constexpr std::size_t shard_count = 16;
  [[nodiscard]] shard& shard_of(const std::string& name) {
    return shards_[std::hash<std::string>{}(name) % shard_count];
  }

  std::size_t shard_capacity_;
  std::array<shard, shard_count> shards_;
};

}  // namespace ekauth::inline v1
