#include "redis/answer.hpp"

namespace ekauth::inline v1::redis {

namespace {

constexpr std::uint32_t most_purged = 500;  // by one script, before others have their turn
using storage::is_slot;
using storage::unstorable_row;

bool is_storable(const refresh::record& row) { return row.version <= most && storage::is_storable(row); }

struct subject_row {
  std::uint64_t epoch = 0;
  refresh::end_reason reason = refresh::end_reason::none;
};

// Epoch and reason, or neither where the subject's epoch never changed.
result<subject_row> read_subject(const redisReply& stored) {
  if (!is_array(stored, 2)) return strange;
  const redisReply &epoch = *stored.element[0], &reason = *stored.element[1];
  if (epoch.type == REDIS_REPLY_NIL && reason.type == REDIS_REPLY_NIL) return subject_row{};
  const auto counted = to_integer(epoch), named = to_integer(reason);
  subject_row found;
  if (!counted || !named || !storage::take(*counted, found.epoch) || !storage::take(*named, found.reason))
    return corrupt_row;
  return found;
}

result<refresh::find::found> read_session(const redisReply& stored, family_id id,
                                          const subject_row& subject) {
  fields row(stored);
  refresh::find::found found;
  found.row.id = std::move(id);
  storage::visit_session_fields(found.row, row.reader());
  if (!row.is_whole()) return corrupt_row;
  found.subject_epoch = subject.epoch;
  found.subject_reason = subject.reason;
  return found;
}

}  // namespace

result<refresh::insert::reply> answer_from(state& store, const refresh::insert& request) {
  const refresh::record& row = request.row;
  const subject_id& subject = row.granted.subject;
  if (!is_storable(row)) return unstorable_row;
  call asked = store.ask(script::insert_session);
  asked.key("session:", row.id).key("subject:", subject).key("sessions:", subject).key("deadlines", "");
  asked.with(row.id, row.epoch, subject, row.idle_deadline, row.absolute_deadline, row.last_ok_at);
  storage::visit_session_fields(row, asked.writer());
  const auto answer = store.write(asked);
  if (!answer) return answer.error();
  const std::string_view said = text_of(**answer);
  if (said == "inserted") return refresh::insert::reply::inserted;
  if (said == "exists") return refresh::insert::reply::exists;
  if (said == "epoch_changed") return refresh::insert::reply::epoch_changed;
  return strange;
}

result<refresh::find::reply> answer_from(state& store, const refresh::find& request) {
  const auto answer = store.read(store.ask(script::find_session).key("session:", request.id));
  if (!answer) return answer.error();
  if ((*answer)->type == REDIS_REPLY_NIL) return refresh::find::reply{};
  if (!is_array(**answer, 2)) return strange;
  const auto subject = read_subject(*(*answer)->element[1]);
  if (!subject) return subject.error();
  auto found = read_session(*(*answer)->element[0], request.id, *subject);
  if (!found) return found.error();
  return refresh::find::reply{*std::move(found)};
}

result<refresh::advance::reply> answer_from(state& store, const refresh::advance& request) {
  const refresh::record& row = request.row;
  if (!is_slot(row.slot) || request.expected >= most) return unstorable_row;
  call asked = store.ask(script::advance_session);
  asked.key("session:", row.id).with(row.id, request.expected, row.idle_deadline, row.last_ok_at);
  storage::visit_advancing_session_fields(row, asked.writer());
  asked.field("version", request.expected + 1);
  return store.change(asked).transform([](std::uint32_t rows) { return rows == 1; });
}

result<refresh::revoke::reply> answer_from(state& store, const refresh::revoke& request) {
  if (!storage::is_storable(request.reason)) return unstorable_row;
  call asked = store.ask(script::revoke_session);
  asked.key("session:", request.id).with(request.reason, request.at);
  const auto answer = store.write(asked);
  if (!answer) return answer.error();
  const std::string_view said = text_of(**answer);
  if (said == "revoked") return refresh::revoke::reply::revoked;
  if (said == "already") return refresh::revoke::reply::already;
  if (said == "missing") return refresh::revoke::reply::missing;
  return strange;
}

result<refresh::read_epoch::reply> answer_from(state& store, const refresh::read_epoch& request) {
  const auto answer = store.read(store.ask(script::read_epoch).key("subject:", request.subject));
  if (!answer) return answer.error();
  if ((*answer)->type == REDIS_REPLY_NIL) return std::uint64_t{0};
  const auto epoch = to_integer(**answer);
  if (!epoch || *epoch < 0) return corrupt_row;
  return static_cast<std::uint64_t>(*epoch);
}

result<refresh::bump_epoch::reply> answer_from(state& store, const refresh::bump_epoch& request) {
  if (!storage::is_storable(request.reason)) return unstorable_row;
  call asked = store.ask(script::bump_epoch);
  asked.key("subject:", request.subject).with(request.reason, request.at);
  const auto answer = store.write(asked);
  if (!answer) return answer.error();
  const auto epoch = to_integer(**answer);
  if (!epoch || *epoch < 1) return strange;
  return static_cast<std::uint64_t>(*epoch);
}

result<refresh::list::reply> answer_from(state& store, const refresh::list& request) {
  call asked = store.ask(script::list_sessions);
  asked.key("sessions:", request.subject).key("subject:", request.subject);
  asked.with(request.after, request.limit);
  const auto answer = store.read(asked);
  if (!answer) return answer.error();
  if (!is_array(**answer, 2)) return strange;
  const auto subject = read_subject(*(*answer)->element[1]);
  if (!subject) return subject.error();
  const auto listed = elements_of(*(*answer)->element[0]);
  if (!listed) return strange;
  refresh::list::reply rows;
  for (const redisReply* const each : *listed) {
    if (!is_array(*each, 2) || !is_text(*each->element[0])) return strange;
    auto row = read_session(*each->element[1], family_id(text_of(*each->element[0])), *subject);
    if (!row) return row.error();
    rows.push_back(*std::move(row));
  }
  return rows;
}

result<refresh::purge::reply> answer_from(state& store, const refresh::purge& request) {
  refresh::purge::reply removed = 0;
  while (removed < request.limit) {
    const std::uint32_t share = std::min(request.limit - removed, most_purged);
    call asked = store.ask(script::purge_sessions);
    asked.key("deadlines", "").with(request.before, share);
    const auto changed = store.change(asked);
    if (!changed) return changed.error();
    removed += *changed;
    if (*changed < share) break;
  }
  return removed;
}

template result<refresh::insert::reply> store::answer(const refresh::insert&);
template result<refresh::find::reply> store::answer(const refresh::find&);
template result<refresh::advance::reply> store::answer(const refresh::advance&);
template result<refresh::revoke::reply> store::answer(const refresh::revoke&);
template result<refresh::read_epoch::reply> store::answer(const refresh::read_epoch&);
template result<refresh::bump_epoch::reply> store::answer(const refresh::bump_epoch&);
template result<refresh::list::reply> store::answer(const refresh::list&);
template result<refresh::purge::reply> store::answer(const refresh::purge&);

}  // namespace ekauth::inline v1::redis
