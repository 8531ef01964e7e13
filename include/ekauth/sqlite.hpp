// Keys, sessions and allowlists in one SQLite file: the store to start with, for one machine and any number
// of its processes.
//
//   auto db = sqlite::store::open({.path = "/var/lib/app/auth.db"});
//   if (!db) return give_up(db.error());
//   auto who = run(api_keys.verify(credential, {.now = now()}), *db);
//
// The tables, the SQL and what lies where on disk: docs/STORAGE.md.
#pragma once

#include <ekauth/allowlists_store.hpp>
#include <ekauth/keys_store.hpp>
#include <ekauth/refresh_store.hpp>

#include <memory>

namespace ekauth::inline v1::sqlite {

struct options {
  std::string path;                        ///< of the file, on a local disk; never a URI
  duration busy_timeout = duration(5000);  ///< 0 to an hour: how long to wait for others, then store_busy
  std::uint32_t readers = 4;               ///< 1 to 64: reads that run at the same time
  bool create = true;                      ///< whether a missing or empty file becomes a store
};

struct state;  // a store's connections

/// Keys, sessions and allowlists in an SQLite file.
///
/// A resource; movable, and only to be assigned to or destroyed once moved from. Threads and processes may
/// share the file, threads may share the store. What a write answered is on disk, and survives a crash of the
/// process or the machine; what failed has changed nothing, except where storage lost the answer itself.
///
/// Open it after fork: a store that was open before answers store_unavailable in the child, which must not
/// open the same file either while it carries one.
///
/// Errors of every request: store_busy (others held the file beyond the timeout), store_full (nothing
/// written; works again when there is space), store_corrupt (a row that ekauth did not write),
/// store_unavailable.
class store final : public storage::forwards<store, keys::store, refresh::store, allowlists::store> {
 public:
  /// Opens the file; creates it readable by its owner only, and its tables, where how.create allows. A file
  /// of an older ekauth gets the tables that it lacks.
  ///
  /// A file that is refused is left as it was. Two processes may create the same file at once.
  /// Errors: option_invalid; store_schema_newer (written by a later ekauth); store_corrupt (no store of
  /// ekauth, or damaged); store_busy; store_full; store_unavailable (cannot be opened, cannot be written, or
  /// on a file system without shared memory; SQLite older than 3.37).
  [[nodiscard]] static result<store> open(options how);

  store(store&&) noexcept;
  store& operator=(store&&) noexcept;

  /// Closes the file; the last one to do so folds its log into it. No request may be running.
  ~store();

  /// Answers a request of keys_store.hpp, refresh_store.hpp or allowlists_store.hpp.
  template <class Request>
  result<typename Request::reply> answer(const Request& request);

 private:
  explicit store(std::unique_ptr<state> opened) noexcept;
  std::unique_ptr<state> state_;
};

}  // namespace ekauth::inline v1::sqlite
