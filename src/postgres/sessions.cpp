#include "postgres/answer.hpp"
#include "postgres/columns.hpp"

namespace ekauth::inline v1::postgres {

namespace {

using storage::is_slot;
using storage::is_storable;
using storage::unstorable_row;

result<storage::session_rows> read_sessions(const received& got) {
  storage::session_rows found;
  for (int at = 0; at < got.found(); ++at)
    if (auto good = found.add(columns::found(got.rows(), at)); !good) return good.error();
  return found;
}

}  // namespace

result<void> compose(statement& asked, const refresh::insert& request) {
  const refresh::record& row = request.row;
  if (!is_storable(row)) return unstorable_row;
  asked.which = sql::insert_session;
  asked.values.with(row.id);
  storage::visit_session_fields(row, [&](std::string_view name, const auto& value) {
    // An epoch that no row can hold is the epoch of none, as NULL is.
    if (name == "epoch" && !parameters::fits(row.epoch))
      asked.values.with(std::optional<std::uint64_t>());
    else
      asked.values.with(value);
  });
  return {};
}

// No row of the subject to be seen, and none made, though the epoch is that of a subject without one: another
// login makes it at this moment.
bool is_overtaken(const refresh::insert& request, const received& got) {
  return request.row.epoch == 0 && columns(got.rows(), 0).next_is_null();
}

result<refresh::insert::reply> read_reply(const refresh::insert& request, const received& got) {
  columns row(got.rows(), 0);
  if (row.next_is_null()) return refresh::insert::reply::epoch_changed;  // from 0, as long as there is no row
  const auto epoch = row.read<std::uint64_t>();
  const std::int64_t added = row.integer();
  if (!row.good()) return corrupt_row;
  if (epoch != request.row.epoch) return refresh::insert::reply::epoch_changed;
  return added == 0 ? refresh::insert::reply::exists : refresh::insert::reply::inserted;
}

result<void> compose(statement& asked, const refresh::find& request) {
  asked = {sql::find_session, parameters::of(request.id)};
  return {};
}

result<refresh::find::reply> read_reply(const refresh::find&, const received& got) {
  auto found = read_sessions(got);
  if (!found) return found.error();
  return (*std::move(found)).one();
}

result<void> compose(statement& asked, const refresh::advance& request) {
  const refresh::record& row = request.row;
  if (!is_slot(row.slot)) return unstorable_row;
  asked.which = sql::advance_session;
  asked.values.with(row.id, request.expected);
  storage::visit_advancing_session_fields(row, asked.values.binder());
  asked.values.with(request.expected + 1);
  return {};
}

result<refresh::advance::reply> read_reply(const refresh::advance&, const received& got) {
  return got.changed() == 1;
}

result<void> compose(statement& asked, const refresh::revoke& request) {
  if (!is_storable(request.reason)) return unstorable_row;
  asked = {sql::revoke_session, parameters::of(request.id, request.reason, request.at)};
  return {};
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

result<void> compose(statement& asked, const refresh::read_epoch& request) {
  asked = {sql::read_epoch, parameters::of(request.subject)};
  return {};
}

result<refresh::read_epoch::reply> read_reply(const refresh::read_epoch&, const received& got) {
  if (got.found() == 0) return std::uint64_t{0};
  columns row = columns::found(got.rows(), 0);
  row.skip(1);  // the subject
  const auto epoch = row.read<std::uint64_t>();
  if (!row.good()) return corrupt_row;
  return epoch;
}

result<void> compose(statement& asked, const refresh::bump_epoch& request) {
  if (!is_storable(request.reason)) return unstorable_row;
  asked = {sql::bump_epoch, parameters::of(request.subject, request.reason, request.at)};
  return {};
}

result<refresh::bump_epoch::reply> read_reply(const refresh::bump_epoch&, const received& got) {
  if (PQntuples(got.rows()) == 0) return corrupt_row;  // an epoch below 0, which stays
  columns row(got.rows(), 0);
  const auto epoch = row.read<std::uint64_t>();
  if (!row.good()) return corrupt_row;
  return epoch;
}

result<void> compose(statement& asked, const refresh::list& request) {
  asked = {sql::list_sessions, parameters::of(request.subject, request.after, request.limit)};
  return {};
}

result<refresh::list::reply> read_reply(const refresh::list&, const received& got) {
  auto found = read_sessions(got);
  if (!found) return found.error();
  return (*std::move(found)).all();
}

result<void> compose(statement& asked, const refresh::purge& request) {
  asked = {sql::purge_sessions, parameters::of(request.before, request.limit)};
  return {};
}

result<refresh::purge::reply> read_reply(const refresh::purge&, const received& got) { return got.changed(); }

template class act<refresh::insert>;
template class act<refresh::find>;
template class act<refresh::advance>;
template class act<refresh::revoke>;
template class act<refresh::read_epoch>;
template class act<refresh::bump_epoch>;
template class act<refresh::list>;
template class act<refresh::purge>;

template result<refresh::insert::reply> store::answer(const refresh::insert&);
template result<refresh::find::reply> store::answer(const refresh::find&);
template result<refresh::advance::reply> store::answer(const refresh::advance&);
template result<refresh::revoke::reply> store::answer(const refresh::revoke&);
template result<refresh::read_epoch::reply> store::answer(const refresh::read_epoch&);
template result<refresh::bump_epoch::reply> store::answer(const refresh::bump_epoch&);
template result<refresh::list::reply> store::answer(const refresh::list&);
template result<refresh::purge::reply> store::answer(const refresh::purge&);

}  // namespace ekauth::inline v1::postgres
