#include "memory/answer.hpp"

#include <algorithm>
#include <mutex>

namespace ekauth::inline v1::memory {

namespace {

time_point deadline_of(const refresh::record& row) {
  return std::min(row.idle_deadline, row.absolute_deadline.value_or(row.idle_deadline));
}

}  // namespace

result<refresh::insert::reply> answer_from(session_table& table, const refresh::insert& request) {
  const refresh::record& row = request.row;
  const std::unique_lock all(table.lock);
  found_or_made owner(table.subjects, row.granted.subject.text());
  session_table::subject& subject = owner.row();
  if (subject.epoch != row.epoch) return refresh::insert::reply::epoch_changed;

  // All that takes memory comes before what is done of it: the session is whole, or not there.
  std::set<std::string_view> id{""};
  session_table::deadlines deadline{{deadline_of(row), nullptr}};
  const auto [at, is_new] = table.rows.try_emplace(row.id.text(), session_table::entry{row, &subject, {}});
  if (!is_new) return refresh::insert::reply::exists;
  auto listed = id.extract(id.begin());
  listed.value() = at->first;
  subject.sessions.insert(std::move(listed));
  auto queued = deadline.extract(deadline.begin());
  queued.mapped() = &at->first;
  at->second.deadline = table.by_deadline.insert(std::move(queued));
  owner.keep();
  return refresh::insert::reply::inserted;
}

result<refresh::find::reply> answer_from(session_table& table, const refresh::find& request) {
  const std::shared_lock all(table.lock);
  const auto at = table.rows.find(request.id.text());
  if (at == table.rows.end()) return refresh::find::reply{};
  return refresh::find::reply{session_table::found(at->second)};
}

result<refresh::advance::reply> answer_from(session_table& table, const refresh::advance& request) {
  const refresh::record& next = request.row;
  const std::unique_lock all(table.lock);
  const auto at = table.rows.find(next.id.text());
  if (at == table.rows.end()) return false;
  session_table::entry& stored = at->second;
  refresh::record& row = stored.row;
  if (row.version != request.expected || row.state != refresh::status::active ||
      row.epoch != stored.owner->epoch)
    return false;

  row.generation = next.generation;
  row.slot = next.slot;
  row.current = next.current;
  row.previous = next.previous;
  row.salt = next.salt;
  row.rotated_at = next.rotated_at;
  row.last_ok_at = next.last_ok_at;
  row.confirmed_at = next.confirmed_at;
  row.replays = next.replays;
  row.idle_deadline = next.idle_deadline;
  row.version = request.expected + 1;
  auto moved = table.by_deadline.extract(stored.deadline);
  moved.key() = deadline_of(row);
  stored.deadline = table.by_deadline.insert(std::move(moved));
  return true;
}

result<refresh::revoke::reply> answer_from(session_table& table, const refresh::revoke& request) {
  const std::unique_lock all(table.lock);
  const auto at = table.rows.find(request.id.text());
  if (at == table.rows.end()) return refresh::revoke::reply::missing;
  refresh::record& row = at->second.row;
  if (row.state != refresh::status::active) return refresh::revoke::reply::already;
  row.state = refresh::status::revoked;
  row.reason = request.reason;
  row.ended_at = request.at;
  ++row.version;
  return refresh::revoke::reply::revoked;
}

result<refresh::read_epoch::reply> answer_from(session_table& table, const refresh::read_epoch& request) {
  const std::shared_lock all(table.lock);
  const auto at = table.subjects.find(request.subject.text());
  return at == table.subjects.end() ? 0 : at->second.epoch;
}

result<refresh::bump_epoch::reply> answer_from(session_table& table, const refresh::bump_epoch& request) {
  const std::unique_lock all(table.lock);
  session_table::subject& owner = table.subjects[request.subject.text()];
  owner.reason = request.reason;
  return ++owner.epoch;
}

result<refresh::list::reply> answer_from(session_table& table, const refresh::list& request) {
  refresh::list::reply rows;
  const std::shared_lock all(table.lock);
  const auto at = table.subjects.find(request.subject.text());
  if (at == table.subjects.end()) return rows;
  const auto& ids = at->second.sessions;
  for (auto id = ids.upper_bound(request.after.text()); id != ids.end() && rows.size() < request.limit; ++id)
    rows.push_back(session_table::found(table.rows.find(std::string(*id))->second));
  return rows;
}

result<refresh::purge::reply> answer_from(session_table& table, const refresh::purge& request) {
  refresh::purge::reply removed = 0;
  const std::unique_lock all(table.lock);
  auto& queue = table.by_deadline;
  while (removed < request.limit && !queue.empty() && queue.begin()->first <= request.before) {
    const auto at = table.rows.find(*queue.begin()->second);
    session_table::subject& owner = *at->second.owner;
    owner.sessions.erase(at->first);
    // An epoch must outlive the sessions; a subject without one is as good as unknown.
    if (owner.sessions.empty() && owner.epoch == 0)
      table.subjects.erase(at->second.row.granted.subject.text());
    queue.erase(queue.begin());
    table.rows.erase(at);
    ++removed;
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

}  // namespace ekauth::inline v1::memory
