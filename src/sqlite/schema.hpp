// From a path to connections that may be used: the file, whose it is, and its tables.
#pragma once

#include <ekauth/sqlite.hpp>

#include "sqlite/connection.hpp"

namespace ekauth::inline v1::sqlite {

/// The one connection that writes. Makes what how.create allows to make.
[[nodiscard]] result<connection> open_writer(const options& how);

/// One that reads the file that open_writer accepted.
[[nodiscard]] result<connection> open_reader(const options& how);

}  // namespace ekauth::inline v1::sqlite
