// The conformance kit: judges any store against the contract, clause by clause, from any test framework.
//
//   my_store db = open_a_database_to_throw_away();
//   for (const auto& broken : testing::check_keys(db)) std::puts(testing::to_string(broken).c_str());
//   for (const auto& broken : testing::check_sessions(db)) std::puts(testing::to_string(broken).c_str());
//
// No finding: the store was not seen to break its contract. Whoever answers by callback or by coroutine wraps
// the store first: <ekauth/testing_async.hpp>. The clauses in words: docs/STORAGE.md.
#pragma once

#include <ekauth/allowlists_store.hpp>
#include <ekauth/keys_store.hpp>
#include <ekauth/refresh_store.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ekauth::inline v1::testing {

/// One promise of the contract. The texts live as long as the program.
struct clause {
  std::string_view name;     ///< "keys.replace.race"; stable: never given to another promise
  std::string_view promise;  ///< a sentence of what every store keeps
};

/// A clause that a store was seen to break.
struct finding {
  clause broken;
  std::string seen;  ///< what happened instead, the first time; holds no secret
};

/// "keys.replace.race: Of many who … Seen: version 3 was replaced by 2 callers"
[[nodiscard]] std::string to_string(const finding& what);

struct options {
  std::uint32_t rounds =
      20;                    ///< of each race: more find what goes wrong more rarely, and take as much longer
  std::string only = {};     ///< judges the clauses whose name starts with this; empty: all
  time_point start = now();  ///< what the rows' times are counted from; the real time, for stores that drop
                             ///< ended sessions by a clock of their own
};

/// Every clause, in the order of judgement: those of keys, of sessions, of allowlists.
[[nodiscard]] std::vector<clause> clauses();

/// Judges what keys ask of a store; answers the broken clauses, at most one finding each.
///
/// here, there: two handles on the same data, such as two connection pools, nodes or processes; requests go
/// to both in turn. Where there is one handle only, it stands for both.
///
/// Give it a database to throw away, empty or not: every clause uses ids and owners of its own, drawn at
/// random, whose rows stay behind; but purge removes whatever session is due, whoever made it. Clauses do not
/// disturb each other.
///
/// An error where nothing was wrong is a finding. Exceptions of the store pass through; one from the crowd of
/// a race ends the program. A store that never answers is waited for: set your test a time limit.
/// Threads: up to 16 at once call the store; one check of a store at a time.
[[nodiscard]] std::vector<finding> check_keys(keys::store& here, keys::store& there, const options& how = {});
[[nodiscard]] std::vector<finding> check_keys(keys::store& store, const options& how = {});

/// Judges what sessions ask of a store. As check_keys.
[[nodiscard]] std::vector<finding> check_sessions(refresh::store& here, refresh::store& there,
                                                  const options& how = {});
[[nodiscard]] std::vector<finding> check_sessions(refresh::store& store, const options& how = {});

/// Judges what allowlists ask of a store. As check_keys.
[[nodiscard]] std::vector<finding> check_allowlists(allowlists::store& here, allowlists::store& there,
                                                    const options& how = {});
[[nodiscard]] std::vector<finding> check_allowlists(allowlists::store& store, const options& how = {});

}  // namespace ekauth::inline v1::testing
