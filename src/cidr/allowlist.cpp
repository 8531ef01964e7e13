#include <ekauth/cidr.hpp>

namespace ekauth::inline v1::cidr {

template <class Entries>
result<allowlist> allowlist::parse_each(const Entries& entries) {
  allowlist made;
  made.entries_.reserve(entries.size());
  std::uint32_t position = 0;
  for (const std::string_view text : entries) {
    const result<prefix> entry = prefix::parse(text);
    if (!entry) return error{entry.error().code(), entry.error().text(), position};
    made.entries_.push_back(*entry);
    ++position;
  }
  return made;
}

result<allowlist> allowlist::parse(const std::vector<std::string>& entries) { return parse_each(entries); }
result<allowlist> allowlist::parse(std::initializer_list<std::string_view> entries) {
  return parse_each(entries);
}

bool allowlist::contains(const address& who) const noexcept {
  for (const prefix& entry : entries_)
    if (entry.contains(who)) return true;
  return false;
}

}  // namespace ekauth::inline v1::cidr
