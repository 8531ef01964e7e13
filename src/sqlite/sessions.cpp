#include "sqlite/answer.hpp"

namespace ekauth::inline v1::sqlite {

namespace {

using storage::is_slot;
using storage::is_storable;
using storage::unstorable_row;

result<std::uint64_t> epoch_of(const connection& db, const subject_id& subject) {
  query asked = db.ask(sql::read_epoch);
  const int code = asked.with(subject).step();
  if (code == SQLITE_DONE) return std::uint64_t{0};
  if (code != SQLITE_ROW) return trouble(code);
  columns row = asked.row();
  const auto epoch = row.read<std::uint64_t>();
  if (!row.good()) return corrupt_row;
  return epoch;
}

}  // namespace

result<refresh::insert::reply> answer_from(state& store, const refresh::insert& request) {
  const refresh::record& row = request.row;
  if (!is_storable(row)) return unstorable_row;
  return store.write([&](const connection& db) -> result<refresh::insert::reply> {
    const auto epoch = epoch_of(db, row.granted.subject);
    if (!epoch) return epoch.error();
    if (*epoch != row.epoch) return refresh::insert::reply::epoch_changed;
    query asked = db.ask(sql::insert_session);
    asked.with(row.id);
    storage::visit_session_fields(row, asked.binder());
    const auto added = asked.run();
    if (!added) return added.error();
    return *added == 0 ? refresh::insert::reply::exists : refresh::insert::reply::inserted;
  });
}

result<refresh::find::reply> answer_from(state& store, const refresh::find& request) {
  return store.read([&](const connection& db) -> result<refresh::find::reply> {
    storage::session_rows found;
    query asked = db.ask(sql::find_session);
    if (auto read = asked.with(request.id).read_into(found); !read) return read.error();
    return std::move(found).one();
  });
}

result<refresh::advance::reply> answer_from(state& store, const refresh::advance& request) {
  const refresh::record& row = request.row;
  if (!is_slot(row.slot)) return unstorable_row;
  return store.write([&](const connection& db) -> result<refresh::advance::reply> {
    query asked = db.ask(sql::advance_session);
    asked.with(row.id, request.expected);
    storage::visit_advancing_session_fields(row, asked.binder());
    const auto changed = asked.with(request.expected + 1).run();
    if (!changed) return changed.error();
    return *changed == 1;
  });
}

result<refresh::revoke::reply> answer_from(state& store, const refresh::revoke& request) {
  if (!is_storable(request.reason)) return unstorable_row;
  return store.write([&](const connection& db) -> result<refresh::revoke::reply> {
    const auto changed = db.ask(sql::revoke_session).with(request.id, request.reason, request.at).run();
    if (!changed) return changed.error();
    if (*changed == 1) return refresh::revoke::reply::revoked;
    query asked = db.ask(sql::session_state);
    const int code = asked.with(request.id).step();
    if (code == SQLITE_DONE) return refresh::revoke::reply::missing;
    if (code != SQLITE_ROW) return trouble(code);
    if (asked.row().integer() != static_cast<std::int64_t>(refresh::status::revoked)) return corrupt_row;
    return refresh::revoke::reply::already;
  });
}

result<refresh::read_epoch::reply> answer_from(state& store, const refresh::read_epoch& request) {
  return store.read([&](const connection& db) { return epoch_of(db, request.subject); });
}

result<refresh::bump_epoch::reply> answer_from(state& store, const refresh::bump_epoch& request) {
  if (!is_storable(request.reason)) return unstorable_row;
  return store.write([&](const connection& db) -> result<refresh::bump_epoch::reply> {
    query asked = db.ask(sql::bump_epoch);
    if (const int code = asked.with(request.subject, request.reason, request.at).step(); code != SQLITE_ROW)
      return trouble(code);
    columns row = asked.row();
    const auto epoch = row.read<std::uint64_t>();
    if (!row.good()) return corrupt_row;
    if (const int code = asked.step(); code != SQLITE_DONE) return trouble(code);
    return epoch;
  });
}

result<refresh::list::reply> answer_from(state& store, const refresh::list& request) {
  return store.read([&](const connection& db) -> result<refresh::list::reply> {
    storage::session_rows found;
    query asked = db.ask(sql::list_sessions);
    asked.with(request.subject, request.after, request.limit);
    if (auto read = asked.read_into(found); !read) return read.error();
    return std::move(found).all();
  });
}

result<refresh::purge::reply> answer_from(state& store, const refresh::purge& request) {
  return store.write([&](const connection& db) -> result<refresh::purge::reply> {
    return db.ask(sql::purge_sessions).with(request.before, request.limit).run();
  });
}

template result<refresh::insert::reply> store::answer(const refresh::insert&);
template result<refresh::find::reply> store::answer(const refresh::find&);
template result<refresh::advance::reply> store::answer(const refresh::advance&);
template result<refresh::revoke::reply> store::answer(const refresh::revoke&);
template result<refresh::read_epoch::reply> store::answer(const refresh::read_epoch&);
template result<refresh::bump_epoch::reply> store::answer(const refresh::bump_epoch&);
template result<refresh::list::reply> store::answer(const refresh::list&);
template result<refresh::purge::reply> store::answer(const refresh::purge&);

}  // namespace ekauth::inline v1::sqlite
