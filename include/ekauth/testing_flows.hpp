// The second half of the conformance kit: the library's own operations on a store whose answers get lost.
//
//   for (const auto& broken : testing::check_keys(db)) …           // each request by itself: testing.hpp
//   for (const auto& broken : testing_flows::check_keys(db)) …     // creating, rolling and revoking on them
//
// It stands on the services, and so on OpenSSL; testing.hpp does not. Use both.
#pragma once

#include <ekauth/testing.hpp>

namespace ekauth::inline v1::testing_flows {

using testing::options;

/// Every clause, in the order of judgement: those of keys, of sessions, of allowlists.
[[nodiscard]] std::vector<testing::clause> clauses();

/// Judges a store as testing::check_keys does, by operations of keys::service.
///
/// Each answer of an operation is lost once, before and after the store did what it was asked.
[[nodiscard]] std::vector<testing::finding> check_keys(keys::store& here, keys::store& there,
                                                       const options& how = {});
[[nodiscard]] std::vector<testing::finding> check_keys(keys::store& store, const options& how = {});

/// As check_keys, by operations of refresh::service.
[[nodiscard]] std::vector<testing::finding> check_sessions(refresh::store& here, refresh::store& there,
                                                           const options& how = {});
[[nodiscard]] std::vector<testing::finding> check_sessions(refresh::store& store, const options& how = {});

/// As check_keys, by operations of allowlists::service.
[[nodiscard]] std::vector<testing::finding> check_allowlists(allowlists::store& here,
                                                             allowlists::store& there,
                                                             const options& how = {});
[[nodiscard]] std::vector<testing::finding> check_allowlists(allowlists::store& store,
                                                             const options& how = {});

}  // namespace ekauth::inline v1::testing_flows
