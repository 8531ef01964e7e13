#include "core/base62.hpp"
#include "testing/clauses.hpp"

namespace ekauth::inline v1::testing {

namespace {

constexpr clause something_judged{"options.only", "The name that is asked for is the start of a clause's."};

template <class Store>
using tables = std::vector<std::span<const judge<Store>>>;

tables<keys::store> judges_of(const keys::store*) {
  return {keys_rows(), keys_changes(), keys_pages(), keys_races(), keys_flows()};
}
tables<refresh::store> judges_of(const refresh::store*) {
  return {sessions_rows(),  sessions_changes(), sessions_pages(),
          sessions_purge(), sessions_races(),   sessions_flows()};
}
tables<allowlists::store> judges_of(const allowlists::store*) {
  return {allowlists_rows(), allowlists_races(), allowlists_flows()};
}

template <class Store>
std::vector<finding> check(Store& here, Store& there, const options& how) {
  std::vector<finding> found;
  bool judged = false;
  for (const auto& table : judges_of(static_cast<Store*>(nullptr))) {
    for (const judge<Store>& each : table) {
      if (!each.said.name.starts_with(how.only)) continue;
      judged = true;
      trial<Store> t(here, there, how, base62::random_digits(os_random(), 10));
      each.run(t);
      if (auto seen = std::move(t).first_seen()) found.push_back({each.said, *std::move(seen)});
    }
  }
  if (!judged) found.push_back({something_judged, "no clause starts with \"" + how.only + "\""});
  return found;
}

template <class Store>
void add_clauses(std::vector<clause>& all) {
  for (const auto& table : judges_of(static_cast<Store*>(nullptr)))
    for (const judge<Store>& each : table) all.push_back(each.said);
}

}  // namespace

std::string to_string(const finding& what) {
  return std::string(what.broken.name)
      .append(": ")
      .append(what.broken.promise)
      .append(" Seen: ")
      .append(what.seen);
}

std::vector<clause> clauses() {
  std::vector<clause> all;
  add_clauses<keys::store>(all);
  add_clauses<refresh::store>(all);
  add_clauses<allowlists::store>(all);
  return all;
}

std::vector<finding> check_keys(keys::store& here, keys::store& there, const options& how) {
  return check(here, there, how);
}
std::vector<finding> check_keys(keys::store& store, const options& how) { return check(store, store, how); }

std::vector<finding> check_sessions(refresh::store& here, refresh::store& there, const options& how) {
  return check(here, there, how);
}
std::vector<finding> check_sessions(refresh::store& store, const options& how) {
  return check(store, store, how);
}

std::vector<finding> check_allowlists(allowlists::store& here, allowlists::store& there, const options& how) {
  return check(here, there, how);
}
std::vector<finding> check_allowlists(allowlists::store& store, const options& how) {
  return check(store, store, how);
}

}  // namespace ekauth::inline v1::testing
