// What a store is: an object that answers requests, each of which is one atomic act.
//
//   class my_keys final : public keys::store {
//    public:
//     result<keys::find::reply> answer(const keys::find& request) override;
//     …                                                     // one for each request of keys_store.hpp
//   };
//
// A request is a struct: what is asked, and the type of its reply. The requests are in keys_store.hpp,
// refresh_store.hpp and allowlists_store.hpp. An asynchronous store needs no base class: its answer() takes
// the same requests, and answers an awaitable (co_run.hpp) or takes a callback as well (async_run.hpp).
#pragma once

#include <ekauth/result.hpp>

namespace ekauth::inline v1::storage {

/// Requests as one list.
template <class... Requests>
struct requests {};

/// What a blocking store derives from: one `answer` for each request of a list.
///
/// A class that leaves one out is abstract, and the compiler names the request. Many threads call it at once.
/// An error always means denied. A write whose answer was lost may or may not have happened; both are safe.
template <class... Requests>
class answers;

template <class Request>
class answers<Request> {
 public:
  using all_requests = requests<Request>;
  virtual result<typename Request::reply> answer(const Request& request) = 0;

 protected:
  ~answers() = default;
};

template <class Request, class... Others>
class answers<Request, Others...> : public answers<Others...> {
 public:
  using all_requests = requests<Request, Others...>;
  using answers<Others...>::answer;
  virtual result<typename Request::reply> answer(const Request& request) = 0;

 protected:
  ~answers() = default;
};

/// Several such classes as one: a store of everything.
template <class... Stores>
class joined : public Stores... {
 public:
  using Stores::answer...;

 protected:
  ~joined() = default;
};

namespace detail {

template <class Self, class Stores, class... Lists>
class forwarded : public Stores {};

template <class Self, class Stores, class... Rest>
class forwarded<Self, Stores, requests<>, Rest...> : public forwarded<Self, Stores, Rest...> {};

template <class Self, class Stores, class Request, class... Others, class... Rest>
class forwarded<Self, Stores, requests<Request, Others...>, Rest...>
    : public forwarded<Self, Stores, requests<Others...>, Rest...> {
 public:
  using forwarded<Self, Stores, requests<Others...>, Rest...>::answer;
  result<typename Request::reply> answer(const Request& request) final {
    return static_cast<Self&>(*this).template answer<Request>(request);
  }
};

}  // namespace detail

/// What a blocking store derives from whose `answer` is one template for all requests of Stores:
///
///   class traced final : public storage::forwards<traced, keys::store, refresh::store> {
///    public:
///     template <class Request>
///     result<typename Request::reply> answer(const Request& request);
///   };
template <class Self, class... Stores>
class forwards : public detail::forwarded<Self, joined<Stores...>, typename Stores::all_requests...> {
 protected:
  ~forwards() = default;
};

}  // namespace ekauth::inline v1::storage
