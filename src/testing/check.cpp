#include "testing/check.hpp"

#include "testing/clauses.hpp"

namespace ekauth::inline v1::testing {

namespace {

tables<keys::store> of_keys() { return {keys_rows(), keys_changes(), keys_pages(), keys_races()}; }

tables<refresh::store> of_sessions() {
  return {sessions_rows(), sessions_changes(), sessions_pages(), sessions_purge(), sessions_races()};
}

tables<allowlists::store> of_allowlists() { return {allowlists_rows(), allowlists_races()}; }

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
  add_clauses(all, of_keys());
  add_clauses(all, of_sessions());
  add_clauses(all, of_allowlists());
  return all;
}

std::vector<finding> check_keys(keys::store& here, keys::store& there, const options& how) {
  return check(of_keys(), here, there, how);
}
std::vector<finding> check_keys(keys::store& store, const options& how) {
  return check_keys(store, store, how);
}

std::vector<finding> check_sessions(refresh::store& here, refresh::store& there, const options& how) {
  return check(of_sessions(), here, there, how);
}
std::vector<finding> check_sessions(refresh::store& store, const options& how) {
  return check_sessions(store, store, how);
}

std::vector<finding> check_allowlists(allowlists::store& here, allowlists::store& there, const options& how) {
  return check(of_allowlists(), here, there, how);
}
std::vector<finding> check_allowlists(allowlists::store& store, const options& how) {
  return check_allowlists(store, store, how);
}

}  // namespace ekauth::inline v1::testing
