#include "postgres/acts.hpp"
#include "postgres/columns.hpp"

namespace ekauth::inline v1::postgres {

namespace {

constexpr error unstorable{errc::internal_error, "a session record that could not be read back"};
constexpr refresh::end_reason last_reason = refresh::end_reason::admin;

bool is_storable(const refresh::record& row) {
  return is_slot(row.slot) && row.state >= refresh::status::active && row.state <= refresh::status::revoked &&
         row.reason <= last_reason;
}

// In the order of the columns that both reading statements name.
refresh::find::found read_session(columns& row) {
  refresh::find::found found;
  refresh::record& session = found.row;
  session.id = family_id(row.text());
  session.granted.subject = subject_id(row.text());
  session.granted.scopes = row.scopes();
  session.client = row.text();
  session.epoch = row.u64();
  session.generation = row.u32();
  session.slot = row.slot();
  session.current = row.digest_bytes();
  session.previous = row.digest_bytes();
  session.salt = row.bytes<16>();
  session.created_at = row.time();
  session.rotated_at = row.time();
  session.last_ok_at = row.time();
  session.confirmed_at = row.optional_time();
  session.replays = row.u32();
  session.idle_deadline = row.time();
  session.absolute_deadline = row.optional_time();
  if (row.next_is_null())
    row.skip(1);
  else
    session.binding = row.digest_bytes();
  session.state = row.one_of(refresh::status::active, refresh::status::revoked);
  session.reason = row.one_of(refresh::end_reason::none, last_reason);
  session.ended_at = row.optional_time();
  session.version = row.u64();
  found.subject_epoch = row.u64();
  found.subject_reason = row.one_of(refresh::end_reason::none, last_reason);
  return found;
}

result<std::vector<refresh::find::found>> read_sessions(const received& got) {
  std::vector<refresh::find::found> all;
  for (int at = 0; at < got.found(); ++at) {
    columns row = columns::found(got.rows(), at);
    all.push_back(read_session(row));
    if (!row.good()) return corrupt_row;
  }
  return all;
}

}  // namespace

result<statement> to_statement(const refresh::insert& request) {
  const refresh::record& row = request.row;
  if (!is_storable(row)) return unstorable;
  // An epoch that no row can hold is the epoch of none, as NULL is.
  std::optional<std::uint64_t> epoch;
  if (parameters::fits(row.epoch)) epoch = row.epoch;
  return statement{
      sql::insert_session,
      parameters::of(row.id, row.granted.subject, row.granted.scopes.spaced(), row.client, epoch,
                     row.generation, row.slot, row.current, row.previous, row.salt, row.created_at,
                     row.rotated_at, row.last_ok_at, row.confirmed_at, row.replays, row.idle_deadline,
                     row.absolute_deadline, row.binding, row.state, row.reason, row.ended_at, row.version)};
}

// No row of the subject to be seen, and none made, though the epoch is that of a subject without one: another
// login makes it at this moment.
bool is_overtaken(const refresh::insert& request, const received& got) {
  return request.row.epoch == 0 && columns(got.rows(), 0).next_is_null();
}

result<refresh::insert::reply> read_reply(const refresh::insert& request, const received& got) {
  columns row(got.rows(), 0);
  if (row.next_is_null()) return refresh::insert::reply::epoch_changed;  // from 0, as long as there is no row
  const std::uint64_t epoch = row.u64();
  const std::int64_t added = row.integer();
  if (!row.good()) return corrupt_row;
  if (epoch != request.row.epoch) return refresh::insert::reply::epoch_changed;
  return added == 0 ? refresh::insert::reply::exists : refresh::insert::reply::inserted;
}

result<statement> to_statement(const refresh::find& request) {
  return statement{sql::find_session, parameters::of(request.id)};
}

result<refresh::find::reply> read_reply(const refresh::find&, const received& got) {
  auto found = read_sessions(got);
  if (!found) return found.error();
  if (found->empty()) return refresh::find::reply();
  return refresh::find::reply(std::move(found->front()));
}

result<statement> to_statement(const refresh::advance& request) {
  const refresh::record& row = request.row;
  if (!is_slot(row.slot)) return unstorable;
  return statement{sql::advance_session,
                   parameters::of(row.id, request.expected, row.generation, row.slot, row.current,
                                  row.previous, row.salt, row.rotated_at, row.last_ok_at, row.confirmed_at,
                                  row.replays, row.idle_deadline, request.expected + 1)};
}

result<refresh::advance::reply> read_reply(const refresh::advance&, const received& got) {
  return got.changed() == 1;
}

result<statement> to_statement(const refresh::revoke& request) {
  if (request.reason > last_reason) return unstorable;
  return statement{sql::revoke_session, parameters::of(request.id, request.reason, request.at)};
}

// Active when the statement began, and no longer when it came to change it: another one was faster.
bool is_overtaken(const refresh::revoke&, const received& got) {
  columns row(got.rows(), 0);
  return row.integer() == 0 && row.integer() == static_cast<std::int64_t>(refresh::status::active);
}

result<refresh::revoke::reply> read_reply(const refresh::revoke&, const received& got) {
  columns row(got.rows(), 0);
  if (row.integer() == 1) return refresh::revoke::reply::revoked;
  if (row.next_is_null()) return refresh::revoke::reply::missing;
  if (row.integer() != static_cast<std::int64_t>(refresh::status::revoked)) return corrupt_row;
  return refresh::revoke::reply::already;
}

result<statement> to_statement(const refresh::read_epoch& request) {
  return statement{sql::read_epoch, parameters::of(request.subject)};
}

result<refresh::read_epoch::reply> read_reply(const refresh::read_epoch&, const received& got) {
  if (got.found() == 0) return std::uint64_t{0};
  columns row = columns::found(got.rows(), 0);
  row.skip(1);  // the subject
  const std::uint64_t epoch = row.u64();
  if (!row.good()) return corrupt_row;
  return epoch;
}

result<statement> to_statement(const refresh::bump_epoch& request) {
  if (request.reason > last_reason) return unstorable;
  return statement{sql::bump_epoch, parameters::of(request.subject, request.reason, request.at)};
}

result<refresh::bump_epoch::reply> read_reply(const refresh::bump_epoch&, const received& got) {
  if (PQntuples(got.rows()) == 0) return corrupt_row;  // an epoch below 0, which stays
  columns row(got.rows(), 0);
  const std::uint64_t epoch = row.u64();
  if (!row.good()) return corrupt_row;
  return epoch;
}

result<statement> to_statement(const refresh::list& request) {
  return statement{sql::list_sessions, parameters::of(request.subject, request.after, request.limit)};
}

result<refresh::list::reply> read_reply(const refresh::list&, const received& got) {
  return read_sessions(got);
}

result<statement> to_statement(const refresh::purge& request) {
  return statement{sql::purge_sessions, parameters::of(request.before, request.limit)};
}

result<refresh::purge::reply> read_reply(const refresh::purge&, const received& got) { return got.changed(); }

}  // namespace ekauth::inline v1::postgres
