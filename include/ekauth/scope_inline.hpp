// The bodies of <ekauth/scope.hpp> that constant expressions need. Include that one.
#pragma once

#include <ekauth/scope.hpp>

namespace ekauth::inline v1::scope {

constexpr std::size_t detail::take_segments(std::string_view& text) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto other = [](char c) { return (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-'; };
  const std::string_view all = text;
  std::size_t count = 0, taken = 0;
  for (std::size_t begin = 0; begin < all.size() && letter(all[begin]); begin = taken + 1) {
    taken = begin + 1;
    while (taken < all.size() && (letter(all[taken]) || other(all[taken]))) ++taken;
    if (taken - begin > 32 || ++count > 4) return 0;
    if (taken == all.size() || all[taken] != ':') break;
  }
  text = all.substr(taken);
  return count;
}

constexpr std::size_t detail::segments(std::string_view name) {
  const std::size_t count = take_segments(name);
  return name.empty() ? count : 0;
}

constexpr void bits::add(const bits& more) noexcept {
  for (std::size_t w = 0; w < words.size(); ++w) words[w] |= more.words[w];
}

constexpr bool set::covers(const requirement& what) const noexcept {
  if (what.registry_ != registry_) return what.registry_ == 0;
  std::uint64_t met = 0, lacking = 0;
  for (std::size_t w = 0; w < granted_.words.size(); ++w) {
    met |= what.needed_.words[w] & granted_.words[w];
    lacking |= what.needed_.words[w] & ~granted_.words[w];
  }
  return what.any_ ? met != 0 : lacking == 0;
}

constexpr result<void> set::require(const requirement& what) const noexcept {
  if (covers(what)) return {};
  return error{errc::insufficient_scope, "the credential does not carry a required scope"};
}

constexpr registry::registry(std::initializer_list<entry> entries) {
  const mistake found = fill(entries.begin(), entries.size());
  if (found.text != nullptr) detail::registry_entries_are_wrong(found.text, found.position);
}

constexpr registry::mistake registry::fill(const entry* entries, std::size_t count) {
  for (std::uint32_t i = 0; i < count; ++i)
    if (const char* why = add(entries[i]); why != nullptr) return {why, i};
  for (std::uint32_t i = 0; i < count; ++i)
    if (const char* why = link(i, entries[i].implies); why != nullptr) return {why, i};
  close_implications();
  for (std::uint32_t i = 0; i < count; ++i)
    if (reach_[i].has(i)) return {"the scope implies itself", i};
  widen_superusers();
  fingerprint_ = identify();
  return {};
}

constexpr const char* registry::add(const entry& what) {
  if (detail::segments(what.text) == 0) return "a name is one to four segments of [a-z][a-z0-9_.-]{0,31}";
  const std::size_t begin = end_[size_];
  if (size_ == max_names) return "more than 256 names";
  if (begin + what.text.size() > max_text) return "more than 8192 bytes of names";
  const std::size_t place = rank(what.text);
  if (place < size_ && name(order_[place]) == what.text) return "the name is repeated";
  for (std::size_t i = size_; i > place; --i) order_[i] = order_[i - 1];
  order_[place] = static_cast<std::uint8_t>(size_);
  for (std::size_t i = 0; i < what.text.size(); ++i) text_[begin + i] = what.text[i];
  kind_[size_] = what.reach;
  end_[++size_] = static_cast<std::uint16_t>(begin + what.text.size());
  return nullptr;
}

constexpr const char* registry::link(std::size_t index, const names& implied) {
  if (implied.size() > max_implied) return "more than 32 implied scopes";
  for (std::size_t i = 0; i < implied.size(); ++i) {
    const std::size_t other = find(implied[i]);
    if (other == max_names) return "an implied scope is not registered";
    if (kind_[other] == kind::explicit_only) return "an explicit-only scope is implied";
    reach_[index].add(other);
  }
  return nullptr;
}

constexpr void registry::close_implications() {
  for (std::size_t via = 0; via < size_; ++via) {
    if (reach_[via] == bits{}) continue;
    for (std::size_t i = 0; i < size_; ++i)
      if (reach_[i].has(via)) reach_[i].add(reach_[via]);
  }
}

// Every name gets itself; whatever reaches a superuser gets all ordinary names and what they imply.
constexpr void registry::widen_superusers() {
  bits superusers, everything;
  for (std::size_t i = 0; i < size_; ++i) {
    reach_[i].add(i);
    if (kind_[i] == kind::superuser) superusers.add(i);
    if (kind_[i] == kind::ordinary) everything.add(reach_[i]);
  }
  for (std::size_t i = 0; i < size_; ++i) {
    bool reaches = false;
    for (std::size_t w = 0; w < superusers.words.size(); ++w)
      reaches = reaches || (reach_[i].words[w] & superusers.words[w]) != 0;
    if (reaches) reach_[i].add(everything);
  }
}

// FNV-1a over each name, its kind, which no name contains as a byte, and its reach.
constexpr std::uint32_t registry::identify() const {
  std::uint32_t hash = 2166136261u;
  const auto mix = [&hash](std::uint64_t byte) {
    hash = (hash ^ static_cast<std::uint32_t>(byte & 0xff)) * 16777619u;
  };
  for (std::size_t i = 0; i < size_; ++i) {
    for (std::size_t at = end_[i]; at < end_[i + 1]; ++at) mix(static_cast<unsigned char>(text_[at]));
    mix(static_cast<std::uint64_t>(kind_[i]));
    for (const std::uint64_t word : reach_[i].words)
      for (int shift = 0; shift < 64; shift += 8) mix(word >> shift);
  }
  return hash != 0 ? hash : 1;
}

constexpr std::string_view registry::name(std::size_t index) const {
  return {text_.data() + end_[index], static_cast<std::size_t>(end_[index + 1] - end_[index])};
}

constexpr std::size_t registry::rank(std::string_view text) const {
  std::size_t low = 0, high = size_;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (name(order_[middle]) < text)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

constexpr std::size_t registry::find(std::string_view text) const {
  const std::size_t place = rank(text);
  return place < size_ && name(order_[place]) == text ? order_[place] : max_names;
}

consteval requirement registry::needing(std::initializer_list<std::string_view> scopes) const {
  requirement what;
  for (const std::string_view text : scopes) {
    const std::size_t index = find(text);
    if (index == max_names) detail::scope_is_not_registered();
    what.needed_.add(index);
  }
  return what;
}

consteval requirement registry::all_of(std::initializer_list<std::string_view> scopes) const {
  requirement what = needing(scopes);
  if (scopes.size() != 0) what.registry_ = fingerprint_;
  return what;
}

consteval requirement registry::any_of(std::initializer_list<std::string_view> scopes) const {
  requirement what = needing(scopes);
  what.registry_ = fingerprint_;
  what.any_ = true;
  return what;
}

}  // namespace ekauth::inline v1::scope
