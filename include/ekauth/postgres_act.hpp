// One request as libpq's non-blocking calls want it: for servers that wait for PostgreSQL in their own way.
//
//   postgres::act<keys::find> asked(request);
//   PQsetNoticeReceiver(connection, …, &asked);             // which gives what it gets to asked.take_notice
//   do {
//     if (!asked.send(connection)) …                        // then wait as libpq's manual says, and
//     while (PGresult* one = PQgetResult(connection)) asked.take(one);   // who stops before: asked.lose()
//   } while (asked.is_open());
//   result<keys::find::reply> answer = asked.answer();
//
// A whole host: examples/hosts/asio_postgres.cpp. Who may block takes postgres::store.
#pragma once

#include <ekauth/allowlists_store.hpp>
#include <ekauth/keys_store.hpp>
#include <ekauth/refresh_store.hpp>

#include <memory>

struct pg_conn;    // libpq's PGconn
struct pg_result;  // and PGresult

namespace ekauth::inline v1::postgres {

/// One statement, which is one transaction, and what its answer means. Request: any of keys, refresh and
/// allowlists.
///
/// A resource; movable, but not while a notice receiver leads to it. The connection is the host's: to a
/// server that may be written (target_session_attrs = read-write; what another one answers is refused),
/// non-blocking, with one statement at a time and timeouts of its own. Give it up with the act where the act
/// ends before its answers have come: done or not.
template <class Request>
class act {
 public:
  /// schema: of the tables, as store::migrate made them. Errors, by answer: option_invalid as for
  /// options::schema.
  explicit act(Request request, std::string_view schema = "ekauth");
  act(act&&) noexcept;
  act& operator=(act&&) noexcept;
  ~act();

  /// Queues the statement on an idle connection. false: it may not be sent, and answer() says why.
  [[nodiscard]] bool send(pg_conn* to);

  /// Takes an answer of PQgetResult, and clears it. All of them count, up to the null that ends them: a
  /// commit may fail after its rows came. Who cannot wait for that calls lose().
  void take(pg_result* one);

  /// Takes what the connection's notice receiver (PQsetNoticeReceiver) gets between send and the last answer.
  /// That a commit's wait for a synchronous standby was cancelled comes so alone; who does not pass it on
  /// takes for done what a failover may forget. A session with
  /// client_min_messages = error never gets it. Set another receiver before the act ends.
  void take_notice(const pg_result* said);

  /// Takes that no more answers come: the connection broke, or nobody waits any longer. Done or not, whatever
  /// rows were taken before; an error that was taken stays the answer.
  void lose();

  /// After the last answer: whether another transaction was in the way, and the statement is to be sent
  /// again. At most seven times.
  [[nodiscard]] bool is_open() const;

  /// Whether the connection can go on; otherwise close it.
  [[nodiscard]] bool keeps_connection() const;

  /// The reply. Errors: as postgres::store's; store_unavailable where nothing was taken, or a standby may
  /// lack the commit: done or not.
  [[nodiscard]] result<typename Request::reply> answer() const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace ekauth::inline v1::postgres
