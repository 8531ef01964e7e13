// When each secret was last used, by the minute and in memory, until a flush writes it.
#pragma once

#include <ekauth/keys_store.hpp>

#include <array>
#include <atomic>
#include <functional>
#include <limits>
#include <unordered_map>
#include <vector>

#include "core/lanes.hpp"

namespace ekauth::inline v1::keys {

/// Threads share it; a use of a secret that is there already only reads the table. Bounded: at its capacity,
/// or one for each thread beyond, new secrets are not noted until the next flush.
class use_table {
 public:
  void note(const key_id& id, std::uint32_t number, time_point at);

  /// The uses that were not flushed before, in order of id and number; forgets those of past minutes.
  [[nodiscard]] std::vector<touch::use> take(time_point now);

 private:
  struct used {
    key_id id;
    std::uint32_t number;
    friend bool operator==(const used&, const used&) = default;
  };
  struct hash {
    std::size_t operator()(const used& what) const noexcept {
      return std::hash<std::string>{}(what.id.text()) + what.number;
    }
  };
  struct minutes {
    std::atomic<std::int64_t> noted = std::numeric_limits<std::int64_t>::min();  // only grows
    std::int64_t flushed = std::numeric_limits<std::int64_t>::min();
  };
  struct shard {
    laned_mutex lock;  // shared to move a minute on, exclusive for everything else
    std::unordered_map<used, minutes, hash> uses;
  };
  static void move_on(minutes& known, std::int64_t minute) noexcept;

  static constexpr std::size_t shard_count = 16;
  static constexpr std::size_t shard_capacity = 4096;
  std::array<shard, shard_count> shards_;
};

}  // namespace ekauth::inline v1::keys
