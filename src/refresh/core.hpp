// The inside of refresh::service, shared by the service, its copies and its flows.
#pragma once

#include <ekauth/refresh.hpp>

#include "core/lanes.hpp"
#include "refresh/format.hpp"

namespace ekauth::inline v1::refresh {

struct core {
  core(const server_keys& roots, policy settings, random_source& source)
      : rules(settings), random(source), active_slot(roots.active()), keys(roots) {}

  policy rules;
  random_source& random;
  char active_slot;
  rings keys;

  /// Everything that can be checked without storage.
  [[nodiscard]] result<parts> check(std::string_view token) const;

  /// What a stored row answers its holder.
  [[nodiscard]] issued answer(const record& row, secret token, issue_kind kind) const;
};

/// One generation changes its row at most 18 times (a rotation, 16 replays, a revocation), so a presenter who
/// loses more races than this is not losing them to presenters of the same token.
inline constexpr int max_tries = 24;

}  // namespace ekauth::inline v1::refresh
