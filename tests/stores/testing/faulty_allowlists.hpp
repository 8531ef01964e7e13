// A store of allowlists that is right, or wrong in exactly one way.
#pragma once

#include <ekauth/allowlists_store.hpp>

#include "testing/faulty.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace faulty {

enum class allowlists_defect {
  none,
  find_ignores_known,
  find_hides_newer,
  find_answers_none_for_known,
  find_reads_twice,
  find_is_cached,
  key_is_forgotten,
  account_is_forgotten,
  account_ignores_case,
  account_ends_at_nul,
  label_ends_at_nul,
  label_is_cut,
  expiry_is_dropped,
  entries_are_sorted,
  repeats_are_merged,
  switch_is_on,
  save_ignores_version,
  save_makes_any,
  save_looks_first,
  save_does_nothing,
  version_stays,
  save_in_two_steps,
  names_are_joined,
  saves_append,
};

class allowlists_store final : public allowlists::store, private one_lock {
 public:
  explicit allowlists_store(allowlists_defect defect = allowlists_defect::none) : defect_(defect) {}

  result<allowlists::find::reply> answer(const allowlists::find& request) override {
    held all = enter();
    allowlists::find::found found;
    found.account = answer({request.of.account}, request.known_account);
    if (has(allowlists_defect::find_reads_twice)) leave_for(all, 40);
    if (!request.of.key.empty()) found.key = answer(request.of, request.known_key);
    return found;
  }

  result<allowlists::save::reply> answer(const allowlists::save& request) override {
    held all = enter();
    const auto at = rows_.find(name(request.row.of));
    const std::uint64_t version = at == rows_.end() ? 0 : at->second.version;
    const bool makes_any = has(allowlists_defect::save_makes_any) && version == 0;
    if (version != request.expected && !makes_any && !has(allowlists_defect::save_ignores_version))
      return false;
    if (has(allowlists_defect::save_looks_first)) leave_for(all, 4);
    if (has(allowlists_defect::save_does_nothing)) return true;
    allowlists::record row = stored(request.row);
    if (has(allowlists_defect::saves_append) && version > 0)
      row.entries.insert(row.entries.end(), at->second.entries.begin(), at->second.entries.end());
    row.version = request.expected + 1;
    if (has(allowlists_defect::version_stays) && version > 0) row.version = version;
    if (has(allowlists_defect::save_in_two_steps)) {
      auto& half = rows_[name(row.of)];
      half.of = row.of;
      half.version = row.version;
      half.changed_at = row.changed_at;
      leave_for(all, 8);
    }
    rows_[name(row.of)] = row;
    cache_.try_emplace(name(row.of), row);
    return true;
  }

 private:
  using names = std::pair<std::string, std::string>;

  [[nodiscard]] bool has(allowlists_defect which) const { return defect_ == which; }

  [[nodiscard]] names name(const allowlists::holder& of) const {
    if (has(allowlists_defect::key_is_forgotten)) return {of.account.text(), ""};
    if (has(allowlists_defect::account_is_forgotten) && !of.key.empty()) return {"", of.key.text()};
    if (has(allowlists_defect::account_ignores_case)) return {lower(of.account.text()), of.key.text()};
    if (has(allowlists_defect::account_ends_at_nul)) return {until_nul(of.account.text()), of.key.text()};
    if (has(allowlists_defect::names_are_joined))
      return {of.account.text() + of.key.text(), of.key.empty() ? "" : "key"};
    return {of.account.text(), of.key.text()};
  }

  // What an unsuitable column makes of a list.
  [[nodiscard]] allowlists::record stored(allowlists::record row) const {
    if (has(allowlists_defect::switch_is_on)) row.enabled = true;
    for (allowlists::entry& each : row.entries) {
      if (has(allowlists_defect::label_ends_at_nul)) each.label = until_nul(each.label);
      if (has(allowlists_defect::label_is_cut))
        each.label.resize(std::min<std::size_t>(each.label.size(), 255));
      if (has(allowlists_defect::expiry_is_dropped)) each.expires_at.reset();
    }
    if (has(allowlists_defect::entries_are_sorted))
      std::sort(row.entries.begin(), row.entries.end(),
                [](const auto& a, const auto& b) { return a.label < b.label; });
    if (has(allowlists_defect::repeats_are_merged)) {
      std::vector<allowlists::entry> kept;
      for (const auto& each : row.entries)
        if (std::none_of(kept.begin(), kept.end(),
                         [&](const auto& k) { return k.networks == each.networks; }))
          kept.push_back(each);
      row.entries = kept;
    }
    return row;
  }

  [[nodiscard]] allowlists::find::answer answer(const allowlists::holder& of, std::uint64_t known) const {
    const auto& rows = has(allowlists_defect::find_is_cached) ? cache_ : rows_;
    const auto at = rows.find(name(of));
    if (at == rows.end()) return {};
    const allowlists::record& row = at->second;
    if (has(allowlists_defect::find_answers_none_for_known) && row.version == known) return {};
    const bool hide = has(allowlists_defect::find_hides_newer) ? known >= row.version : known == row.version;
    if (hide && !has(allowlists_defect::find_ignores_known)) return {row.version, {}};
    return {row.version, row};
  }

  const allowlists_defect defect_;
  std::map<names, allowlists::record> rows_;
  std::map<names, allowlists::record> cache_;
};

}  // namespace faulty
