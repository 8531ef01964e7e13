// A store of sessions that is right, or wrong in exactly one way.
#pragma once

#include <ekauth/refresh_store.hpp>

#include "testing/faulty.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace faulty {

enum class sessions_defect {
  none,
  insert_overwrites,
  insert_looks_first,
  insert_ignores_epoch,
  insert_reads_epoch_first,
  find_ignores_case,
  find_is_cached,
  find_reads_epoch_first,
  find_reads_epoch_last,
  find_reads_twice,
  replicas_lag,
  zero_is_null,
  subject_ends_at_nul,
  subject_ignores_case,
  client_is_cut,
  generation_is_signed,
  version_is_a_double,
  time_is_seconds,
  advance_ignores_version,
  advance_looks_first,
  advance_does_nothing,
  advance_ignores_epoch,
  advance_trusts_the_caller,
  advance_reads_epoch_first,
  advance_reads_state_first,
  advance_revives,
  created_at_is_rewritten,
  absolute_deadline_is_rewritten,
  confirmed_at_stays,
  idle_deadline_stays,
  salt_stays,
  version_stays,
  times_never_go_back,
  revoke_does_nothing,
  revoke_is_repeated,
  revoke_never_misses,
  revoke_looks_first,
  revoke_keeps_no_reason,
  bump_keeps_first_reason,
  bump_answers_old,
  bump_reads_first,
  bump_hits_everybody,
  list_ignores_case,
  list_omits_ended,
  list_lacks_epochs,
  list_skips_one,
  list_wants_known_after,
  list_by_position,
  list_leaks,
  purge_is_exclusive,
  purge_takes_one_more,
  purge_ignores_absolute,
  purge_takes_revoked,
  purge_by_first_deadline,
  purge_ignores_limit,
  purge_counts_nothing,
  purge_remembers_latest,
  purge_forgets_epochs,
  purge_looks_first,
  refuses_the_past,
};

class sessions_store final : public refresh::store, private one_lock {
 public:
  explicit sessions_store(sessions_defect defect = sessions_defect::none) : defect_(defect) {}

  result<refresh::insert::reply> answer(const refresh::insert& request) override {
    held all = enter();
    entry added{stored(request.row), request.row.idle_deadline};
    const std::string& id = request.row.id.text();
    subject& owner = subjects_[name(request.row.granted.subject)];
    if (owner.epoch != request.row.epoch && !has(sessions_defect::insert_ignores_epoch))
      return refresh::insert::reply::epoch_changed;
    if (has(sessions_defect::insert_reads_epoch_first) && owner.is_ending) leave_until(all, owner.is_ended);
    const bool is_taken = rows_.count(id) != 0;
    if (has(sessions_defect::insert_looks_first) && !is_taken) leave_for(all, 4);
    if (is_taken && has(sessions_defect::insert_overwrites)) rows_[id] = added;
    if (is_taken) return refresh::insert::reply::exists;
    if (has(sessions_defect::insert_looks_first)) rows_.erase(id);
    rows_.try_emplace(id, added);
    replica_.try_emplace(id, added);
    return refresh::insert::reply::inserted;
  }

  result<refresh::find::reply> answer(const refresh::find& request) override {
    held all = enter();
    std::string id = request.id.text();
    if (has(sessions_defect::find_ignores_case))
      for (const auto& [text, one] : rows_)
        if (lower(text) == lower(id)) id = text;
    const bool ask_replica = has(sessions_defect::replicas_lag) && ++finds_ % 2 == 0;
    auto& rows = ask_replica || has(sessions_defect::find_is_cached) ? replica_ : rows_;
    if (has(sessions_defect::find_reads_epoch_first)) {
      const subject before = last_bumped_ == nullptr ? subject() : *last_bumped_;
      leave_for(all, 40);
      const auto at = rows.find(id);
      if (at == rows.end()) return refresh::find::reply{};
      return refresh::find::reply{refresh::find::found{at->second.row, before.epoch, before.reason}};
    }
    const auto at = rows.find(id);
    if (at == rows.end()) return refresh::find::reply{};
    refresh::record row = at->second.row;
    if (has(sessions_defect::find_reads_epoch_last)) leave_for(all, 40);
    if (has(sessions_defect::find_reads_twice)) {
      leave_for(all, 8);
      row.current = at->second.row.current;
    }
    return refresh::find::reply{found(std::move(row))};
  }

  result<refresh::advance::reply> answer(const refresh::advance& request) override {
    held all = enter();
    const auto at = rows_.find(request.row.id.text());
    if (at == rows_.end()) return false;
    refresh::record& row = at->second.row;
    const subject& owner = subjects_[name(row.granted.subject)];
    const std::uint64_t epoch =
        has(sessions_defect::advance_trusts_the_caller) ? request.row.epoch : row.epoch;
    if (row.version != request.expected && !has(sessions_defect::advance_ignores_version)) return false;
    if (row.state != refresh::status::active && !has(sessions_defect::advance_revives)) return false;
    if (epoch != owner.epoch && !has(sessions_defect::advance_ignores_epoch)) return false;
    if (has(sessions_defect::advance_looks_first)) leave_for(all, 4);
    if (has(sessions_defect::advance_reads_epoch_first) && owner.is_ending) leave_until(all, owner.is_ended);
    if (has(sessions_defect::advance_reads_state_first) && at->second.is_ending)
      leave_until(all, at->second.is_ended);
    if (has(sessions_defect::advance_does_nothing)) return true;
    change(at->second, request);
    if (has(sessions_defect::replicas_lag)) leave_for(all, 8);
    if (has(sessions_defect::replicas_lag)) replica_[at->first] = at->second;
    return true;
  }

  result<refresh::revoke::reply> answer(const refresh::revoke& request) override {
    held all = enter();
    const auto at = rows_.find(request.id.text());
    if (at == rows_.end())
      return has(sessions_defect::revoke_never_misses) ? refresh::revoke::reply::already
                                                       : refresh::revoke::reply::missing;
    refresh::record& row = at->second.row;
    if (has(sessions_defect::refuses_the_past) && request.at < row.created_at)
      return error{errc::store_corrupt, "ended before it began"};
    if (row.state != refresh::status::active && !has(sessions_defect::revoke_is_repeated))
      return refresh::revoke::reply::already;
    if (has(sessions_defect::revoke_looks_first)) leave_for(all, 4);
    if (has(sessions_defect::advance_reads_state_first)) {
      at->second.is_ending = true;
      leave_for(all, 8);
    }
    if (has(sessions_defect::revoke_does_nothing)) return refresh::revoke::reply::revoked;
    const bool again = row.state != refresh::status::active;
    row.state = refresh::status::revoked;
    row.reason = has(sessions_defect::revoke_keeps_no_reason) ? refresh::end_reason::none : request.reason;
    row.ended_at = request.at;
    ++row.version;
    at->second.is_ended = true;
    replica_[at->first] = at->second;
    return again ? refresh::revoke::reply::already : refresh::revoke::reply::revoked;
  }

  result<refresh::read_epoch::reply> answer(const refresh::read_epoch& request) override {
    held all = enter();
    return subjects_[name(request.subject)].epoch;
  }

  result<refresh::bump_epoch::reply> answer(const refresh::bump_epoch& request) override {
    held all = enter();
    if (has(sessions_defect::bump_hits_everybody))
      for (auto& each : subjects_)
        if (each.first != name(request.subject)) ++each.second.epoch;
    subject& owner = subjects_[name(request.subject)];
    if (has(sessions_defect::advance_reads_epoch_first) || has(sessions_defect::insert_reads_epoch_first)) {
      owner.is_ending = true;
      leave_for(all, 8);
    }
    const std::uint64_t before = owner.epoch;
    if (has(sessions_defect::bump_reads_first)) leave_for(all, 4);
    if (before == 0 || !has(sessions_defect::bump_keeps_first_reason)) owner.reason = request.reason;
    owner.epoch = before + 1;
    owner.is_ended = true;
    last_bumped_ = &owner;
    return has(sessions_defect::bump_answers_old) ? before : owner.epoch;
  }

  result<refresh::list::reply> answer(const refresh::list& request) override {
    held all = enter();
    refresh::list::reply listed;
    std::uint32_t room = request.limit;
    const std::string& after = request.after.text();
    if (has(sessions_defect::list_wants_known_after) && !after.empty() && rows_.count(after) == 0)
      return listed;
    bool skip = has(sessions_defect::list_skips_one) && !after.empty();
    std::size_t position = 0;
    for (const auto& [id, one] : rows_) {
      if (!is_owned(one.row, request.subject)) continue;
      if (has(sessions_defect::list_omits_ended) && one.row.state == refresh::status::revoked) continue;
      if (has(sessions_defect::list_by_position) && !after.empty() ? position++ < page_end_ : id <= after)
        continue;
      if (std::exchange(skip, false)) continue;
      if (room-- == 0) break;
      listed.push_back(found(one.row));
      if (has(sessions_defect::list_lacks_epochs)) listed.back().subject_epoch = one.row.epoch;
    }
    page_end_ = listed.size();
    if (has(sessions_defect::list_ignores_case))
      std::stable_sort(listed.begin(), listed.end(), [](const auto& a, const auto& b) {
        return lower(a.row.id.text()) < lower(b.row.id.text());
      });
    return listed;
  }

  result<refresh::purge::reply> answer(const refresh::purge& request) override {
    held all = enter();
    time_point before = request.before;
    if (has(sessions_defect::purge_is_exclusive)) before -= duration(1);
    if (has(sessions_defect::purge_takes_one_more)) before += duration(1);
    if (has(sessions_defect::purge_remembers_latest))
      before = latest_purge_ = std::max(latest_purge_, before);
    const std::uint32_t limit = has(sessions_defect::purge_ignores_limit) ? 0xffffffff : request.limit;
    std::vector<std::string> due;
    for (const auto& [id, one] : rows_)
      if (due.size() < limit && is_due(one, before)) due.push_back(id);
    if (has(sessions_defect::purge_looks_first)) leave_for(all, 4);
    for (const std::string& id : due) {
      if (has(sessions_defect::purge_forgets_epochs)) subjects_.erase(name(rows_[id].row.granted.subject));
      rows_.erase(id);
      replica_.erase(id);
    }
    return has(sessions_defect::purge_counts_nothing) ? 0 : static_cast<std::uint32_t>(due.size());
  }

 private:
  struct subject {
    std::uint64_t epoch = 0;
    refresh::end_reason reason = refresh::end_reason::none;
    bool is_ending = false, is_ended = false;
  };
  struct entry {
    refresh::record row;
    time_point first_deadline;
    bool is_ending = false, is_ended = false;
  };

  [[nodiscard]] bool has(sessions_defect which) const { return defect_ == which; }

  // What an unsuitable column makes of a name and of a row.
  [[nodiscard]] std::string name(const subject_id& subject_name) const {
    if (has(sessions_defect::subject_ends_at_nul)) return until_nul(subject_name.text());
    if (has(sessions_defect::subject_ignores_case)) return lower(subject_name.text());
    return subject_name.text();
  }
  [[nodiscard]] refresh::record stored(refresh::record row) const {
    if (has(sessions_defect::zero_is_null) && row.confirmed_at == time_point()) row.confirmed_at.reset();
    if (has(sessions_defect::client_is_cut)) row.client.resize(std::min<std::size_t>(row.client.size(), 255));
    if (has(sessions_defect::generation_is_signed)) row.generation &= 0x7fffffffu;
    if (has(sessions_defect::version_is_a_double) && row.version < ~std::uint64_t{0} - 1024)
      row.version = static_cast<std::uint64_t>(static_cast<double>(row.version));
    if (has(sessions_defect::time_is_seconds))
      row.created_at = std::chrono::time_point_cast<std::chrono::seconds>(row.created_at);
    return row;
  }

  [[nodiscard]] refresh::find::found found(refresh::record row) {
    const subject& owner = subjects_[name(row.granted.subject)];
    return {std::move(row), owner.epoch, owner.reason};
  }

  [[nodiscard]] bool is_owned(const refresh::record& row, const subject_id& wanted) const {
    if (has(sessions_defect::list_leaks)) return row.granted.subject.text().starts_with(wanted.text());
    return name(row.granted.subject) == name(wanted);
  }

  void change(entry& one, const refresh::advance& request) const {
    const refresh::record old = std::exchange(one.row, request.row);
    refresh::record& row = one.row;
    row.id = old.id;
    row.granted = old.granted;
    row.client = old.client;
    row.epoch = old.epoch;
    row.binding = old.binding;
    row.state = old.state;
    row.reason = old.reason;
    row.ended_at = old.ended_at;
    row.version = old.version + (has(sessions_defect::version_stays) ? 0 : 1);
    if (has(sessions_defect::advance_revives)) row.state = refresh::status::active;
    if (!has(sessions_defect::created_at_is_rewritten)) row.created_at = old.created_at;
    if (!has(sessions_defect::absolute_deadline_is_rewritten)) row.absolute_deadline = old.absolute_deadline;
    if (has(sessions_defect::confirmed_at_stays) && !row.confirmed_at) row.confirmed_at = old.confirmed_at;
    if (has(sessions_defect::idle_deadline_stays)) row.idle_deadline = old.idle_deadline;
    if (has(sessions_defect::salt_stays)) row.salt = old.salt;
    if (has(sessions_defect::times_never_go_back)) row.rotated_at = std::max(row.rotated_at, old.rotated_at);
  }

  [[nodiscard]] bool is_due(const entry& one, time_point before) const {
    if (has(sessions_defect::purge_takes_revoked) && one.row.state == refresh::status::revoked) return true;
    const time_point idle =
        has(sessions_defect::purge_by_first_deadline) ? one.first_deadline : one.row.idle_deadline;
    return idle <= before || (one.row.absolute_deadline && *one.row.absolute_deadline <= before &&
                              !has(sessions_defect::purge_ignores_absolute));
  }

  const sessions_defect defect_;
  std::map<std::string, entry> rows_;
  std::map<std::string, entry> replica_;  // or a cache
  std::map<std::string, subject> subjects_;
  const subject* last_bumped_ = nullptr;
  time_point latest_purge_ = time_point::min();
  std::size_t page_end_ = 0;
  unsigned finds_ = 0;
};

}  // namespace faulty
