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

/// The error of a failed storage request, as a caller gets it: storage trouble, whatever the store said.
[[nodiscard]] error storage_trouble(error why) noexcept;

/// The base of every flow; Self is the flow, T what it ends in, Requests what it may ask, each type once.
///
/// A request is a struct that owns its data, names its `reply`, and knows by `call(store, …)` which store
/// method answers it. Self has one `on(const Request&, Request::reply)` for each, which either asks again or
/// finishes. An error from the store ends the flow: denied. A flow may start finished. Used by one thread at
/// a time.
///
/// A flow made of flows asks what the inner ones ask: see delegate().
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

  /// Hands the pending request to visitor(Request) and answers what it answers. The request is the visitor's,
  /// by reference too, until the visitor returns.
  ///
  /// A request is handed out once, also when the visitor throws. Aborts when done, on a second call before
  /// resume(), and on a flow that was moved from. If a request is lost, drop the flow and begin again.
  template <class Visitor>
  decltype(auto) next(Visitor&& visitor) {
    if (std::exchange(turn_.now, turn::stores) != turn::own) std::abort();
    return next_from<0>(visitor);
  }

  /// Continues with the store's answer to the request that next() handed out. Aborts on any other request.
  template <class Request>
  void resume(const Request& asked, result<typename Request::reply> answer) {
    if (turn_.now != turn::stores || !std::holds_alternative<Request>(state_)) std::abort();
    if (!answer) answer = storage_trouble(answer.error());
    finish(error{errc::internal_error, "a flow neither asked nor finished"});
    Self& self = static_cast<Self&>(*this);
    if constexpr (requires { self.on(asked, std::move(answer)); })
      self.on(asked, std::move(answer));
    else if (answer)
      self.on(asked, *std::move(answer));
    else
      self.fail(answer.error());
  }

  /// The result. Aborts before it is there, and when it was taken.
  [[nodiscard]] result<T> take() && {
    if (!done()) std::abort();
    if (std::exchange(turn_.now, turn::nobodys) == turn::nobodys) std::abort();
    return std::get<result<T>>(std::move(state_));
  }

 protected:
  flow() = default;
  ~flow() = default;

  template <class Request>
  void ask(Request request) {
    state_.template emplace<Request>(std::move(request));
    turn_.now = turn::own;
  }
  void finish(result<T> outcome) { state_.template emplace<result<T>>(std::move(outcome)); }
  template <class Value>
  requires std::is_same_v<Value, T>
  void finish(Value&& value) {  // moved once, into its place
    state_.template emplace<result<T>>(std::in_place, std::forward<Value>(value));
  }
  /// Storage trouble ends a flow by this. A flow that has more to say about it hides this with its own.
  void fail(error why) { finish(why); }

  /// Asks what an inner flow asks. When that is done, (this->*then)(its result) asks or finishes.
  ///
  ///   delegate(verify_, &my_flow::verified);                                         // to begin
  ///   void on(const keys::find& asked, result<keys::find::reply>&& answer) {         // and to go on
  ///     delegate(verify_, asked, std::move(answer), &my_flow::verified);
  ///   }
  ///
  /// An `on` that takes a result gets storage trouble too, so that the inner flow fails in its own way first.
  template <class Inner>
  void delegate(Inner& inner, void (Self::*then)(result<typename Inner::value_type>)) {
    if (inner.done()) return (static_cast<Self&>(*this).*then)(std::move(inner).take());
    inner.next([this](auto request) { this->ask(std::move(request)); });
  }
  template <class Inner, class Request>
  void delegate(Inner& inner, const Request& asked, result<typename Request::reply>&& answer,
                void (Self::*then)(result<typename Inner::value_type>)) {
    inner.resume(asked, std::move(answer));
    delegate(inner, then);
  }

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

  // Whose turn it is: the flow's own, the store's, or nobody's, once its inside was moved away.
  struct turn {
    enum : unsigned char { own, stores, nobodys } now = own;
    turn() = default;
    turn(turn&& other) noexcept : now(std::exchange(other.now, nobodys)) {}
    turn& operator=(turn&& other) noexcept {
      now = std::exchange(other.now, nobodys);
      return *this;
    }
  };

  std::variant<Requests..., result<T>> state_{
      result<T>(error{errc::internal_error, "a flow that never started"})};
  turn turn_;
};

}  // namespace ekauth::inline v1
