// How often this thread has allocated; read around calls that must not.
#pragma once

#include <cstddef>

[[nodiscard]] std::size_t allocations() noexcept;
