// When each secret was last used, by the minute and in memory, until a flush writes it.
#pragma once

#include <ekauth/keys_store.hpp>

#include <array>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace ekauth::inline v1::keys {

/// Threads share it. Bounded: beyond its capacity new keys are not noted until the next flush.
class use_table {
 public:
  void note(const key_id& id, std::uint32_t number, time_point at);

  /// The uses that were not flushed before, in order of id and number; forgets those of past minutes.
  [[nodiscard]] std::vector<touch::use> take(time_point now);

 private:
  struct minutes {
    std::int64_t noted;
    std::int64_t flushed;
  };
  struct shard {
    std::mutex mutex;
    std::unordered_map<std::string, minutes> uses;  // id, then the secret's number
  };
  static constexpr std::size_t shard_count = 16;
  static constexpr std::size_t shard_capacity = 4096;
  std::array<shard, shard_count> shards_;
};

}  // namespace ekauth::inline v1::keys
