#include <ekauth/guard.hpp>

namespace ekauth::inline v1::guard {

namespace {

template <class Store, class Request>
result<typename Request::reply> ask_if_there(Store* store, const Request& request) {
  if (store == nullptr) return error{errc::store_unavailable, "the check has no store for this"};
  return store->answer(request);
}

}  // namespace

result<keys::find::reply> stores::answer(const keys::find& request) const {
  return ask_if_there(of_keys, request);
}

result<refresh::find::reply> stores::answer(const refresh::find& request) const {
  return ask_if_there(of_sessions, request);
}

result<allowlists::find::reply> stores::answer(const allowlists::find& request) const {
  return ask_if_there(of_lists, request);
}

}  // namespace ekauth::inline v1::guard
