// The tables: made, brought up to date, and recognised.
#pragma once

#include "postgres/connection.hpp"

namespace ekauth::inline v1::postgres {

/// Whether the tables are those of this ekauth.
[[nodiscard]] result<void> check_schema(connection& db, const settings& told);

/// Makes them so, in one transaction.
[[nodiscard]] result<void> migrate_schema(connection& db, const settings& told);

}  // namespace ekauth::inline v1::postgres
