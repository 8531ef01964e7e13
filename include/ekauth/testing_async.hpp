// Stores that answer by callback or by coroutine, as the blocking ones that the conformance kit judges.
//
//   auto waited = testing::blocking<keys::store>(my_callback_store, testing::by_callback{});
//   auto waited = testing::blocking<refresh::store>(my_asio_store, testing::by_await{[&](auto answer) {
//     return asio::co_spawn(loop, std::move(answer), asio::use_future).get();   // how this host waits
//   }});
//   for (const auto& broken : testing::check_keys(waited)) …
//
// For tests: every request holds its thread until the answer has come.
#pragma once

#include <ekauth/testing.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <semaphore>
#include <utility>

namespace ekauth::inline v1::testing {

/// Waits for a store that answers by callback, on whichever thread. An answer that has not come after
/// patience is store_unavailable; a second answer to one request aborts, as it does under async_run.
struct by_callback {
  std::chrono::seconds patience{30};

  template <class Request, class Store>
  result<typename Request::reply> operator()(const Request& asked, Store& store) const {
    using answer_type = result<typename Request::reply>;
    struct mailbox {
      explicit mailbox(const Request& request) : asked(request) {}
      const Request asked;
      std::optional<answer_type> answer;
      std::atomic_flag is_answered;
      std::binary_semaphore arrived{0};
    };
    const auto box = std::make_shared<mailbox>(asked);  // outlives this call where the answer is late
    store.answer(box->asked, [box](answer_type answer) {
      if (box->is_answered.test_and_set()) std::abort();
      box->answer.emplace(std::move(answer));
      box->arrived.release();
    });
    if (!box->arrived.try_acquire_for(patience))
      return error{errc::store_unavailable, "the store did not call back"};
    return *std::move(box->answer);
  }
};

/// Waits for a store that answers awaitables; wait takes one, and answers its result once it is there. It is
/// called from many threads at once.
template <class Wait>
struct by_await {
  Wait wait;

  template <class Request, class Store>
  result<typename Request::reply> operator()(const Request& asked, Store& store) const {
    return wait(store.answer(asked));
  }
};
template <class Wait>
by_await(Wait) -> by_await<Wait>;

/// An asynchronous store as a blocking one. Made by blocking(); judged must outlive it.
template <class Interface, class Store, class Wait>
class blocking_store final : public storage::forwards<blocking_store<Interface, Store, Wait>, Interface> {
 public:
  blocking_store(Store& judged, Wait wait) : store_(judged), wait_(std::move(wait)) {}

  template <class Request>
  result<typename Request::reply> answer(const Request& request) {
    return wait_(request, store_);
  }

 private:
  Store& store_;
  Wait wait_;
};

/// An asynchronous store as a blocking one of Interface: keys::store, refresh::store or allowlists::store.
template <class Interface, class Store, class Wait>
[[nodiscard]] blocking_store<Interface, Store, Wait> blocking(Store& judged, Wait wait) {
  return {judged, std::move(wait)};
}

}  // namespace ekauth::inline v1::testing
