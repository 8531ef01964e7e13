// Keys, sessions and allowlists in PostgreSQL: the store for many machines, and for failover that forgets
// nothing.
//
//   postgres::options how{.conninfo = "host=db1,db2 port=5432,5432 dbname=auth user=app"};
//   if (auto made = postgres::store::migrate(how); !made) return give_up(made.error());  // by each release
//   auto db = postgres::store::open(how);
//   if (!db) return give_up(db.error());
//   auto who = run(api_keys.verify(credential, {.now = now()}), *db);
//
// The tables, the SQL, PgBouncer, and which setting keeps which promise: docs/STORAGE.md.
#pragma once

#include <ekauth/allowlists_store.hpp>
#include <ekauth/keys_store.hpp>
#include <ekauth/refresh_store.hpp>

#include <memory>

namespace ekauth::inline v1::postgres {

/// Told why, in PostgreSQL's words, when a connection or a statement fails; from any thread. The words may
/// hold the names of hosts and users, and never a secret.
class log {
 public:
  virtual void write(std::string_view words) noexcept = 0;

 protected:
  ~log() = default;
};

struct options {
  /// As libpq reads it: words or a URI, one host or several; in a URI, an @, / or ? of a user, a password or
  /// a database stands as %40, %2F or %3F. The store asks it for a server that may be written
  /// (target_session_attrs = read-write; every read asks again), and for an end of each try to connect
  /// (connect_timeout = 5 unless it says otherwise).
  std::string conninfo;
  std::string schema = "ekauth";  ///< of the tables: a-z, 0-9 and _, at most 63, no digit or pg_ first
  std::uint32_t connections = 8;  ///< 1 to 1000: requests that run at the same time
  duration wait_timeout = duration(5000);       ///< 0 to an hour: how long to wait for a connection
  duration statement_timeout = duration(5000);  ///< 1 ms to an hour; a second later a server is given up
  /// Named statements, planned once for each connection: several times faster, and not for a pooler that
  /// gives each transaction another connection (PgBouncer in transaction mode).
  bool prepare = false;
  log* to_log = nullptr;  ///< outlives the store
};

struct state;  // a store's connections

/// Keys, sessions and allowlists in a PostgreSQL database, version 12 or later.
///
/// A resource; movable, and only to be assigned to or destroyed once moved from. Threads share the store;
/// connections are made when they are needed, and again when they broke. What a write answered is committed;
/// what failed has changed nothing, except where the connection broke before the answer, or a synchronous
/// standby may lack the commit: done or not.
///
/// Open it after fork: a store that was open before answers store_unavailable in the child.
///
/// Errors of every request: store_busy (no connection in time, or others held the rows beyond
/// statement_timeout), store_full (nothing written; works again when there is space), store_corrupt (a row
/// that ekauth did not write), store_unavailable.
class store final : public storage::forwards<store, keys::store, refresh::store, allowlists::store> {
 public:
  /// Makes the schema and its tables, or brings those of an older ekauth up to date, in one transaction.
  ///
  /// Any number of processes may do so at once. Needs a role that may create; requests need less.
  /// Errors: option_invalid; store_schema_newer (made by a later ekauth); store_corrupt (the schema holds
  /// tables that ekauth did not make); store_busy; store_full; store_unavailable. Each changes nothing.
  [[nodiscard]] static result<void> migrate(const options& how);

  /// Connects once and looks whether the tables are those of this ekauth.
  ///
  /// Errors: option_invalid; store_schema_newer; store_corrupt; store_busy; store_unavailable (no server that
  /// may be written; no tables, or older ones: call migrate; synchronous_commit is off, or
  /// client_min_messages is error).
  [[nodiscard]] static result<store> open(options how);

  store(store&&) noexcept;
  store& operator=(store&&) noexcept;

  /// Closes the connections. No request may be running.
  ~store();

  /// Answers a request of keys_store.hpp, refresh_store.hpp or allowlists_store.hpp.
  template <class Request>
  result<typename Request::reply> answer(const Request& request);

 private:
  explicit store(std::unique_ptr<state> opened) noexcept;
  std::unique_ptr<state> state_;
};

}  // namespace ekauth::inline v1::postgres
