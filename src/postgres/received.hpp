// What PostgreSQL answered to a statement, and what its errors mean to a host.
#pragma once

#include <ekauth/result.hpp>

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace ekauth::inline v1::postgres {

struct clearer {
  void operator()(PGresult* answer) const noexcept { PQclear(answer); }
};
using answer = std::unique_ptr<PGresult, clearer>;

/// How a statement ended.
enum class fate {
  done,   ///< its rows are there
  taken,  ///< undone: a row with the same primary key was there
  again,  ///< undone: another transaction was in the way, which the same statement may not meet again
  failed,
  lost,  ///< done or not: the connection broke, or a standby may lack it
};

/// Everything that came back for one statement. An error counts wherever it comes: a commit may fail after
/// the statement's own rows were sent.
class received {
 public:
  /// Takes each of libpq's answers, until there are no more.
  void take(answer next);

  /// Takes what the server said beside an answer. A commit whose wait for a standby was cancelled says it so
  /// alone: the next primary may lack it.
  void take_notice(const PGresult* said);

  /// No more answers will come.
  void lose();

  /// Takes for an error what came from a server that may not be written: a standby, whose rows may be old.
  /// For statements that only read.
  void require_writable();

  [[nodiscard]] fate how() const noexcept { return how_; }
  [[nodiscard]] error why() const noexcept { return why_; }
  [[nodiscard]] const PGresult* rows() const noexcept { return rows_.get(); }
  [[nodiscard]] std::uint32_t changed() const noexcept;

  /// Of a statement that only reads: how many rows it found.
  [[nodiscard]] int found() const noexcept;

  /// Of what ended as taken.
  [[nodiscard]] bool is_taken_in(std::string_view primary_key) const noexcept {
    return taken_in_ == primary_key;
  }

  /// The SQLSTATE of the error; where the server did not say it, the one that fits; empty without an error.
  [[nodiscard]] std::string_view state() const noexcept {
    return std::string_view(words_).substr(0, words_.find(' '));
  }

  /// Whether the connection goes on: no error, or an expected one.
  [[nodiscard]] bool is_harmless() const noexcept { return harmless_; }

  /// PostgreSQL's own words on the error, for a log.
  [[nodiscard]] const std::string& words() const noexcept { return words_; }

 private:
  void take_error(const PGresult* failed);
  void ended(fate how, error why);

  answer rows_;
  fate how_ = fate::failed;
  error why_{errc::store_unavailable, "PostgreSQL answered nothing"};
  bool has_error_ = false;
  bool harmless_ = false;
  std::string taken_in_;
  std::string words_;
};

}  // namespace ekauth::inline v1::postgres
