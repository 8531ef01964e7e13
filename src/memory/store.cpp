#include "memory/tables.hpp"

namespace ekauth::inline v1::memory {

store::store()
    : keys_(std::make_unique<key_table>()),
      sessions_(std::make_unique<session_table>()),
      lists_(std::make_unique<list_table>()) {}
store::store(store&&) noexcept = default;
store& store::operator=(store&&) noexcept = default;
store::~store() = default;

}  // namespace ekauth::inline v1::memory
