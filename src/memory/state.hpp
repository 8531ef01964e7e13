// The state of memory::store: three tables that know nothing of each other.
#pragma once

#include <ekauth/memory.hpp>

#include <array>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "core/lanes.hpp"

namespace ekauth::inline v1::memory {

// A hash of our own is not kept in the nodes, behind the row, where it would be one more line to fetch.
struct text_hash {
  std::size_t operator()(const std::string& text) const noexcept { return std::hash<std::string>{}(text); }
};

// The row of a name, made where there was none; such a one goes again unless it is kept. For what needs more
// rows than this one, and may run out of memory before it has them.
template <class Rows>
class found_or_made {
 public:
  found_or_made(Rows& rows, const std::string& name) : rows_(rows) {
    std::tie(at_, is_made_) = rows.try_emplace(name);
  }
  found_or_made(const found_or_made&) = delete;
  found_or_made& operator=(const found_or_made&) = delete;
  ~found_or_made() {
    if (is_made_) rows_.erase(at_);
  }
  [[nodiscard]] typename Rows::mapped_type& row() const noexcept { return at_->second; }
  void keep() noexcept { is_made_ = false; }

 private:
  Rows& rows_;
  typename Rows::iterator at_;
  bool is_made_ = false;
};

// Keys are read on every request of a host and written rarely: readers meet neither each other nor a write to
// another shard, and everything that writes passes through one lock before.
struct key_table {
  struct shard {
    laned_mutex lock;
    std::unordered_map<std::string, keys::record, text_hash> rows;
  };
  struct owned {
    std::set<std::string_view> ids;  // views of the rows' own keys
    std::uint32_t not_revoked = 0;
  };

  [[nodiscard]] shard& shard_of(const key_id& id) {
    const std::string_view text = id.text();  // whose end is random
    const std::size_t last = text.empty() ? 0 : static_cast<unsigned char>(text.back());
    return shards[last % shards.size()];
  }

  fair_mutex lock;  // of owners, and of every change; taken before a shard's
  std::unordered_map<std::string, owned> owners;
  std::array<shard, 64> shards;
};

// A session is touched about once a day, and must agree with its subject's epoch: one lock for all.
struct session_table {
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
struct list_table {
  laned_mutex lock;
  std::map<std::pair<std::string, std::string>, allowlists::record> rows;  // by account, and key or ""
};

struct state : key_table, session_table, list_table {};

}  // namespace ekauth::inline v1::memory
