#include "postgres/parameters.hpp"

#include <cstdlib>

namespace ekauth::inline v1::postgres {

parameters::table parameters::for_libpq() const {
  if (bound_.size() > most) std::abort();
  table all;
  for (const bound& one : bound_) {
    const auto at = static_cast<std::size_t>(all.count++);
    all.types[at] = static_cast<unsigned>(one.of);
    all.values[at] = one.is_null ? nullptr : bytes_.data() + one.start;
    all.lengths[at] = static_cast<int>(one.size);
    all.formats[at] = 1;  // binary
  }
  return all;
}

bool parameters::put(std::string_view text) {
  if (text.size() > longest) {
    fit_ = false;
    return false;
  }
  bytes_.append(text);
  return true;
}

bool parameters::put(std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number);
  put_u32(static_cast<std::uint32_t>(bits >> 32));
  put_u32(static_cast<std::uint32_t>(bits));
  return true;
}

bool parameters::put(std::uint64_t number) {
  if (!fits(number)) fit_ = false;
  return put(static_cast<std::int64_t>(number));
}

// Dimensions, whether a NULL may follow, the element's type; of the one dimension its size and first index.
void parameters::put_array_header(type element, std::size_t count) {
  put_u32(count == 0 ? 0 : 1);
  put_u32(1);
  put_u32(static_cast<std::uint32_t>(element));
  if (count == 0) return;
  put_u32(static_cast<std::uint32_t>(count));
  put_u32(1);
}

void parameters::put_u32(std::uint32_t number) {
  bytes_.append(4, '\0');
  set_u32(bytes_.size() - 4, number);
}

void parameters::set_u32(std::size_t at, std::uint32_t number) {
  for (std::size_t i = 0; i < 4; ++i) bytes_[at + i] = static_cast<char>(number >> (24 - 8 * i));
}

}  // namespace ekauth::inline v1::postgres
