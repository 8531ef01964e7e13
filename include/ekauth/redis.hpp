// Keys, sessions and allowlists in one Redis server, for hosts that run one and accept what its settings
// promise.
//
//   auto db = redis::store::open({.host = "10.0.0.5", .password = secret(from_vault)});
//   if (!db) return give_up(db.error());
//   for (const redis::warning each : db->warnings()) log(redis::text(each));
//   auto who = run(api_keys.verify(credential, {.now = now()}), *db);
//
// The keys, the scripts, and which setting of the server keeps which promise: docs/STORAGE.md.
#pragma once

#include <ekauth/allowlists_store.hpp>
#include <ekauth/keys_store.hpp>
#include <ekauth/refresh_store.hpp>

#include <memory>

namespace ekauth::inline v1::redis {

struct options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  std::string unix_socket = {};               ///< a path; takes the place of host and port
  std::string user = {};                      ///< of the server's access list; empty: its default user
  secret password = {};                       ///< empty: none is sent. It crosses the network in clear
  std::uint32_t database = 0;                 ///< the number of SELECT
  std::string prefix = "ekauth";              ///< of all names: 1 to 64 of A-Z a-z 0-9 - _ . :
  std::uint32_t connections = 8;              ///< 1 to 256: requests that run at the same time
  duration busy_timeout = duration(5000);     ///< 0 to an hour: how long to wait for a connection
  duration connect_timeout = duration(2000);  ///< 1 ms to an hour
  duration command_timeout = duration(2000);  ///< 1 ms to an hour: how long the server may stay silent
  /// A minute to ten years: how long Redis keeps a session past its deadline. More than the clocks of those
  /// who share the server ever differ.
  duration keep_expired = std::chrono::hours(24);
};

/// A promise that the server's settings do not keep. Explained in docs/STORAGE.md.
enum class warning : std::uint8_t {
  restart_forgets = 1,      ///< appendonly is off
  crash_forgets = 2,        ///< the log is not synchronised before every answer
  failover_forgets = 3,     ///< there are replicas, and a write need not reach any
  failover_may_forget = 4,  ///< a write reaches a replica after it was answered
  settings_hidden = 5,      ///< the user may not read the settings
};

/// One sentence, for the log.
[[nodiscard]] std::string_view text(warning which) noexcept;

struct state;  // a store's connections

/// Keys, sessions and allowlists in a Redis server of version 7 or later, or a Valkey.
///
/// A resource; movable, and only to be assigned to or destroyed once moved from. Threads may share the store;
/// any number of processes and machines may share the server. A connection that breaks is replaced. A request
/// that reads, or that was not sent whole, is then tried once more; one that writes is not: it answers
/// store_unavailable, and may have happened.
///
/// Open it after fork: a store that was open before answers store_unavailable in the child.
///
/// Errors of every request: store_busy (all connections taken beyond the timeout, or the server busy or
/// starting), store_full (no memory left; nothing written, and what ends keys and sessions still works),
/// store_corrupt (a row that ekauth did not write), store_unavailable.
class store final : public storage::forwards<store, keys::store, refresh::store, allowlists::store> {
 public:
  /// Connects, checks the server, and marks it as a store where it is none yet.
  ///
  /// Errors: option_invalid; store_schema_newer (written by a later ekauth); store_corrupt (the prefix is in
  /// other use); store_busy; store_full; store_unavailable (no connection, wrong password, a replica, a
  /// cluster, a server that evicts, or one older than 7).
  [[nodiscard]] static result<store> open(options how);

  store(store&&) noexcept;
  store& operator=(store&&) noexcept;

  /// Closes the connections. No request may be running.
  ~store();

  /// What the server did not promise when the store was opened; empty is best.
  [[nodiscard]] const std::vector<warning>& warnings() const noexcept;

  /// Answers a request of keys_store.hpp, refresh_store.hpp or allowlists_store.hpp.
  template <class Request>
  result<typename Request::reply> answer(const Request& request);

 private:
  explicit store(std::unique_ptr<state> opened) noexcept;
  std::unique_ptr<state> state_;
};

}  // namespace ekauth::inline v1::redis
