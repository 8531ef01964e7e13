// Allowlists in a map behind a lock: the contract of allowlists::store at its shortest.
#pragma once

#include <ekauth/allowlists_store.hpp>

#include <map>
#include <mutex>
#include <utility>

namespace custom {

using namespace ekauth;

class list_store final : public allowlists::store {
 public:
  result<allowlists::find::reply> find_allowlists(const allowlists::find& request) override {
    const std::lock_guard step(lock_);
    allowlists::find::found found;
    found.account = answer({request.of.account, key_id()}, request.known_account);
    if (!request.of.key.empty()) found.key = answer({request.of.account, request.of.key}, request.known_key);
    return found;
  }

  result<allowlists::save::reply> save_allowlist(const allowlists::save& request) override {
    const std::lock_guard step(lock_);
    const auto at = rows_.find({request.row.of.account, request.row.of.key});
    if (request.expected != (at == rows_.end() ? 0 : at->second.version)) return false;
    allowlists::record row = request.row;  // whole before anything changes, should memory run out
    row.version = request.expected + 1;
    rows_.insert_or_assign({request.row.of.account, request.row.of.key}, std::move(row));
    return true;
  }

 private:
  using names = std::pair<subject_id, key_id>;

  [[nodiscard]] allowlists::find::answer answer(const names& of, std::uint64_t known) const {
    const auto at = rows_.find(of);
    if (at == rows_.end()) return {};
    if (at->second.version == known) return {known, std::nullopt};
    return {at->second.version, at->second};
  }

  std::mutex lock_;
  std::map<names, allowlists::record> rows_;
};

}  // namespace custom
