// One judgement: every clause of some tables on a store, in their order.
#pragma once

#include "core/base62.hpp"
#include "testing/trial.hpp"

#include <span>

namespace ekauth::inline v1::testing {

template <class Store>
using tables = std::vector<std::span<const judge<Store>>>;

template <class Store>
std::vector<finding> check(const tables<Store>& all, Store& here, Store& there, const options& how) {
  constexpr clause something_judged{"options.only", "The name that is asked for is the start of a clause's."};
  std::vector<finding> found;
  bool judged = false;
  for (const auto& table : all) {
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
void add_clauses(std::vector<clause>& all, const tables<Store>& judged) {
  for (const auto& table : judged)
    for (const judge<Store>& each : table) all.push_back(each.said);
}

}  // namespace ekauth::inline v1::testing
