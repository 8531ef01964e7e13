// When each secret was last used, by the minute and in memory, until a flush writes it.
#pragma once

#include <ekauth/keys_store.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <unordered_map>
#include <vector>

#include "core/lanes.hpp"

namespace ekauth::inline v1::keys {

/// Threads share it; a use of a secret in a minute in which it was used before mostly reads one mark, and
/// otherwise only the table. Bounded: at its capacity, or one for each thread beyond, new secrets are not
/// noted until the next flush.
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
    static std::size_t of(const std::string& id, std::uint32_t number) noexcept {
      return std::hash<std::string>{}(id) + number;
    }
    std::size_t operator()(const used& what) const noexcept { return of(what.id.text(), what.number); }
  };
  struct minutes {
    std::atomic<std::int64_t> noted = std::numeric_limits<std::int64_t>::min();  // only grows
    std::int64_t flushed = std::numeric_limits<std::int64_t>::min();
  };
  struct shard {
    laned_mutex lock;  // shared to move a minute on, exclusive for everything else
    std::unordered_map<used, minutes, hash> uses;
  };
  bool add(used what, std::int64_t minute);
  static void move_on(minutes& known, std::int64_t minute) noexcept;

  static constexpr std::size_t shard_count = 16;
  static constexpr std::size_t shard_capacity = 4096;
  std::array<shard, shard_count> shards_;

  // Marks of uses that are in the table or were flushed out of it: 40 bits of a secret's hash, and the
  // minute. Those of as many secrets as there are places in a row stay; two of a row have the same hash by a
  // chance of 2^-40, and one of them may lose a minute then.
  using mark = std::atomic<std::uint64_t>;
  struct alignas(32) row {
    std::array<mark, 4> marks{};
  };
  std::array<row, 8192> rows_;
};

}  // namespace ekauth::inline v1::keys
