#include "memory/answer.hpp"

#include <algorithm>
#include <mutex>
#include <type_traits>

namespace ekauth::inline v1::memory {

namespace {

keys::verifier* find_number(std::vector<keys::verifier>& all, std::uint32_t number) {
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.number == number; });
  return at == all.end() ? nullptr : &*at;
}

// The row that a replace leaves: what it may not change, and what only touch writes, comes from the old one.
keys::record merged(keys::record next, keys::record& old) {
  next.id = old.id;
  next.env = old.env;
  next.granted.subject = old.granted.subject;
  next.created_at = old.created_at;
  next.version = old.version + 1;
  for (keys::verifier& one : next.verifiers) {
    const keys::verifier* const before = find_number(old.verifiers, one.number);
    one.last_used = before == nullptr ? std::nullopt : before->last_used;
  }
  return next;
}

}  // namespace

result<keys::insert::reply> answer_from(key_table& table, const keys::insert& request) {
  const keys::record& row = request.row;
  const std::unique_lock all(table.lock);
  found_or_made owner(table.owners, row.granted.subject.text());
  key_table::owned& owned = owner.row();
  if (request.owner_limit != 0 && owned.not_revoked >= request.owner_limit)
    return keys::insert::reply::limit_reached;

  // All that takes memory comes before what is done of it: the key is whole, or not there.
  std::set<std::string_view> id{""};
  auto& shard = table.shard_of(row.id);
  const std::unique_lock one(shard.lock);
  const auto [at, is_new] = shard.rows.try_emplace(row.id.text(), row);
  if (!is_new) return keys::insert::reply::exists;
  auto listed = id.extract(id.begin());
  listed.value() = at->first;
  owned.ids.insert(std::move(listed));
  owner.keep();
  if (row.state != keys::status::revoked) ++owned.not_revoked;
  return keys::insert::reply::inserted;
}

result<keys::find::reply> answer_from(key_table& table, const keys::find& request) {
  auto& shard = table.shard_of(request.id);
  const std::shared_lock one(shard.lock);
  const auto at = shard.rows.find(request.id.text());
  if (at == shard.rows.end()) return keys::find::reply{};
  const keys::record& row = at->second;
  // What is read of a row is fetched at once, and not piece by piece as it is copied.
  constexpr std::size_t line = 64;
  for (std::size_t next = line; next < sizeof row; next += line)
    __builtin_prefetch(reinterpret_cast<const char*>(&row) + next);
  __builtin_prefetch(row.name.data());
  __builtin_prefetch(row.granted.scopes.entries().data());
  __builtin_prefetch(row.verifiers.data());
  return result<keys::find::reply>(std::in_place, row);
}

result<keys::replace::reply> answer_from(key_table& table, const keys::replace& request) {
  const std::unique_lock all(table.lock);
  auto& shard = table.shard_of(request.row.id);
  const std::unique_lock one(shard.lock);
  const auto at = shard.rows.find(request.row.id.text());
  if (at == shard.rows.end()) return false;
  keys::record& stored = at->second;
  if (stored.version != request.expected || stored.state == keys::status::revoked) return false;
  static_assert(std::is_nothrow_move_assignable_v<keys::record>);  // what takes memory is done before
  stored = merged(request.row, stored);
  if (stored.state == keys::status::revoked) --table.owners[stored.granted.subject.text()].not_revoked;
  return true;
}

result<keys::list::reply> answer_from(key_table& table, const keys::list& request) {
  keys::list::reply rows;
  const std::shared_lock all(table.lock);
  const auto owner = table.owners.find(request.owner.text());
  if (owner == table.owners.end()) return rows;
  const auto& ids = owner->second.ids;
  for (auto id = ids.upper_bound(request.after.text()); id != ids.end() && rows.size() < request.limit;
       ++id) {
    const key_id wanted(*id);
    auto& shard = table.shard_of(wanted);
    const std::shared_lock one(shard.lock);
    rows.push_back(shard.rows.find(wanted.text())->second);
  }
  return rows;
}

result<keys::touch::reply> answer_from(key_table& table, const keys::touch& request) {
  keys::touch::reply moved = 0;
  const std::unique_lock all(table.lock);
  for (const auto& use : request.uses) {
    auto& shard = table.shard_of(use.id);
    const std::unique_lock one(shard.lock);
    const auto at = shard.rows.find(use.id.text());
    if (at == shard.rows.end()) continue;
    keys::verifier* const used = find_number(at->second.verifiers, use.number);
    if (used == nullptr || (used->last_used && *used->last_used >= use.at)) continue;
    used->last_used = use.at;
    ++moved;
  }
  return moved;
}

template result<keys::insert::reply> store::answer(const keys::insert&);
template result<keys::find::reply> store::answer(const keys::find&);
template result<keys::replace::reply> store::answer(const keys::replace&);
template result<keys::list::reply> store::answer(const keys::list&);
template result<keys::touch::reply> store::answer(const keys::touch&);

}  // namespace ekauth::inline v1::memory
