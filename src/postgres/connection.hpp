// The door to libpq: a connection that never waits longer than it was told to.
#pragma once

#include <ekauth/postgres.hpp>

#include "postgres/acts.hpp"

#include <bitset>
#include <chrono>

namespace ekauth::inline v1::postgres {

/// What all connections of a store share.
struct settings {
  options how;
  std::array<std::string, all_statements> texts;
  std::string set_timeout;  // for one transaction

  explicit settings(const options& given);

  /// An SQL text with the tables in their schema.
  [[nodiscard]] std::string placed(std::string_view text) const { return in_schema(text, how.schema); }

  void log(std::string_view words) const {
    if (how.to_log != nullptr) how.to_log->write(words);
  }
};

/// One connection; used by one thread at a time.
class connection {
 public:
  /// Connects to a server that may be written. What was told outlives the connection.
  [[nodiscard]] static result<connection> open(const settings& told);

  /// Whether it still stands, as far as this end knows; between two statements.
  [[nodiscard]] bool is_usable() const;

  /// Runs a statement in a transaction of its own.
  [[nodiscard]] received ask(const statement& what);

  /// Runs a text that is needed once.
  [[nodiscard]] received ask_once(const std::string& text, const parameters& with = {});

  /// Runs several statements without parameters; answers the last one's rows, which are of no use.
  [[nodiscard]] received run_script(const std::string& text);

 private:
  using instant = std::chrono::steady_clock::time_point;
  struct closer {
    void operator()(PGconn* open) const noexcept { PQfinish(open); }
  };
  using handle = std::unique_ptr<PGconn, closer>;

  connection(const settings& told, handle open) : told_(&told), open_(std::move(open)) {}
  [[nodiscard]] static handle dial(const settings& told, bool with_options);
  [[nodiscard]] result<void> check_session();

  [[nodiscard]] received run(const statement& what);
  template <class Send>
  [[nodiscard]] received exchange(const Send& send);
  template <class Send>
  [[nodiscard]] received exchange_with_timeout(const Send& send);
  void receive(received& got, bool to_mark) const;
  void receive_all(received& got, bool to_mark) const;
  [[nodiscard]] bool wait_for_answer(instant deadline) const;

  const settings* told_;
  handle open_;
  bool sets_timeout_ = false;  // with each statement: a pooler kept it from the session
  std::bitset<all_statements> prepared_;
};

}  // namespace ekauth::inline v1::postgres
