// The inside of memory::store: three tables that know nothing of each other.
#pragma once

#include <ekauth/memory.hpp>

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <set>
#include <shared_mutex>
#include <string_view>
#include <thread>
#include <unordered_map>

namespace ekauth::inline v1::memory {

// A shared mutex in which writers get their turn: the standard's may let a crowd of readers that never all
// leave keep one waiting for ever, and a revocation is a writer. Readers let those who wait pass, but not
// endlessly.
class fair_mutex {
 public:
  void lock() {
    ++waiting_;
    inner_.lock();
    --waiting_;
  }
  void unlock() { inner_.unlock(); }
  void lock_shared() {
    for (int turns = 0; turns < 100 && waiting_.load(std::memory_order_relaxed) != 0; ++turns)
      std::this_thread::yield();
    inner_.lock_shared();
  }
  void unlock_shared() { inner_.unlock_shared(); }

 private:
  std::atomic<std::uint32_t> waiting_ = 0;
  std::shared_mutex inner_;
};

// Keys are read on every request of a host and written rarely, so rows lie in shards that are read without
// meeting each other, and everything that writes passes through one lock before.
struct store::key_table {
  struct alignas(64) shard {
    fair_mutex lock;
    std::unordered_map<std::string, keys::record> rows;
  };
  struct owned {
    std::set<std::string_view> ids;  // views of the rows' own keys
    std::uint32_t not_revoked = 0;
  };

  [[nodiscard]] shard& shard_of(const key_id& id) {
    return shards[std::hash<std::string>{}(id.text()) % shards.size()];
  }

  fair_mutex lock;  // of owners, and of every change; taken before a shard's
  std::unordered_map<std::string, owned> owners;
  std::array<shard, 64> shards;
};

// A session is touched about once a day, and must agree with its subject's epoch: one lock for all.
struct store::session_table {
  using deadlines = std::multimap<time_point, const std::string*>;
  struct subject {
    std::uint64_t epoch = 0;
    refresh::end_reason reason = refresh::end_reason::none;
    std::set<std::string_view> sessions;  // views of the rows' own keys
  };
  struct entry {
    refresh::record row;
    subject* owner;  // in subjects, whose nodes stay where they are
    deadlines::iterator deadline;
  };

  [[nodiscard]] static refresh::find::found found(const entry& stored) {
    return {stored.row, stored.owner->epoch, stored.owner->reason};
  }

  fair_mutex lock;
  std::unordered_map<std::string, entry> rows;
  std::unordered_map<std::string, subject> subjects;
  deadlines by_deadline;  // the earlier of a session's deadlines, and its id
};

// Read on requests of accounts that have one, and small to answer while the asker knows the version.
struct store::list_table {
  fair_mutex lock;
  std::map<std::pair<std::string, std::string>, allowlists::record> rows;  // by account, and key or ""
};

}  // namespace ekauth::inline v1::memory
