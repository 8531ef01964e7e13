// The clauses, one table a source file.
#pragma once

#include "testing/trial.hpp"

#include <span>

namespace ekauth::inline v1::testing {

using keys_judges = std::span<const judge<keys::store>>;
using sessions_judges = std::span<const judge<refresh::store>>;
using allowlists_judges = std::span<const judge<allowlists::store>>;

[[nodiscard]] keys_judges keys_rows();
[[nodiscard]] keys_judges keys_changes();
[[nodiscard]] keys_judges keys_pages();
[[nodiscard]] keys_judges keys_races();

[[nodiscard]] sessions_judges sessions_rows();
[[nodiscard]] sessions_judges sessions_changes();
[[nodiscard]] sessions_judges sessions_pages();
[[nodiscard]] sessions_judges sessions_purge();
[[nodiscard]] sessions_judges sessions_races();

[[nodiscard]] allowlists_judges allowlists_rows();
[[nodiscard]] allowlists_judges allowlists_races();

}  // namespace ekauth::inline v1::testing
