#include <ekauth/server_keys.hpp>

#include <string_view>
#include <utility>

namespace ekauth::inline v1 {

namespace {

constexpr bool is_slot(char c) noexcept {
  return (c >= '1' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

}  // namespace

server_keys::server_keys(server_keys&& other) noexcept { *this = std::move(other); }

// What was moved from has no slots left, so nothing is ever keyed with what is gone.
server_keys& server_keys::operator=(server_keys&& other) noexcept {
  if (this == &other) return *this;
  entries_ = std::move(other.entries_);
  count_ = std::exchange(other.count_, 0);
  active_ = std::exchange(other.active_, no_slot);
  return *this;
}

result<void> server_keys::add(char slot, secret root) {
  if (!is_slot(slot)) return error{errc::option_invalid, "a slot is one of 1-9 A-Z a-z"};
  if (root.size() != 32) return error{errc::option_invalid, "a server key is exactly 32 bytes"};
  constexpr char zeros[32] = {};
  // expose: only whether it is all zeros.
  if (constant_time_equal(root.expose(), std::string_view(zeros, sizeof zeros)))
    return error{errc::option_invalid, "a server key of zeros was never filled"};
  for (const entry& listed : *this)
    if (listed.slot == slot) return error{errc::option_invalid, "the slot is taken"};
  entries_[count_].slot = slot;
  entries_[count_].root = std::move(root);
  ++count_;
  active_ = slot;
  return {};
}

result<void> server_keys::activate(char slot) {
  for (const entry& listed : *this) {
    if (listed.slot != slot) continue;
    active_ = slot;
    return {};
  }
  return error{errc::option_invalid, "the slot is not listed"};
}

server_keys server_keys::clone() const {
  server_keys copy;
  for (const entry& listed : *this) {
    copy.entries_[copy.count_].slot = listed.slot;
    copy.entries_[copy.count_].root = listed.root.clone();
    ++copy.count_;
  }
  copy.active_ = active_;
  return copy;
}

}  // namespace ekauth::inline v1
