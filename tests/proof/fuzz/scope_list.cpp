// A list of scopes: taken where a plain reading of the grammar takes it, written as it was read, and granting
// nothing that it does not say.
#include <ekauth/scope.hpp>

#include <algorithm>

#include "fuzz/fuzz.hpp"

using namespace ekauth;
using fuzz::must;

namespace {

constexpr std::string_view lower = "abcdefghijklmnopqrstuvwxyz";
constexpr scope::registry scopes{{"events:read"},
                                 {"events:write"},
                                 {"events:write:all"},
                                 {"a"},
                                 {"a:b"},
                                 {"full_access", scope::kind::superuser},
                                 {"keys:make", scope::kind::explicit_only}};

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts{""};
  for (const char c : text)
    if (c == at)
      parts.emplace_back();
    else
      parts.back().push_back(c);
  return parts;
}

bool is_segment(std::string_view text) {
  if (text.empty() || text.size() > 32 || !fuzz::is_one_of(text[0], lower)) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return fuzz::is_one_of(c, lower) || fuzz::is_one_of(c, fuzz::digits) || fuzz::is_one_of(c, "_.-");
  });
}

bool is_entry(std::string_view text) {
  std::vector<std::string> parts = split(text, ':');
  if (parts.size() > 4) return false;
  if (parts.size() > 1 && parts.back() == "*") parts.pop_back();
  return std::all_of(parts.begin(), parts.end(), is_segment);
}

bool is_list(std::string_view text) {
  if (text.empty()) return true;
  const auto entries = split(text, ' ');
  return entries.size() <= scope::max_listed && std::all_of(entries.begin(), entries.end(), is_entry);
}

bool covers_plainly(const std::vector<std::string>& granted, const std::string& asked) {
  for (const std::string& each : granted) {
    if (each == asked) return true;
    if (asked == "keys:make" || asked == "full_access") continue;
    if (each == "full_access") return true;
    if (!each.ends_with(":*")) continue;
    const std::string before = each.substr(0, each.size() - 1);  // "events:"
    if (asked.starts_with(before) && asked.find(':', before.size()) == std::string::npos) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::input(data, size).all();
  const auto read = scope::list::parse_spaced(text);
  must(read.has_value() == is_list(text), "a list is taken where its grammar matches");
  must(scope::list::check_spaced(text).has_value() == read.has_value(),
       "and so says the check without a list");
  if (!read) return 0;
  must(*scope::list::parse_spaced(read->spaced()) == *read, "what is written is read as the same list");
  std::vector<std::string> entries = text.empty() ? std::vector<std::string>{} : split(text, ' ');
  must(*scope::list::parse(entries) == *read, "its entries make the same list");
  for (const std::string& each : entries)
    must(std::count(read->entries().begin(), read->entries().end(), each) == 1, "each is there once");

  const scope::set has = scopes.compile(*read);
  for (const char* const name :
       {"events:read", "events:write", "events:write:all", "a", "a:b", "full_access", "keys:make"}) {
    const auto needed = scopes.all_listed(*scope::list::parse({std::string_view(name)}));
    must(has.covers(*needed) == covers_plainly(entries, name), "a list grants what it says");
  }
  return 0;
}
