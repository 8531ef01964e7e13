#include "postgres/received.hpp"

#include <charconv>
#include <cstring>

namespace ekauth::inline v1::postgres {

namespace {

struct meaning {
  std::string_view state;  // a SQLSTATE, or the two characters of its class
  fate how;
  error why;
  bool harmless = false;  // the connection goes on
};

constexpr error others{errc::store_busy, "others held the rows beyond the timeout"};
constexpr error connection_broke{errc::store_unavailable, "the connection broke: done or not"};
constexpr error unreplicated{errc::store_unavailable, "committed, but a standby may lack it: done or not"};
constexpr error only_readable{errc::store_unavailable, "the server may only be read"};
constexpr error shared_session{errc::store_unavailable, "a pooler mixes named statements: leave prepare off"};
constexpr error foreign_row{errc::store_corrupt, "the tables hold what ekauth did not write"};

// The first that fits counts. https://www.postgresql.org/docs/current/errcodes-appendix.html
constexpr meaning meanings[] = {
    {"40001", fate::again, {errc::store_busy, "other transactions kept coming between"}, true},
    {"40P01", fate::again, {errc::store_busy, "other transactions kept coming between"}, true},
    {"23505", fate::taken, foreign_row, true},
    {"55P03", fate::failed, others, true},
    {"57014", fate::failed, others, true},
    {"53100", fate::failed, {errc::store_full, "no space left for PostgreSQL"}, true},
    {"54000", fate::failed, {errc::store_unavailable, "a value larger than PostgreSQL stores"}, true},
    {"22003", fate::failed, foreign_row, true},
    {"23", fate::failed, foreign_row, true},
    {"57P", fate::lost, connection_broke},
    {"08", fate::lost, connection_broke},
    {"25006", fate::failed, only_readable},
    {"26", fate::failed, shared_session},
    {"42P05", fate::failed, shared_session},
    {"42501", fate::failed, {errc::store_unavailable, "the role may not use the tables"}},
    {"42", fate::failed, {errc::store_corrupt, "the tables are not those of ekauth"}},
    {"3F", fate::failed, {errc::store_corrupt, "the tables are not those of ekauth"}},
    {"XX", fate::failed, {errc::store_corrupt, "the database is damaged"}},
    {"", fate::failed, {errc::store_unavailable, "PostgreSQL refused a statement"}},
};

std::string_view field(const PGresult* failed, int which) {
  const char* const text = PQresultErrorField(failed, which);
  return text == nullptr ? std::string_view() : std::string_view(text);
}

std::string words_of(const PGresult* said) {
  return std::string(field(said, PG_DIAG_SQLSTATE)).append(" ").append(field(said, PG_DIAG_MESSAGE_PRIMARY));
}

}  // namespace

void received::take(answer next) {
  switch (PQresultStatus(next.get())) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
      rows_ = std::move(next);
      if (!has_error_) {
        how_ = fate::done;
        harmless_ = true;
      }
      return;
    case PGRES_PIPELINE_SYNC:
    case PGRES_PIPELINE_ABORTED:  // after the error that ended it
      return;
    default:
      return take_error(next.get());
  }
}

void received::take_error(const PGresult* failed) {
  if (has_error_) return;  // the first one is the cause
  words_ = words_of(failed);
  const std::string_view state = this->state();
  if (state.empty()) {  // libpq's own
    words_ = std::string("08006 ").append(PQresultErrorMessage(failed));
    return ended(fate::lost, connection_broke);
  }
  taken_in_ = field(failed, PG_DIAG_CONSTRAINT_NAME);
  for (const meaning& one : meanings) {
    if (!state.starts_with(one.state)) continue;
    ended(one.how, one.why);
    harmless_ = one.harmless;
    return;
  }
}

// Known by the function that says it: its words are translated, and its SQLSTATE is that of any warning.
void received::take_notice(const PGresult* said) {
  if (has_error_ || field(said, PG_DIAG_SOURCE_FUNCTION) != "SyncRepWaitForLSN") return;
  ended(fate::lost, unreplicated);
  words_ = "01000 unsynced";  // short enough to need no memory: what is thrown here would pass through libpq
}

void received::ended(fate how, error why) {
  has_error_ = true;
  harmless_ = false;
  how_ = how;
  why_ = why;
}

void received::lose() {
  harmless_ = false;
  if (has_error_) return;
  words_ = "08006 no answer";
  ended(fate::lost, connection_broke);
}

void received::require_writable() {
  if (how_ != fate::done) return;
  const PGresult* const rows = rows_.get();
  const bool is_writable =
      PQntuples(rows) > 0 && PQgetlength(rows, 0, 0) == 1 && PQgetvalue(rows, 0, 0)[0] == 1;
  if (is_writable) return;
  words_ = "25006 rows of a server that may only be read";
  ended(fate::failed, only_readable);
}

int received::found() const noexcept {
  const int rows = PQntuples(rows_.get());
  return rows == 1 && PQgetisnull(rows_.get(), 0, 1) != 0 ? 0 : rows;
}

std::uint32_t received::changed() const noexcept {
  const char* const text = PQcmdTuples(rows_.get());
  std::uint32_t count = 0;
  std::from_chars(text, text + std::strlen(text), count);
  return count;
}

}  // namespace ekauth::inline v1::postgres
