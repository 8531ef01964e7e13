#include <ekauth/guard.hpp>

namespace ekauth::inline v1::guard {

namespace {

template <class Reply, class Store, class Request>
result<Reply> ask_if_there(Store* store, result<Reply> (Store::*method)(const Request&),
                           const Request& request) {
  if (store == nullptr) return error{errc::store_unavailable, "the check has no store for this"};
  return (store->*method)(request);
}

}  // namespace

result<keys::find::reply> stores::find_key(const keys::find& request) const {
  return ask_if_there(of_keys, &keys::store::find_key, request);
}

result<refresh::find::reply> stores::find_session(const refresh::find& request) const {
  return ask_if_there(of_sessions, &refresh::store::find_session, request);
}

result<allowlists::find::reply> stores::find_allowlists(const allowlists::find& request) const {
  return ask_if_there(of_lists, &allowlists::store::find_allowlists, request);
}

}  // namespace ekauth::inline v1::guard
