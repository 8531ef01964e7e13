#include "redis/inside.hpp"

namespace ekauth::inline v1::redis {

namespace {

constexpr std::uint32_t most_purged = 500;  // by one script, before others have their turn
constexpr error unstorable{errc::internal_error, "a session record that could not be read back"};
constexpr refresh::end_reason last_reason = refresh::end_reason::admin;

bool is_storable(const refresh::record& row) {
  return is_slot(row.slot) && row.version <= most && row.state >= refresh::status::active &&
         row.state <= refresh::status::revoked && row.reason <= last_reason;
}

// What advance stores.
void write_changing(call& asked, const refresh::record& row, std::uint64_t version) {
  asked.field("generation", row.generation).field("slot", row.slot);
  asked.field("current_digest", row.current).field("previous_digest", row.previous).field("salt", row.salt);
  asked.field("rotated_at", row.rotated_at).field("last_ok_at", row.last_ok_at);
  asked.field("replays", row.replays).field("idle_deadline", row.idle_deadline).field("version", version);
  asked.field("confirmed_at", row.confirmed_at);
}

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
  if (!counted || *counted < 0 || !named || *named < 0 || *named > static_cast<int>(last_reason))
    return corrupt_row;
  return subject_row{static_cast<std::uint64_t>(*counted), static_cast<refresh::end_reason>(*named)};
}

result<refresh::find::found> read_session(const redisReply& stored, family_id id,
                                          const subject_row& subject) {
  fields row(stored);
  refresh::find::found found;
  refresh::record& session = found.row;
  session.id = std::move(id);
  session.granted.subject = subject_id(row.text("subject"));
  session.granted.scopes = row.scopes("scopes");
  session.client = row.text("client");
  session.epoch = row.u64("epoch");
  session.created_at = row.time("created_at");
  session.absolute_deadline = row.optional_time("absolute_deadline");
  if (row.has("binding")) session.binding = row.bytes<32>("binding");
  session.state = row.one_of("state", refresh::status::active, refresh::status::revoked);
  session.reason = row.one_of("reason", refresh::end_reason::none, last_reason);
  session.ended_at = row.optional_time("ended_at");
  session.generation = row.u32("generation");
  session.slot = row.slot("slot");
  session.current = row.bytes<32>("current_digest");
  session.previous = row.bytes<32>("previous_digest");
  session.salt = row.bytes<16>("salt");
  session.rotated_at = row.time("rotated_at");
  session.last_ok_at = row.time("last_ok_at");
  session.replays = row.u32("replays");
  session.idle_deadline = row.time("idle_deadline");
  session.version = row.u64("version");
  session.confirmed_at = row.optional_time("confirmed_at");
  if (!row.is_whole()) return corrupt_row;
  found.subject_epoch = subject.epoch;
  found.subject_reason = subject.reason;
  return found;
}

}  // namespace

result<refresh::insert::reply> store::insert_session(const refresh::insert& request) {
  const refresh::record& row = request.row;
  const subject_id& subject = row.granted.subject;
  if (!is_storable(row)) return unstorable;
  call asked = inside_->ask(script::insert_session);
  asked.key("session:", row.id).key("subject:", subject).key("sessions:", subject).key("deadlines", "");
  asked.with(row.id, row.epoch, subject, row.idle_deadline, row.absolute_deadline, row.last_ok_at);
  asked.field("subject", subject).field("scopes", row.granted.scopes.spaced()).field("client", row.client);
  asked.field("epoch", row.epoch).field("created_at", row.created_at);
  asked.field("absolute_deadline", row.absolute_deadline).field("binding", row.binding);
  asked.field("state", row.state).field("reason", row.reason).field("ended_at", row.ended_at);
  write_changing(asked, row, row.version);
  const auto answer = inside_->write(asked);
  if (!answer) return answer.error();
  const std::string_view said = text_of(**answer);
  if (said == "inserted") return refresh::insert::reply::inserted;
  if (said == "exists") return refresh::insert::reply::exists;
  if (said == "epoch_changed") return refresh::insert::reply::epoch_changed;
  return strange;
}

result<refresh::find::reply> store::find_session(const refresh::find& request) {
  const auto answer = inside_->read(inside_->ask(script::find_session).key("session:", request.id));
  if (!answer) return answer.error();
  if ((*answer)->type == REDIS_REPLY_NIL) return refresh::find::reply{};
  if (!is_array(**answer, 2)) return strange;
  const auto subject = read_subject(*(*answer)->element[1]);
  if (!subject) return subject.error();
  auto found = read_session(*(*answer)->element[0], request.id, *subject);
  if (!found) return found.error();
  return refresh::find::reply{*std::move(found)};
}

result<refresh::advance::reply> store::advance_session(const refresh::advance& request) {
  const refresh::record& row = request.row;
  if (!is_slot(row.slot) || request.expected >= most) return unstorable;
  call asked = inside_->ask(script::advance_session);
  asked.key("session:", row.id).with(row.id, request.expected, row.idle_deadline, row.last_ok_at);
  write_changing(asked, row, request.expected + 1);
  return inside_->change(asked).transform([](std::uint32_t rows) { return rows == 1; });
}

result<refresh::revoke::reply> store::revoke_session(const refresh::revoke& request) {
  if (request.reason > last_reason) return unstorable;
  call asked = inside_->ask(script::revoke_session);
  asked.key("session:", request.id).with(request.reason, request.at);
  const auto answer = inside_->write(asked);
  if (!answer) return answer.error();
  const std::string_view said = text_of(**answer);
  if (said == "revoked") return refresh::revoke::reply::revoked;
  if (said == "already") return refresh::revoke::reply::already;
  if (said == "missing") return refresh::revoke::reply::missing;
  return strange;
}

result<refresh::read_epoch::reply> store::read_subject_epoch(const refresh::read_epoch& request) {
  const auto answer = inside_->read(inside_->ask(script::read_epoch).key("subject:", request.subject));
  if (!answer) return answer.error();
  if ((*answer)->type == REDIS_REPLY_NIL) return std::uint64_t{0};
  const auto epoch = to_integer(**answer);
  if (!epoch || *epoch < 0) return corrupt_row;
  return static_cast<std::uint64_t>(*epoch);
}

result<refresh::bump_epoch::reply> store::bump_subject_epoch(const refresh::bump_epoch& request) {
  if (request.reason > last_reason) return unstorable;
  call asked = inside_->ask(script::bump_epoch);
  asked.key("subject:", request.subject).with(request.reason, request.at);
  const auto answer = inside_->write(asked);
  if (!answer) return answer.error();
  const auto epoch = to_integer(**answer);
  if (!epoch || *epoch < 1) return strange;
  return static_cast<std::uint64_t>(*epoch);
}

result<refresh::list::reply> store::list_sessions(const refresh::list& request) {
  call asked = inside_->ask(script::list_sessions);
  asked.key("sessions:", request.subject).key("subject:", request.subject);
  asked.with(request.after, request.limit);
  const auto answer = inside_->read(asked);
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

result<refresh::purge::reply> store::purge_sessions(const refresh::purge& request) {
  refresh::purge::reply removed = 0;
  while (removed < request.limit) {
    const std::uint32_t share = std::min(request.limit - removed, most_purged);
    call asked = inside_->ask(script::purge_sessions);
    asked.key("deadlines", "").with(request.before, share);
    const auto changed = inside_->change(asked);
    if (!changed) return changed.error();
    removed += *changed;
    if (*changed < share) break;
  }
  return removed;
}

}  // namespace ekauth::inline v1::redis
