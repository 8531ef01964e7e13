// Keys in a map behind a lock: the contract of keys::store at its shortest.
#pragma once

#include <ekauth/keys_store.hpp>

#include <map>
#include <mutex>
#include <tuple>
#include <utility>

namespace custom {

using namespace ekauth;

class key_store final : public keys::store {
 public:
  result<keys::insert::reply> insert_key(const keys::insert& request) override {
    const std::lock_guard step(lock_);
    std::uint32_t owned = 0;
    for (const auto& [id, row] : rows_)
      if (row.granted.subject == request.row.granted.subject && row.state != keys::status::revoked) ++owned;
    if (request.owner_limit != 0 && owned >= request.owner_limit) return keys::insert::reply::limit_reached;
    const bool is_new = rows_.try_emplace(request.row.id, request.row).second;
    return is_new ? keys::insert::reply::inserted : keys::insert::reply::exists;
  }

  result<keys::find::reply> find_key(const keys::find& request) override {
    const std::lock_guard step(lock_);
    const auto* const row = find(request.id);
    return row == nullptr ? keys::find::reply() : *row;
  }

  result<keys::replace::reply> replace_key(const keys::replace& request) override {
    const std::lock_guard step(lock_);
    keys::record* const row = find(request.row.id);
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

  result<keys::list::reply> list_keys(const keys::list& request) override {
    const std::lock_guard step(lock_);
    keys::list::reply page;
    for (auto at = rows_.upper_bound(request.after); at != rows_.end() && page.size() < request.limit; ++at)
      if (at->second.granted.subject == request.owner) page.push_back(at->second);
    return page;
  }

  result<keys::touch::reply> touch_keys(const keys::touch& request) override {
    const std::lock_guard step(lock_);
    keys::touch::reply moved = 0;
    for (const auto& use : request.uses) {
      keys::record* const row = find(use.id);
      if (row == nullptr) continue;
      for (keys::verifier& secret : row->verifiers) {
        if (secret.number != use.number || (secret.last_used && *secret.last_used >= use.at)) continue;
        secret.last_used = use.at;
        ++moved;
      }
    }
    return moved;
  }

 private:
  [[nodiscard]] keys::record* find(const key_id& id) {
    const auto at = rows_.find(id);
    return at == rows_.end() ? nullptr : &at->second;
  }

  std::mutex lock_;
  std::map<key_id, keys::record> rows_;
};

}  // namespace custom
