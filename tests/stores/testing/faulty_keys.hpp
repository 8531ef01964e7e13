// A store of keys that is right, or wrong in exactly one way.
#pragma once

#include <ekauth/keys_store.hpp>

#include "testing/faulty.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace faulty {

enum class keys_defect {
  none,
  insert_overwrites,
  insert_says_inserted,
  insert_looks_first,
  owner_has_one_key,
  limit_off_by_one,
  limit_counts_revoked,
  limit_counts_every_owner,
  limit_looks_first,
  find_ignores_case,
  find_takes_prefixes,
  find_is_cached,
  find_reads_twice,
  replicas_lag,
  zero_is_null,
  optional_is_dropped,
  owner_ends_at_nul,
  owner_ignores_case,
  name_is_cut,
  version_is_a_double,
  number_is_signed,
  time_is_seconds,
  replace_ignores_version,
  replace_looks_first,
  replace_does_nothing,
  replace_inserts,
  replace_revives,
  version_stays,
  version_is_the_callers,
  owner_is_rewritten,
  created_at_is_rewritten,
  environment_is_rewritten,
  uses_are_rewritten,
  secrets_stay,
  one_secret_only,
  last_use_returns,
  touch_goes_back,
  touch_moves_version,
  touch_counts_all,
  touch_stops_at_unknown,
  touch_reads_first,
  list_ignores_case,
  list_omits_revoked,
  list_leaks,
  list_skips_one,
  list_repeats_one,
  list_wants_known_after,
  list_counts_secrets,
  list_by_position,
  list_ignores_limit,
  refuses_the_past,
  fails_now_and_then,
};

class keys_store final : public keys::store, private one_lock {
 public:
  explicit keys_store(keys_defect defect = keys_defect::none) : defect_(defect) {}

  result<keys::insert::reply> answer(const keys::insert& request) override {
    held all = enter();
    keys::record row = stored(request.row);
    if (has(keys_defect::fails_now_and_then) && ++inserts_ % 3 == 0)
      return error{errc::store_busy, "now and then"};
    if (request.owner_limit != 0 && count(row.granted.subject) >= request.owner_limit)
      return keys::insert::reply::limit_reached;
    if (has(keys_defect::limit_looks_first)) leave_for(all, 4);
    const bool is_taken = rows_.count(row.id.text()) != 0;
    if (has(keys_defect::insert_looks_first) && !is_taken) leave_for(all, 4);
    if (is_taken && has(keys_defect::insert_overwrites)) rows_[row.id.text()] = row;
    if (is_taken && !has(keys_defect::insert_says_inserted)) return keys::insert::reply::exists;
    if (has(keys_defect::insert_looks_first)) rows_.erase(row.id.text());
    if (has(keys_defect::owner_has_one_key))
      std::erase_if(rows_,
                    [&](const auto& other) { return other.second.granted.subject == row.granted.subject; });
    rows_.try_emplace(row.id.text(), row);
    replica_.try_emplace(row.id.text(), row);
    return keys::insert::reply::inserted;
  }

  result<keys::find::reply> answer(const keys::find& request) override {
    held all = enter();
    std::string id = request.id.text();
    if (has(keys_defect::find_ignores_case) || has(keys_defect::find_takes_prefixes))
      for (const auto& [text, row] : rows_)
        if (resembles(text, id)) id = text;
    const bool ask_replica = has(keys_defect::replicas_lag) && ++finds_ % 2 == 0;
    auto& rows = ask_replica ? replica_ : rows_;
    const auto at = rows.find(id);
    if (at == rows.end()) return keys::find::reply{};
    if (has(keys_defect::find_is_cached))
      return keys::find::reply{replica_.try_emplace(id, at->second).first->second};
    keys::record row = at->second;
    if (has(keys_defect::find_reads_twice)) {
      leave_for(all, 8);
      row.verifiers = at->second.verifiers;
    }
    return keys::find::reply{std::move(row)};
  }

  result<keys::replace::reply> answer(const keys::replace& request) override {
    held all = enter();
    if (has(keys_defect::refuses_the_past))
      for (const auto& old : rows_)
        if (old.first == request.row.id.text() && request.row.revoked_at &&
            *request.row.revoked_at < old.second.created_at)
          return error{errc::store_corrupt, "revoked before it was made"};
    const auto at = rows_.find(request.row.id.text());
    if (at == rows_.end()) {
      if (has(keys_defect::replace_inserts)) rows_[request.row.id.text()] = request.row;
      return has(keys_defect::replace_inserts);
    }
    if (at->second.version != request.expected && !has(keys_defect::replace_ignores_version)) return false;
    if (at->second.state == keys::status::revoked && !has(keys_defect::replace_revives)) return false;
    if (has(keys_defect::replace_looks_first)) leave_for(all, 4);
    if (has(keys_defect::replace_does_nothing)) return true;
    at->second = merged(stored(request.row), at->second);
    if (has(keys_defect::replicas_lag)) leave_for(all, 8);
    if (has(keys_defect::replicas_lag)) replica_[at->first] = at->second;
    return true;
  }

  result<keys::list::reply> answer(const keys::list& request) override {
    held all = enter();
    keys::list::reply found;
    std::uint32_t room = request.limit;
    std::string after = request.after.text();
    if (has(keys_defect::list_wants_known_after) && !after.empty() && rows_.count(after) == 0) return found;
    bool skip = has(keys_defect::list_skips_one) && !after.empty();
    std::size_t position = 0;
    for (const auto& [id, row] : rows_) {
      if (!is_owned(row, request.owner)) continue;
      if (has(keys_defect::list_omits_revoked) && row.state == keys::status::revoked) continue;
      if (has(keys_defect::list_by_position) && !after.empty() ? position++ < page_end_
                                                               : !is_behind(id, after))
        continue;
      if (std::exchange(skip, false)) continue;
      if (room == 0 && !has(keys_defect::list_ignores_limit)) break;
      --room;
      found.push_back(row);
      if (has(keys_defect::list_counts_secrets))
        room -= std::min<std::uint32_t>(
            room, static_cast<std::uint32_t>(std::max<std::size_t>(row.verifiers.size(), 1)) - 1);
    }
    page_end_ = found.size();
    if (has(keys_defect::list_ignores_case))
      std::stable_sort(found.begin(), found.end(),
                       [](const auto& a, const auto& b) { return lower(a.id.text()) < lower(b.id.text()); });
    return found;
  }

  result<keys::touch::reply> answer(const keys::touch& request) override {
    held all = enter();
    keys::touch::reply moved = 0;
    for (const auto& use : request.uses) {
      const auto at = rows_.find(use.id.text());
      keys::verifier* const secret = at == rows_.end() ? nullptr : number(at->second, use.number);
      if (secret == nullptr && has(keys_defect::touch_stops_at_unknown)) break;
      if (has(keys_defect::touch_counts_all)) ++moved;
      if (secret == nullptr) continue;
      if (secret->last_used && *secret->last_used >= use.at && !has(keys_defect::touch_goes_back)) continue;
      if (has(keys_defect::touch_reads_first)) leave_for(all, 4);
      if (keys::verifier* const again = number(at->second, use.number)) again->last_used = use.at;
      if (has(keys_defect::touch_moves_version)) ++at->second.version;
      if (!has(keys_defect::touch_counts_all)) ++moved;
    }
    return moved;
  }

 private:
  [[nodiscard]] bool has(keys_defect which) const { return defect_ == which; }

  // What an unsuitable column makes of a row.
  [[nodiscard]] keys::record stored(keys::record row) const {
    if (has(keys_defect::zero_is_null) && row.expires_at == time_point()) row.expires_at.reset();
    if (has(keys_defect::optional_is_dropped)) row.not_before.reset();
    if (has(keys_defect::owner_ends_at_nul))
      row.granted.subject = subject_id(until_nul(row.granted.subject.text()));
    if (has(keys_defect::name_is_cut)) row.name.resize(std::min<std::size_t>(row.name.size(), 255));
    if (has(keys_defect::version_is_a_double) && row.version < ~std::uint64_t{0} - 1024)
      row.version = static_cast<std::uint64_t>(static_cast<double>(row.version));
    for (keys::verifier& secret : row.verifiers)
      if (has(keys_defect::number_is_signed)) secret.number &= 0x7fffffffu;
    if (has(keys_defect::time_is_seconds))
      row.created_at = std::chrono::time_point_cast<std::chrono::seconds>(row.created_at);
    return row;
  }

  [[nodiscard]] std::size_t count(const subject_id& owner) const {
    std::size_t all = 0;
    for (const auto& [id, row] : rows_)
      if ((row.granted.subject == owner || has(keys_defect::limit_counts_every_owner)) &&
          (row.state != keys::status::revoked || has(keys_defect::limit_counts_revoked)))
        ++all;
    return has(keys_defect::limit_off_by_one) && all > 0 ? all - 1 : all;
  }

  [[nodiscard]] bool resembles(const std::string& stored_id, const std::string& asked) const {
    return has(keys_defect::find_ignores_case) ? lower(stored_id) == lower(asked)
                                               : !asked.empty() && stored_id.starts_with(asked);
  }

  [[nodiscard]] bool is_owned(const keys::record& row, const subject_id& owner) const {
    const std::string& has_it = row.granted.subject.text();
    if (has(keys_defect::list_leaks)) return has_it.starts_with(owner.text());
    if (has(keys_defect::owner_ignores_case)) return lower(has_it) == lower(owner.text());
    if (has(keys_defect::owner_ends_at_nul)) return has_it == until_nul(owner.text());
    return has_it == owner.text();
  }

  [[nodiscard]] bool is_behind(const std::string& id, const std::string& after) const {
    if (has(keys_defect::list_ignores_case)) return after.empty() || lower(id) > lower(after);
    return has(keys_defect::list_repeats_one) ? id >= after : id > after;
  }

  [[nodiscard]] static keys::verifier* number(keys::record& row, std::uint32_t wanted) {
    const auto at = std::find_if(row.verifiers.begin(), row.verifiers.end(),
                                 [&](const auto& secret) { return secret.number == wanted; });
    return at == row.verifiers.end() ? nullptr : &*at;
  }

  [[nodiscard]] keys::record merged(keys::record next, keys::record& old) {
    if (!has(keys_defect::environment_is_rewritten)) next.env = old.env;
    if (!has(keys_defect::owner_is_rewritten)) next.granted.subject = old.granted.subject;
    if (!has(keys_defect::created_at_is_rewritten)) next.created_at = old.created_at;
    if (!has(keys_defect::version_is_the_callers)) next.version = old.version + 1;
    if (has(keys_defect::version_stays)) next.version = old.version;
    if (has(keys_defect::one_secret_only) && next.verifiers.size() > 1)
      next.verifiers.erase(next.verifiers.begin(), next.verifiers.end() - 1);
    for (keys::verifier& secret : next.verifiers) {
      const keys::verifier* const before = number(old, secret.number);
      if (has(keys_defect::uses_are_rewritten)) continue;
      secret.last_used = before == nullptr ? std::nullopt : before->last_used;
      auto& remembered = uses_[next.id.text() + std::to_string(secret.number)];
      if (has(keys_defect::last_use_returns) && !secret.last_used) secret.last_used = remembered;
      if (secret.last_used) remembered = secret.last_used;
    }
    for (const keys::verifier& secret : old.verifiers) {
      if (secret.last_used) uses_[next.id.text() + std::to_string(secret.number)] = secret.last_used;
      if (has(keys_defect::secrets_stay) && number(next, secret.number) == nullptr)
        next.verifiers.push_back(secret);
    }
    return next;
  }

  const keys_defect defect_;
  std::map<std::string, keys::record> rows_;
  std::map<std::string, keys::record> replica_;  // or a cache
  std::map<std::string, std::optional<time_point>> uses_;
  std::size_t page_end_ = 0;
  unsigned finds_ = 0, inserts_ = 0;
};

}  // namespace faulty
