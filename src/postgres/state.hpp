// The state of postgres::store: connections that threads take turns with.
#pragma once

#include <ekauth/postgres.hpp>

#include "postgres/connection.hpp"

#include <condition_variable>
#include <mutex>
#include <vector>

#include <unistd.h>

namespace ekauth::inline v1::postgres {

/// Connections, made when they are needed. One that is no longer usable makes room for another.
class pool {
 public:
  explicit pool(const settings& told) : told_(told) { idle_.reserve(told.how.connections); }

  /// A connection for the time of its life.
  class lease {
   public:
    lease(pool& from, std::unique_ptr<connection> taken) noexcept : from_(&from), taken_(std::move(taken)) {}
    lease(lease&& other) noexcept
        : from_(std::exchange(other.from_, nullptr)), taken_(std::move(other.taken_)) {}
    lease& operator=(lease&&) = delete;
    ~lease() {
      if (from_ != nullptr) from_->give(std::move(taken_));
    }
    [[nodiscard]] connection& operator*() const noexcept { return *taken_; }
    /// Closes it when the lease ends.
    void discard() noexcept { taken_.reset(); }

   private:
    friend class pool;
    pool* from_;
    std::unique_ptr<connection> taken_;
  };

  [[nodiscard]] result<lease> take();

 private:
  void give(std::unique_ptr<connection> back) noexcept;

  const settings& told_;
  std::mutex lock_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<connection>> idle_;  // the last used is the next one
  std::uint32_t open_ = 0;                         // idle or taken
};

struct state {
  explicit state(const options& how) : told(how), connections(told) {}

  /// Runs a statement on one of the connections; a reading one once more when its connection broke.
  [[nodiscard]] result<received> ask(const statement& what);

  template <class Request>
  [[nodiscard]] result<typename Request::reply> answer(const Request& request);

  /// A connection's session belongs to the process that made it.
  [[nodiscard]] bool is_forked() const noexcept { return ::getpid() != opened_by; }

  static constexpr error forked{errc::store_unavailable, "the store was opened before a fork"};

  pid_t opened_by = ::getpid();
  settings told;
  pool connections;
};

}  // namespace ekauth::inline v1::postgres
