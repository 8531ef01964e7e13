#include "memory/state.hpp"

namespace ekauth::inline v1::memory {

store::store() : state_(std::make_unique<state>()) {}
store::store(store&&) noexcept = default;
store& store::operator=(store&&) noexcept = default;
store::~store() = default;

}  // namespace ekauth::inline v1::memory
