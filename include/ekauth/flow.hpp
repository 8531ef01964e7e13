// A flow is an operation in progress: it asks its host one storage request at a time and ends in a result.
//
//   auto who = run(api_keys.verify(credential, {.now = now()}), store);      // most hosts need no more
//
// The host chooses the runner: run (blocking), co_run (coroutines) or async_run (callbacks). A flow reads no
// clock and does no I/O, so it can be driven, and failed, step by step in a test.
#pragma once

#include <ekauth/result.hpp>

#include <cstdlib>
#include <type_traits>
#include <utility>
#include <variant>

namespace ekauth::inline v1 {

template <class Inside>
class shares;  // how a service and its flows own what is inside; private

/// What a failed storage request means to a caller: storage trouble, whatever the store's error said.
[[nodiscard]] error storage_trouble(error why) noexcept;

/// The base of every flow; Self is the flow, T what it ends in, Requests what it may ask, each type once.
///
/// A request is a struct that owns its data, names its `reply`, and knows by `call(store, …)` which store
/// method answers it. Self has one `on(const Request&, Request::reply)` for each, which either asks again or
/// finishes. An error from the store ends the flow: denied. A flow may start finished. Used by one thread at
/// a time.
template <class Self, class T, class... Requests>
class [[nodiscard]] flow {
 public:
  using value_type = T;

  flow(flow&&) = default;
  flow& operator=(flow&&) = default;
  flow(const flow&) = delete;
  flow& operator=(const flow&) = delete;

  /// Whether the result is there to take.
  [[nodiscard]] bool done() const noexcept { return std::holds_alternative<result<T>>(state_); }

  /// Hands the pending request to visitor(Request) and answers what it answers. Aborts when done. The request
  /// is the visitor's, by reference too, until the visitor returns.
  template <class Visitor>
  decltype(auto) next(Visitor&& visitor) {
    return next_from<0>(visitor);
  }

  /// Continues with the store's answer to the request that next() handed out. Aborts on any other request.
  template <class Request>
  void resume(const Request& asked, result<typename Request::reply> answer) {
    if (!std::holds_alternative<Request>(state_)) std::abort();
    if (!answer) return static_cast<Self&>(*this).fail(storage_trouble(answer.error()));
    finish(error{errc::internal_error, "a flow neither asked nor finished"});
    static_cast<Self&>(*this).on(asked, *std::move(answer));
  }

  /// The result. Aborts before it is there.
  [[nodiscard]] result<T> take() && {
    if (!done()) std::abort();
    return std::get<result<T>>(std::move(state_));
  }

 protected:
  flow() = default;
  ~flow() = default;

  template <class Request>
  void ask(Request request) {
    state_.template emplace<Request>(std::move(request));
  }
  void finish(result<T> outcome) { state_.template emplace<result<T>>(std::move(outcome)); }
  template <class Value>
  requires std::is_same_v<Value, T>
  void finish(Value&& value) {  // moved once, into its place
    state_.template emplace<result<T>>(std::in_place, std::forward<Value>(value));
  }
  /// What storage trouble comes to; a flow that has more to say about it hides this with its own.
  void fail(error why) { finish(why); }

 private:
  // Out of the flow, where resuming it would end the request that a visitor has by reference.
  template <class Request>
  static Request taken(Request& asked) {
    return std::move(asked);
  }
  template <std::size_t I, class Visitor>
  decltype(auto) next_from(Visitor& visitor) {
    if constexpr (I + 1 == sizeof...(Requests)) {
      if (state_.index() != I) std::abort();
      return visitor(taken(*std::get_if<I>(&state_)));
    } else {
      if (auto* request = std::get_if<I>(&state_)) return visitor(taken(*request));
      return next_from<I + 1>(visitor);
    }
  }

  std::variant<Requests..., result<T>> state_{
      result<T>(error{errc::internal_error, "a flow that never started"})};
};

}  // namespace ekauth::inline v1
