#include "sqlite/inside.hpp"

namespace ekauth::inline v1::sqlite {

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

result<std::vector<refresh::find::found>> read_sessions(query& asked) {
  std::vector<refresh::find::found> all;
  int code = SQLITE_DONE;
  while ((code = asked.step()) == SQLITE_ROW) {
    columns row(asked.row());
    all.push_back(read_session(row));
    if (!row.good()) return corrupt_row;
  }
  if (code != SQLITE_DONE) return trouble(code);
  return all;
}

result<std::uint64_t> read_epoch(const connection& db, const subject_id& subject) {
  query asked = db.ask(sql::read_epoch);
  const int code = asked.with(subject).step();
  if (code == SQLITE_DONE) return std::uint64_t{0};
  if (code != SQLITE_ROW) return trouble(code);
  columns row(asked.row());
  const std::uint64_t epoch = row.u64();
  if (!row.good()) return corrupt_row;
  return epoch;
}

}  // namespace

result<refresh::insert::reply> store::insert_session(const refresh::insert& request) {
  const refresh::record& row = request.row;
  if (!is_storable(row)) return unstorable;
  const std::string scopes = row.granted.scopes.spaced();
  return inside_->write([&](const connection& db) -> result<refresh::insert::reply> {
    const auto epoch = read_epoch(db, row.granted.subject);
    if (!epoch) return epoch.error();
    if (*epoch != row.epoch) return refresh::insert::reply::epoch_changed;
    const auto added =
        db.ask(sql::insert_session)
            .with(row.id, row.granted.subject, scopes, row.client, row.epoch, row.generation, row.slot,
                  row.current, row.previous, row.salt, row.created_at, row.rotated_at, row.last_ok_at,
                  row.confirmed_at, row.replays, row.idle_deadline, row.absolute_deadline, row.binding,
                  row.state, row.reason, row.ended_at, row.version)
            .run();
    if (!added) return added.error();
    return *added == 0 ? refresh::insert::reply::exists : refresh::insert::reply::inserted;
  });
}

result<refresh::find::reply> store::find_session(const refresh::find& request) {
  return inside_->read([&](const connection& db) -> result<refresh::find::reply> {
    query asked = db.ask(sql::find_session);
    auto found = read_sessions(asked.with(request.id));
    if (!found) return found.error();
    if (found->empty()) return refresh::find::reply{};
    return refresh::find::reply{std::move(found->front())};
  });
}

result<refresh::advance::reply> store::advance_session(const refresh::advance& request) {
  const refresh::record& row = request.row;
  if (!is_slot(row.slot)) return unstorable;
  return inside_->write([&](const connection& db) -> result<refresh::advance::reply> {
    const auto changed = db.ask(sql::advance_session)
                             .with(row.id, request.expected, row.generation, row.slot, row.current,
                                   row.previous, row.salt, row.rotated_at, row.last_ok_at, row.confirmed_at,
                                   row.replays, row.idle_deadline, request.expected + 1)
                             .run();
    if (!changed) return changed.error();
    return *changed == 1;
  });
}

result<refresh::revoke::reply> store::revoke_session(const refresh::revoke& request) {
  if (request.reason > last_reason) return unstorable;
  return inside_->write([&](const connection& db) -> result<refresh::revoke::reply> {
    const auto changed = db.ask(sql::revoke_session).with(request.id, request.reason, request.at).run();
    if (!changed) return changed.error();
    if (*changed == 1) return refresh::revoke::reply::revoked;
    query asked = db.ask(sql::session_state);
    const int code = asked.with(request.id).step();
    if (code == SQLITE_DONE) return refresh::revoke::reply::missing;
    if (code != SQLITE_ROW) return trouble(code);
    columns row(asked.row());
    if (row.integer() != static_cast<std::int64_t>(refresh::status::revoked)) return corrupt_row;
    return refresh::revoke::reply::already;
  });
}

result<refresh::read_epoch::reply> store::read_subject_epoch(const refresh::read_epoch& request) {
  return inside_->read([&](const connection& db) { return read_epoch(db, request.subject); });
}

result<refresh::bump_epoch::reply> store::bump_subject_epoch(const refresh::bump_epoch& request) {
  if (request.reason > last_reason) return unstorable;
  return inside_->write([&](const connection& db) -> result<refresh::bump_epoch::reply> {
    query asked = db.ask(sql::bump_epoch);
    if (const int code = asked.with(request.subject, request.reason, request.at).step(); code != SQLITE_ROW)
      return trouble(code);
    columns row(asked.row());
    const std::uint64_t epoch = row.u64();
    if (!row.good()) return corrupt_row;
    if (const int code = asked.step(); code != SQLITE_DONE) return trouble(code);
    return epoch;
  });
}

result<refresh::list::reply> store::list_sessions(const refresh::list& request) {
  return inside_->read([&](const connection& db) -> result<refresh::list::reply> {
    query asked = db.ask(sql::list_sessions);
    return read_sessions(asked.with(request.subject, request.after, request.limit));
  });
}

result<refresh::purge::reply> store::purge_sessions(const refresh::purge& request) {
  return inside_->write([&](const connection& db) -> result<refresh::purge::reply> {
    return db.ask(sql::purge_sessions).with(request.before, request.limit).run();
  });
}

}  // namespace ekauth::inline v1::sqlite
