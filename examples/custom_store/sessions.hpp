// Sessions in a map behind a lock: the contract of refresh::store at its shortest.
#pragma once

#include <ekauth/refresh_store.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>

namespace custom {

using namespace ekauth;

class session_store final : public refresh::store {
 public:
  result<refresh::insert::reply> insert_session(const refresh::insert& request) override {
    const std::lock_guard step(lock_);
    if (request.row.epoch != bumps_[request.row.granted.subject].epoch)
      return refresh::insert::reply::epoch_changed;
    const bool is_new = rows_.try_emplace(request.row.id, request.row).second;
    return is_new ? refresh::insert::reply::inserted : refresh::insert::reply::exists;
  }

  result<refresh::find::reply> find_session(const refresh::find& request) override {
    const std::lock_guard step(lock_);
    const auto* const row = find(request.id);
    return row == nullptr ? refresh::find::reply() : with_epoch(*row);
  }

  result<refresh::advance::reply> advance_session(const refresh::advance& request) override {
    const std::lock_guard step(lock_);
    refresh::record* const row = find(request.row.id);
    if (row == nullptr || row->version != request.expected) return false;
    if (row->state != refresh::status::active || row->epoch != bumps_[row->granted.subject].epoch)
      return false;
    const auto rotation = [](auto& r) {
      return std::tie(r.generation, r.slot, r.current, r.previous, r.salt, r.rotated_at, r.last_ok_at,
                      r.confirmed_at, r.replays, r.idle_deadline);
    };
    rotation(*row) = rotation(request.row);
    row->version = request.expected + 1;
    return true;
  }

  result<refresh::revoke::reply> revoke_session(const refresh::revoke& request) override {
    const std::lock_guard step(lock_);
    refresh::record* const row = find(request.id);
    if (row == nullptr) return refresh::revoke::reply::missing;
    if (row->state == refresh::status::revoked) return refresh::revoke::reply::already;
    std::tie(row->state, row->reason, row->ended_at) =
        std::tuple(refresh::status::revoked, request.reason, request.at);
    ++row->version;
    return refresh::revoke::reply::revoked;
  }

  result<refresh::read_epoch::reply> read_subject_epoch(const refresh::read_epoch& request) override {
    const std::lock_guard step(lock_);
    return bumps_[request.subject].epoch;
  }

  result<refresh::bump_epoch::reply> bump_subject_epoch(const refresh::bump_epoch& request) override {
    const std::lock_guard step(lock_);
    bumps_[request.subject].reason = request.reason;
    return ++bumps_[request.subject].epoch;
  }

  result<refresh::list::reply> list_sessions(const refresh::list& request) override {
    const std::lock_guard step(lock_);
    refresh::list::reply page;
    for (auto at = rows_.upper_bound(request.after); at != rows_.end() && page.size() < request.limit; ++at)
      if (at->second.granted.subject == request.subject) page.push_back(with_epoch(at->second));
    return page;
  }

  result<refresh::purge::reply> purge_sessions(const refresh::purge& request) override {
    const std::lock_guard step(lock_);
    refresh::purge::reply removed = 0;
    std::erase_if(rows_, [&](const auto& one) {
      const auto [idle, absolute] = std::tie(one.second.idle_deadline, one.second.absolute_deadline);
      return (idle <= request.before || (absolute && *absolute <= request.before)) &&
             removed++ < request.limit;
    });
    return std::min(removed, request.limit);
  }

 private:
  struct last_bump {
    std::uint64_t epoch = 0;
    refresh::end_reason reason = refresh::end_reason::none;
  };

  [[nodiscard]] refresh::record* find(const family_id& id) {
    const auto at = rows_.find(id);
    return at == rows_.end() ? nullptr : &at->second;
  }
  [[nodiscard]] refresh::find::found with_epoch(const refresh::record& row) {
    const last_bump& last = bumps_[row.granted.subject];
    return {row, last.epoch, last.reason};
  }

  std::mutex lock_;
  std::map<family_id, refresh::record> rows_;
  std::map<subject_id, last_bump> bumps_;  // outlives the sessions
};

}  // namespace custom
