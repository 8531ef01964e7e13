// A store in maps behind one lock: the contract at its shortest, for keys, sessions and allowlists.
//
// Each answer() is one atomic act. A request that is left out makes the class abstract, and the compiler
// names the request.
#pragma once

#include <ekauth/allowlists_store.hpp>
#include <ekauth/keys_store.hpp>
#include <ekauth/refresh_store.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>
#include <utility>

namespace custom {

using namespace ekauth;

/// The row of a name, or null.
template <class Rows>
[[nodiscard]] auto* at(Rows& rows, const typename Rows::key_type& name) {
  const auto found = rows.find(name);
  return found == rows.end() ? nullptr : &found->second;
}

class store final : public keys::store, public refresh::store, public allowlists::store {
 public:
  // ---- Keys

  result<keys::insert::reply> answer(const keys::insert& request) override {
    const std::lock_guard step(lock_);
    std::uint32_t owned = 0;
    for (const auto& [id, row] : keys_)
      if (row.granted.subject == request.row.granted.subject && row.state != keys::status::revoked) ++owned;
    if (request.owner_limit != 0 && owned >= request.owner_limit) return keys::insert::reply::limit_reached;
    const bool is_new = keys_.try_emplace(request.row.id, request.row).second;
    return is_new ? keys::insert::reply::inserted : keys::insert::reply::exists;
  }

  result<keys::find::reply> answer(const keys::find& request) override {
    const std::lock_guard step(lock_);
    const auto* const row = at(keys_, request.id);
    return row == nullptr ? keys::find::reply() : *row;
  }

  result<keys::replace::reply> answer(const keys::replace& request) override {
    const std::lock_guard step(lock_);
    keys::record* const row = at(keys_, request.row.id);
    if (row == nullptr || row->version != request.expected || row->state == keys::status::revoked)
      return false;
    keys::record next = request.row;  // whole before anything changes, should memory run out
    std::tie(next.env, next.granted.subject, next.created_at) =
        std::tie(row->env, row->granted.subject, row->created_at);
    next.version = request.expected + 1;
    for (keys::verifier& secret : next.verifiers) {
      secret.last_used.reset();
      for (const keys::verifier& before : row->verifiers)
        if (before.number == secret.number) secret.last_used = before.last_used;
    }
    *row = std::move(next);
    return true;
  }

  result<keys::list::reply> answer(const keys::list& request) override {
    const std::lock_guard step(lock_);
    keys::list::reply page;
    for (auto next = keys_.upper_bound(request.after); next != keys_.end() && page.size() < request.limit;
         ++next)
      if (next->second.granted.subject == request.owner) page.push_back(next->second);
    return page;
  }

  result<keys::touch::reply> answer(const keys::touch& request) override {
    const std::lock_guard step(lock_);
    keys::touch::reply moved = 0;
    for (const auto& use : request.uses) {
      keys::record* const row = at(keys_, use.id);
      if (row == nullptr) continue;
      for (keys::verifier& secret : row->verifiers) {
        if (secret.number != use.number || (secret.last_used && *secret.last_used >= use.at)) continue;
        secret.last_used = use.at;
        ++moved;
      }
    }
    return moved;
  }

  // ---- Sessions

  result<refresh::insert::reply> answer(const refresh::insert& request) override {
    const std::lock_guard step(lock_);
    if (request.row.epoch != bumps_[request.row.granted.subject].epoch)
      return refresh::insert::reply::epoch_changed;
    const bool is_new = sessions_.try_emplace(request.row.id, request.row).second;
    return is_new ? refresh::insert::reply::inserted : refresh::insert::reply::exists;
  }

  result<refresh::find::reply> answer(const refresh::find& request) override {
    const std::lock_guard step(lock_);
    const auto* const row = at(sessions_, request.id);
    return row == nullptr ? refresh::find::reply() : with_epoch(*row);
  }

  result<refresh::advance::reply> answer(const refresh::advance& request) override {
    const std::lock_guard step(lock_);
    refresh::record* const row = at(sessions_, request.row.id);
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

  result<refresh::revoke::reply> answer(const refresh::revoke& request) override {
    const std::lock_guard step(lock_);
    refresh::record* const row = at(sessions_, request.id);
    if (row == nullptr) return refresh::revoke::reply::missing;
    if (row->state == refresh::status::revoked) return refresh::revoke::reply::already;
    std::tie(row->state, row->reason, row->ended_at) =
        std::tuple(refresh::status::revoked, request.reason, request.at);
    ++row->version;
    return refresh::revoke::reply::revoked;
  }

  result<refresh::read_epoch::reply> answer(const refresh::read_epoch& request) override {
    const std::lock_guard step(lock_);
    return bumps_[request.subject].epoch;
  }

  result<refresh::bump_epoch::reply> answer(const refresh::bump_epoch& request) override {
    const std::lock_guard step(lock_);
    bumps_[request.subject].reason = request.reason;
    return ++bumps_[request.subject].epoch;
  }

  result<refresh::list::reply> answer(const refresh::list& request) override {
    const std::lock_guard step(lock_);
    refresh::list::reply page;
    auto next = sessions_.upper_bound(request.after);
    for (; next != sessions_.end() && page.size() < request.limit; ++next)
      if (next->second.granted.subject == request.subject) page.push_back(with_epoch(next->second));
    return page;
  }

  result<refresh::purge::reply> answer(const refresh::purge& request) override {
    const std::lock_guard step(lock_);
    refresh::purge::reply removed = 0;
    std::erase_if(sessions_, [&](const auto& one) {
      return refresh::is_past_deadline(one.second, request.before) && removed++ < request.limit;
    });
    return std::min(removed, request.limit);
  }

  // ---- Allowlists

  result<allowlists::find::reply> answer(const allowlists::find& request) override {
    const std::lock_guard step(lock_);
    allowlists::find::found found;
    found.account = list_of(request.of.account, {}, request.known_account);
    if (!request.of.key.empty()) found.key = list_of(request.of.account, request.of.key, request.known_key);
    return found;
  }

  result<allowlists::save::reply> answer(const allowlists::save& request) override {
    const std::lock_guard step(lock_);
    const std::pair names(request.row.of.account, request.row.of.key);
    const auto* const before = at(lists_, names);
    if (request.expected != (before == nullptr ? 0 : before->version)) return false;
    allowlists::record row = request.row;  // whole before anything changes, should memory run out
    row.version = request.expected + 1;
    lists_.insert_or_assign(names, std::move(row));
    return true;
  }

 private:
  struct last_bump {
    std::uint64_t epoch = 0;
    refresh::end_reason reason = refresh::end_reason::none;
  };

  [[nodiscard]] refresh::find::found with_epoch(const refresh::record& row) {
    const last_bump& last = bumps_[row.granted.subject];
    return {row, last.epoch, last.reason};
  }
  [[nodiscard]] allowlists::find::answer list_of(const subject_id& account, const key_id& key,
                                                 std::uint64_t known) const {
    const auto* const row = at(lists_, {account, key});
    if (row == nullptr) return {};
    if (row->version == known) return {known, std::nullopt};
    return {row->version, *row};
  }

  std::mutex lock_;
  std::map<key_id, keys::record> keys_;
  std::map<family_id, refresh::record> sessions_;
  std::map<subject_id, last_bump> bumps_;  // outlives the sessions
  std::map<std::pair<subject_id, key_id>, allowlists::record> lists_;
};

}  // namespace custom
