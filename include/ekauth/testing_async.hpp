// Stores that answer by callback or by coroutine, as the blocking ones that the conformance kit judges.
//
//   testing::blocking_keys waited(my_callback_store, testing::by_callback{});
//   testing::blocking_sessions waited(my_asio_store, testing::by_await{[&](auto answer) {
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
    box->asked.call(store, [box](answer_type answer) {
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
    return wait(asked.call(store));
  }
};
template <class Wait>
by_await(Wait) -> by_await<Wait>;

/// An asynchronous store of keys as a blocking one. judged must outlive it.
template <class Store, class Wait>
class blocking_keys final : public keys::store {
 public:
  blocking_keys(Store& judged, Wait wait) : store_(judged), wait_(std::move(wait)) {}

  result<keys::insert::reply> insert_key(const keys::insert& r) override { return wait_(r, store_); }
  result<keys::find::reply> find_key(const keys::find& r) override { return wait_(r, store_); }
  result<keys::replace::reply> replace_key(const keys::replace& r) override { return wait_(r, store_); }
  result<keys::list::reply> list_keys(const keys::list& r) override { return wait_(r, store_); }
  result<keys::touch::reply> touch_keys(const keys::touch& r) override { return wait_(r, store_); }

 private:
  Store& store_;
  Wait wait_;
};

/// An asynchronous store of sessions as a blocking one. judged must outlive it.
template <class Store, class Wait>
class blocking_sessions final : public refresh::store {
 public:
  blocking_sessions(Store& judged, Wait wait) : store_(judged), wait_(std::move(wait)) {}

  result<refresh::insert::reply> insert_session(const refresh::insert& r) override {
    return wait_(r, store_);
  }
  result<refresh::find::reply> find_session(const refresh::find& r) override { return wait_(r, store_); }
  result<refresh::advance::reply> advance_session(const refresh::advance& r) override {
    return wait_(r, store_);
  }
  result<refresh::revoke::reply> revoke_session(const refresh::revoke& r) override {
    return wait_(r, store_);
  }
  result<refresh::read_epoch::reply> read_subject_epoch(const refresh::read_epoch& r) override {
    return wait_(r, store_);
  }
  result<refresh::bump_epoch::reply> bump_subject_epoch(const refresh::bump_epoch& r) override {
    return wait_(r, store_);
  }
  result<refresh::list::reply> list_sessions(const refresh::list& r) override { return wait_(r, store_); }
  result<refresh::purge::reply> purge_sessions(const refresh::purge& r) override { return wait_(r, store_); }

 private:
  Store& store_;
  Wait wait_;
};

/// An asynchronous store of allowlists as a blocking one. judged must outlive it.
template <class Store, class Wait>
class blocking_allowlists final : public allowlists::store {
 public:
  blocking_allowlists(Store& judged, Wait wait) : store_(judged), wait_(std::move(wait)) {}

  result<allowlists::find::reply> find_allowlists(const allowlists::find& r) override {
    return wait_(r, store_);
  }
  result<allowlists::save::reply> save_allowlist(const allowlists::save& r) override {
    return wait_(r, store_);
  }

 private:
  Store& store_;
  Wait wait_;
};

}  // namespace ekauth::inline v1::testing
