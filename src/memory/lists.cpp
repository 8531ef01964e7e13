#include "memory/tables.hpp"

#include <mutex>
#include <type_traits>

namespace ekauth::inline v1::memory {

result<allowlists::find::reply> store::find_allowlists(const allowlists::find& request) {
  const std::shared_lock all(lists_->lock);
  const auto answer = [&](const std::string& key, std::uint64_t known) {
    const auto at = lists_->rows.find({request.of.account.text(), key});
    if (at == lists_->rows.end()) return allowlists::find::answer{};
    const allowlists::record& row = at->second;
    return allowlists::find::answer{
        row.version, row.version == known ? std::nullopt : std::optional<allowlists::record>(row)};
  };
  allowlists::find::found found{answer("", request.known_account), {}};
  if (!request.of.key.empty()) found.key = answer(request.of.key.text(), request.known_key);
  return found;
}

result<allowlists::save::reply> store::save_allowlist(const allowlists::save& request) {
  const std::unique_lock all(lists_->lock);
  const allowlists::record& row = request.row;
  const auto at = lists_->rows.find({row.of.account.text(), row.of.key.text()});
  if ((at == lists_->rows.end() ? 0 : at->second.version) != request.expected) return false;
  static_assert(std::is_nothrow_move_assignable_v<allowlists::record>);  // what takes memory is done before
  allowlists::record stored = row;
  stored.version = request.expected + 1;
  lists_->rows.insert_or_assign({row.of.account.text(), row.of.key.text()}, std::move(stored));
  return true;
}

}  // namespace ekauth::inline v1::memory
