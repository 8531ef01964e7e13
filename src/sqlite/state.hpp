// The state of sqlite::store: one connection that writes, a few that read, and how each is used.
#pragma once

#include <ekauth/sqlite.hpp>

#include "sqlite/connection.hpp"

#include <condition_variable>
#include <mutex>
#include <vector>

#include <unistd.h>

namespace ekauth::inline v1::sqlite {

/// Connections that threads take turns with.
class pool {
 public:
  explicit pool(duration patience) : patience_(patience) {}

  void add(connection one) {
    all_.push_back(std::make_unique<connection>(std::move(one)));
    idle_.push_back(all_.back().get());
  }

  /// A connection for the time of its life; none when the others kept theirs too long.
  class lease {
   public:
    explicit lease(pool& from) : from_(from), taken_(from.take()) {}
    lease(const lease&) = delete;
    lease& operator=(const lease&) = delete;
    ~lease() {
      if (taken_ != nullptr) from_.give(taken_);
    }
    [[nodiscard]] explicit operator bool() const noexcept { return taken_ != nullptr; }
    [[nodiscard]] const connection& operator*() const noexcept { return *taken_; }

   private:
    pool& from_;
    connection* taken_;
  };

 private:
  connection* take() {
    std::unique_lock held(lock_);
    if (!freed_.wait_for(held, patience_, [this] { return !idle_.empty(); })) return nullptr;
    connection* const taken = idle_.back();
    idle_.pop_back();
    return taken;
  }
  void give(connection* back) {
    {
      const std::lock_guard held(lock_);
      idle_.push_back(back);
    }
    freed_.notify_one();
  }

  duration patience_;
  std::mutex lock_;
  std::condition_variable freed_;
  std::vector<connection*> idle_;
  std::vector<std::unique_ptr<connection>> all_;
};

struct state {
  explicit state(duration patience) : writer(patience), readers(patience) {}

  /// Runs act(connection) as one transaction, which sees the file as nobody else can change it: committed
  /// when act answers a value, undone when it answers an error.
  template <class Act>
  auto write(const Act& act) -> decltype(act(std::declval<const connection&>())) {
    if (is_forked()) return forked;
    const pool::lease db(writer);
    if (!db) return trouble(SQLITE_BUSY);
    if (auto begun = (*db).ask(sql::begin).run(); !begun) return begun.error();
    auto answer = act(*db);
    if (answer) {
      auto kept = (*db).ask(sql::commit).run();
      if (kept) return answer;
      answer = kept.error();
    }
    // Some errors have ended the transaction already.
    if ((*db).in_transaction()) static_cast<void>((*db).ask(sql::rollback).step());
    return answer;
  }

  /// Runs act(connection), which must be one SELECT.
  template <class Act>
  auto read(const Act& act) -> decltype(act(std::declval<const connection&>())) {
    if (is_forked()) return forked;
    const pool::lease db(readers);
    if (!db) return trouble(SQLITE_BUSY);
    return act(*db);
  }

  /// SQLite's locks belong to the process that took them.
  [[nodiscard]] bool is_forked() const noexcept { return ::getpid() != opened_by; }
  static constexpr error forked{errc::store_unavailable, "the store was opened before a fork"};

  pid_t opened_by = ::getpid();
  pool writer;  // closed last, so that it folds in the log
  pool readers;
};

}  // namespace ekauth::inline v1::sqlite
