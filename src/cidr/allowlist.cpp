#include <utility>

#include "cidr/lookup.hpp"

namespace ekauth::inline v1::cidr {

namespace {

template <class Entries>
result<allowlist> parse_each(const Entries& entries) {
  std::vector<range> parsed;
  parsed.reserve(entries.size());
  for (const std::string_view text : entries) {
    const result<range> entry = range::parse(text);
    const auto position = static_cast<std::uint32_t>(parsed.size());
    if (!entry) return error{entry.error().code(), entry.error().text(), position};
    parsed.push_back(*entry);
  }
  return allowlist(parsed);
}

}  // namespace

allowlist::allowlist(std::span<const range> entries)
    : merged_(entries.empty() ? nullptr : lookup::make(entries)) {}

allowlist::allowlist(const allowlist& other) noexcept : merged_(other.merged_) {
  if (merged_ != nullptr) merged_->hold();
}

allowlist& allowlist::operator=(allowlist other) noexcept {
  std::swap(merged_, other.merged_);
  return *this;
}

allowlist::~allowlist() {
  if (merged_ != nullptr) merged_->release();
}

result<allowlist> allowlist::parse(const std::vector<std::string>& entries) { return parse_each(entries); }
result<allowlist> allowlist::parse(std::initializer_list<std::string_view> entries) {
  return parse_each(entries);
}

bool allowlist::contains(const address& who) const noexcept {
  return merged_ != nullptr && merged_->contains(who);
}

bool allowlist::covers_all_ipv4() const noexcept { return merged_ != nullptr && merged_->covers_all_ipv4(); }
bool allowlist::covers_all_ipv6() const noexcept { return merged_ != nullptr && merged_->covers_all_ipv6(); }
std::size_t allowlist::size() const noexcept { return merged_ == nullptr ? 0 : merged_->entries(); }
std::size_t allowlist::ranges() const noexcept { return merged_ == nullptr ? 0 : merged_->ranges(); }
std::size_t allowlist::memory_bytes() const noexcept {
  return merged_ == nullptr ? 0 : merged_->memory_bytes();
}

}  // namespace ekauth::inline v1::cidr
