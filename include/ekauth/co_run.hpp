// The coroutine runner, for any task type: the store's methods answer awaitables of result<reply>.
//
//   auto who = co_await ekauth::co_run<asio::awaitable>(api_keys.verify(credential, at), store);
#pragma once

#include <ekauth/flow.hpp>

#include <coroutine>

namespace ekauth::inline v1 {

namespace detail {

template <class Step, class Flow, class Store, class Request>
Step co_answer(Flow& flow, Store& store, Request asked) {
  auto pending = store.answer(asked);
  result<typename Request::reply> answer = co_await std::move(pending);
  flow.resume(asked, std::move(answer));
}

}  // namespace detail

/// Drives flow to its end. Task<void> and Task<result<T>> must be coroutine types that can be awaited; store
/// must outlive the task. Destroying the task between two requests abandons the operation, which is safe at
/// every point.
template <template <class...> class Task, class Flow, class Store>
[[nodiscard]] Task<result<typename Flow::value_type>> co_run(Flow flow, Store& store) {
  while (!flow.done()) {
    Task<void> step = flow.next(
        [&](auto request) { return detail::co_answer<Task<void>>(flow, store, std::move(request)); });
    co_await std::move(step);
  }
  result<typename Flow::value_type> outcome = std::move(flow).take();
  co_return std::move(outcome);
}

}  // namespace ekauth::inline v1
