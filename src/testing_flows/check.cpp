#include "testing/check.hpp"

#include <ekauth/random.hpp>

#include "testing_flows/flows.hpp"

#include <cstdlib>

namespace ekauth::inline v1::testing_flows {

server_keys roots() {
  server_keys keys;
  char bytes[32];
  os_random().fill(bytes, sizeof bytes);
  if (!keys.add('1', secret(std::string_view(bytes, sizeof bytes)))) std::abort();
  return keys;
}

std::vector<testing::clause> clauses() {
  std::vector<testing::clause> all;
  testing::add_clauses<keys::store>(all, {keys_clauses()});
  testing::add_clauses<refresh::store>(all, {sessions_clauses()});
  testing::add_clauses<allowlists::store>(all, {allowlists_clauses()});
  return all;
}

std::vector<testing::finding> check_keys(keys::store& here, keys::store& there, const options& how) {
  return testing::check<keys::store>({keys_clauses()}, here, there, how);
}
std::vector<testing::finding> check_keys(keys::store& store, const options& how) {
  return testing_flows::check_keys(store, store, how);
}

std::vector<testing::finding> check_sessions(refresh::store& here, refresh::store& there,
                                             const options& how) {
  return testing::check<refresh::store>({sessions_clauses()}, here, there, how);
}
std::vector<testing::finding> check_sessions(refresh::store& store, const options& how) {
  return testing_flows::check_sessions(store, store, how);
}

std::vector<testing::finding> check_allowlists(allowlists::store& here, allowlists::store& there,
                                               const options& how) {
  return testing::check<allowlists::store>({allowlists_clauses()}, here, there, how);
}
std::vector<testing::finding> check_allowlists(allowlists::store& store, const options& how) {
  return testing_flows::check_allowlists(store, store, how);
}

}  // namespace ekauth::inline v1::testing_flows
