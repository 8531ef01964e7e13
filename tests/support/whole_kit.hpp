// Both halves of the conformance kit as one: the requests' clauses, then those of operations.
#pragma once

#include <ekauth/testing_flows.hpp>

namespace whole_kit {

using namespace ekauth;
using findings = std::vector<testing::finding>;

/// A name that no clause of a half begins with may still be one of the other half's.
inline findings both(findings first, const findings& second) {
  const auto is_unknown = [](const findings& of) {
    return of.size() == 1 && of[0].broken.name == "options.only";
  };
  if (is_unknown(second)) return first;
  if (is_unknown(first)) return second;
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

inline std::vector<testing::clause> clauses() {
  auto all = testing::clauses();
  for (const testing::clause& each : testing_flows::clauses()) all.push_back(each);
  return all;
}

inline findings check_keys(keys::store& here, keys::store& there, const testing::options& how = {}) {
  return both(testing::check_keys(here, there, how), testing_flows::check_keys(here, there, how));
}
inline findings check_keys(keys::store& store, const testing::options& how = {}) {
  return whole_kit::check_keys(store, store, how);
}

inline findings check_sessions(refresh::store& here, refresh::store& there,
                               const testing::options& how = {}) {
  return both(testing::check_sessions(here, there, how), testing_flows::check_sessions(here, there, how));
}
inline findings check_sessions(refresh::store& store, const testing::options& how = {}) {
  return whole_kit::check_sessions(store, store, how);
}

inline findings check_allowlists(allowlists::store& here, allowlists::store& there,
                                 const testing::options& how = {}) {
  return both(testing::check_allowlists(here, there, how), testing_flows::check_allowlists(here, there, how));
}
inline findings check_allowlists(allowlists::store& store, const testing::options& how = {}) {
  return whole_kit::check_allowlists(store, store, how);
}

}  // namespace whole_kit
