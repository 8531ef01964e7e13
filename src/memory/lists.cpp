#include "memory/answer.hpp"

#include <mutex>
#include <type_traits>

namespace ekauth::inline v1::memory {

result<allowlists::find::reply> answer_from(list_table& table, const allowlists::find& request) {
  const std::shared_lock all(table.lock);
  const auto answer = [&](const std::string& key, std::uint64_t known) {
    const auto at = table.rows.find({request.of.account.text(), key});
    if (at == table.rows.end()) return allowlists::find::answer{};
    const allowlists::record& row = at->second;
    return allowlists::find::answer{
        row.version, row.version == known ? std::nullopt : std::optional<allowlists::record>(row)};
  };
  allowlists::find::found found{answer("", request.known_account), {}};
  if (!request.of.key.empty()) found.key = answer(request.of.key.text(), request.known_key);
  return found;
}

result<allowlists::save::reply> answer_from(list_table& table, const allowlists::save& request) {
  const std::unique_lock all(table.lock);
  const allowlists::record& row = request.row;
  const auto at = table.rows.find({row.of.account.text(), row.of.key.text()});
  if ((at == table.rows.end() ? 0 : at->second.version) != request.expected) return false;
  static_assert(std::is_nothrow_move_assignable_v<allowlists::record>);  // what takes memory is done before
  allowlists::record stored = row;
  stored.version = request.expected + 1;
  table.rows.insert_or_assign({row.of.account.text(), row.of.key.text()}, std::move(stored));
  return true;
}

template result<allowlists::find::reply> store::answer(const allowlists::find&);
template result<allowlists::save::reply> store::answer(const allowlists::save&);

}  // namespace ekauth::inline v1::memory
