#include <ekauth/scope.hpp>

#include <cstdlib>

namespace ekauth::inline v1::scope {

namespace {

constexpr std::string_view star = ":*";

constexpr const char* malformed =
    "a scope is one to four segments of [a-z][a-z0-9_.-]{0,31}; a star is a whole last segment";

// Takes the entry that a text begins with, up to a space or the end. Answers why it cannot stand at this
// place of a list; null when it can.
const char* take_entry(std::string_view& text, std::size_t position) {
  if (position == max_listed) return "more than 256 scopes are listed";
  if (text.empty() || text.front() == ' ') return "an empty scope, or a space that separates nothing";
  const std::size_t count = detail::take_segments(text);
  const std::size_t starred = text.starts_with(star) ? 1 : 0;  // stands for one segment more
  if (starred != 0) text.remove_prefix(star.size());
  const bool good = count != 0 && count + starred <= 4 && (text.empty() || text.front() == ' ');
  return good ? nullptr : malformed;
}

// Calls take with each entry of a text that separates them by spaces.
template <class Take>
result<void> take_spaced(std::string_view text, Take take) {
  if (text.empty()) return {};
  for (std::uint32_t position = 0;; ++position) {
    const std::string_view all = text;
    if (const char* why = take_entry(text, position); why != nullptr)
      return error{errc::unknown_scope, why, position};
    take(all.substr(0, all.size() - text.size()));
    if (text.empty()) return {};
    text.remove_prefix(1);
  }
}

void append(std::string& text, std::string_view entry) {
  if (!text.empty()) text += ' ';
  text += entry;
}

}  // namespace

void detail::registry_entries_are_wrong(const char*, std::uint32_t) { std::abort(); }

void list::add(std::string_view entry) {
  for (const std::string& known : entries_)
    if (known == entry) return;
  entries_.emplace_back(entry);
}

template <class Entries>
result<list> list::parse_each(const Entries& entries) {
  list made;
  std::uint32_t position = 0;
  for (const std::string_view entry : entries) {
    std::string_view rest = entry;
    const char* why = take_entry(rest, position);
    if (why == nullptr && !rest.empty()) why = malformed;
    if (why != nullptr) return error{errc::unknown_scope, why, position};
    made.add(entry);
    ++position;
  }
  return made;
}

result<list> list::parse(const std::vector<std::string>& entries) { return parse_each(entries); }
result<list> list::parse(std::initializer_list<std::string_view> entries) { return parse_each(entries); }

result<list> list::parse_spaced(std::string_view text) {
  list made;
  const result<void> good = take_spaced(text, [&made](std::string_view entry) { made.add(entry); });
  if (!good) return good.error();
  return made;
}

result<void> list::check_spaced(std::string_view text) {
  return take_spaced(text, [](std::string_view) {});
}

std::string list::spaced() const {
  std::string text;
  for (const std::string& entry : entries_) append(text, entry);
  return text;
}

result<registry> registry::make(const std::vector<entry>& entries) {
  registry made;
  const mistake found = made.fill(entries.data(), entries.size());
  if (found.text != nullptr) return error{errc::unknown_scope, found.text, found.position};
  return made;
}

result<requirement> registry::all_listed(const list& scopes) const {
  if (scopes.empty()) return error{errc::validation_failed, "an empty list demands nothing"};
  requirement what;
  what.registry_ = fingerprint_;
  std::uint32_t position = 0;
  for (const std::string& text : scopes.entries()) {
    const std::size_t index = find(text);
    if (index == max_names) return error{errc::unknown_scope, "the scope is not registered", position};
    what.needed_.add(index);
    ++position;
  }
  return what;
}

result<requirement> registry::any_listed(const list& scopes) const {
  auto what = all_listed(scopes);
  if (what) what->any_ = true;
  return what;
}

// What one text of a list grants. Names with a common beginning are neighbours in order_.
bits registry::reach_of(std::string_view granted) const {
  bits reach;
  if (!granted.ends_with(star)) {
    if (const std::size_t index = find(granted); index != max_names) reach.add(reach_[index]);
    return reach;
  }
  const std::string_view parent = granted.substr(0, granted.size() - 1);  // with its colon
  for (std::size_t place = rank(parent); place < size_; ++place) {
    const std::size_t index = order_[place];
    const std::string_view child = name(index);
    if (!child.starts_with(parent)) break;
    const bool one_segment_more = child.find(':', parent.size()) == std::string_view::npos;
    if (one_segment_more && kind_[index] == kind::ordinary) reach.add(reach_[index]);
  }
  return reach;
}

result<void> registry::check(const list& granted) const {
  std::uint32_t position = 0;
  for (const std::string& text : granted.entries()) {
    if (reach_of(text) == bits{})
      return error{errc::unknown_scope, "the scope is not registered, or its star covers nothing", position};
    ++position;
  }
  return {};
}

set registry::compile(const list& granted) const {
  set compiled;
  compiled.registry_ = fingerprint_;
  for (const std::string& text : granted.entries()) compiled.granted_.add(reach_of(text));
  return compiled;
}

std::string registry::missing(const requirement& what, const set& has) const {
  std::string text;
  if (what.registry_ != fingerprint_ || has.covers(what)) return text;
  const bool comparable = compiled(has);
  for (std::size_t i = 0; i < size_; ++i) {
    const bool granted = comparable && has.granted_.has(i);
    if (what.needed_.has(i) && !granted) append(text, name(i));
  }
  return text;
}

}  // namespace ekauth::inline v1::scope
