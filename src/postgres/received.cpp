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
    {"25006", fate::failed, {errc::store_unavailable, "the server may only be read"}},
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
  const std::string_view state = field(failed, PG_DIAG_SQLSTATE);
  words_.assign(state).append(" ").append(field(failed, PG_DIAG_MESSAGE_PRIMARY));
  if (state.empty()) return ended(fate::lost, connection_broke);  // libpq's own
  taken_in_ = field(failed, PG_DIAG_CONSTRAINT_NAME);
  for (const meaning& one : meanings) {
    if (!state.starts_with(one.state)) continue;
    ended(one.how, one.why);
    harmless_ = one.harmless;
    return;
  }
}

void received::ended(fate how, error why) {
  has_error_ = true;
  harmless_ = false;
  how_ = how;
  why_ = why;
}

void received::lose() {
  harmless_ = false;
  if (!has_error_) ended(fate::lost, connection_broke);
}

std::uint32_t received::changed() const noexcept {
  const char* const text = PQcmdTuples(rows_.get());
  std::uint32_t count = 0;
  std::from_chars(text, text + std::strlen(text), count);
  return count;
}

}  // namespace ekauth::inline v1::postgres
