// The blocking runner, for threads and for fibres whose calls look blocking.
//
//   auto who = ekauth::run(api_keys.verify(credential, {.now = now()}), store);
#pragma once

#include <ekauth/flow.hpp>

namespace ekauth::inline v1 {

/// Drives flow to its end with a store whose methods answer at once. Exceptions of the store pass through.
template <class Flow, class Store>
[[nodiscard]] result<typename Flow::value_type> run(Flow flow, Store& store) {
  while (!flow.done()) {
    flow.next([&](auto request) {
      const auto asked = std::move(request);
      flow.resume(asked, store.answer(asked));
    });
  }
  return std::move(flow).take();
}

}  // namespace ekauth::inline v1
