// The state of redis::store: connections that threads take turns with, and how a script is run on one.
#pragma once

#include "redis/rows.hpp"

#include <condition_variable>
#include <mutex>

#include <unistd.h>

namespace ekauth::inline v1::redis {

/// Room for so many connections, and those that are open and idle.
class pool {
 public:
  pool(std::uint32_t room, duration patience) : patience_(patience), room_(room) { idle_.reserve(room); }

  /// Room for one connection for the time of its life, and maybe one that was idle in it; none when the
  /// others kept theirs too long.
  class lease {
   public:
    explicit lease(pool& from) : from_(from), taken_(from.take(link_)) {}
    lease(const lease&) = delete;
    lease& operator=(const lease&) = delete;
    ~lease() {
      if (taken_) from_.give(std::move(link_));
    }
    [[nodiscard]] explicit operator bool() const noexcept { return taken_; }
    /// Empty until there is a connection; made empty when it broke.
    [[nodiscard]] std::optional<connection>& link() noexcept { return link_; }

   private:
    pool& from_;
    std::optional<connection> link_;
    bool taken_;
  };

 private:
  bool take(std::optional<connection>& link) {
    std::unique_lock held(lock_);
    if (!freed_.wait_for(held, patience_, [this] { return room_ > 0; })) return false;
    --room_;
    if (!idle_.empty()) {
      link = std::move(idle_.back());
      idle_.pop_back();
    }
    return true;
  }
  void give(std::optional<connection> link) {
    {
      const std::lock_guard held(lock_);
      ++room_;
      if (link) idle_.push_back(*std::move(link));
    }
    freed_.notify_one();
  }

  duration patience_;
  std::mutex lock_;
  std::condition_variable freed_;
  std::uint32_t room_;
  std::vector<connection> idle_;  // has memory for all, so that giving back cannot fail
};

struct state {
  explicit state(options with)
      : how(std::move(with)),
        names(std::string("{").append(how.prefix).append("}:")),
        links(how.connections, how.busy_timeout) {}

  [[nodiscard]] call ask(script which) const { return call(which, names); }

  /// Runs a script that changes nothing, and once more where the connection breaks.
  [[nodiscard]] result<reply> read(const call& asked) { return run(asked, true); }

  /// Runs a script. Where the connection breaks it may have been run, and is not run again.
  [[nodiscard]] result<reply> write(const call& asked) { return run(asked, false); }

  /// write() for scripts that answer how many rows they changed.
  [[nodiscard]] result<std::uint32_t> change(const call& asked);

  struct loaded {
    std::string digest;
    std::string text;
  };
  options how;
  std::string names;  // what every name begins with: in a cluster, braces would keep all in one slot
  std::array<loaded, all_scripts> scripts;
  std::vector<warning> warnings;
  pool links;

 private:
  [[nodiscard]] result<reply> run(const call& asked, bool may_repeat);
  pid_t opened_by_ = ::getpid();
};

}  // namespace ekauth::inline v1::redis
