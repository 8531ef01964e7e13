// The library's own operations, on the store that is judged, with answers that get lost.
#pragma once

#include <ekauth/server_keys.hpp>
#include <ekauth/testing_flows.hpp>

#include "testing/trial.hpp"

#include <span>

namespace ekauth::inline v1::testing_flows {

using testing::crowd;
using testing::judge;
using testing::together;
using testing::trial;
using keys_trial = trial<keys::store>;
using sessions_trial = trial<refresh::store>;
using allowlists_trial = trial<allowlists::store>;

using keys_judges = std::span<const judge<keys::store>>;
using sessions_judges = std::span<const judge<refresh::store>>;
using allowlists_judges = std::span<const judge<allowlists::store>>;

[[nodiscard]] keys_judges keys_clauses();
[[nodiscard]] sessions_judges sessions_clauses();
[[nodiscard]] allowlists_judges allowlists_clauses();

/// Server keys for one run.
[[nodiscard]] server_keys roots();

/// How the answer to a request gets lost: before the store was asked, or after it did what it was asked.
enum class lost : std::uint8_t { before, after };

/// Drives flow to its end; of its requests number `which` is lost. Answers nothing when there is no such
/// request.
template <class Store, class Flow>
std::optional<result<typename Flow::value_type>> run_losing(trial<Store>& t, Flow flow, int which, lost how) {
  constexpr error no_answer{errc::store_unavailable, "the answer was lost"};
  int asked = 0;
  for (; !flow.done(); ++asked) {
    flow.next([&](auto request) {
      const auto kept = std::move(request);
      if (asked == which && how == lost::before) return flow.resume(kept, no_answer);
      auto answer = t.handle().answer(kept);
      if (asked == which) return flow.resume(kept, no_answer);
      flow.resume(kept, std::move(answer));
    });
  }
  if (asked <= which) return std::nullopt;
  return std::move(flow).take();
}

/// Drives flow to its end.
template <class Store, class Flow>
result<typename Flow::value_type> run_on(trial<Store>& t, Flow flow) {
  return *run_losing(t, std::move(flow), -1, lost::before);
}

/// "ok", or the name of the error.
template <class T>
std::string outcome(const result<T>& ended) {
  return std::string(ended ? "ok" : name(ended.error().code()));
}

}  // namespace ekauth::inline v1::testing_flows
