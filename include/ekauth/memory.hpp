// Keys, sessions and allowlists in memory: for tests, and for a single process that may forget them when it
// ends.
//
//   memory::store db;
//   auto who = run(api_keys.verify(credential, {.now = now()}), db);
#pragma once

#include <ekauth/allowlists_store.hpp>
#include <ekauth/keys_store.hpp>
#include <ekauth/refresh_store.hpp>

#include <memory>

namespace ekauth::inline v1::memory {

struct state;  // a store's tables

/// Keeps what the requests store until it is destroyed; never answers an error.
///
/// A resource; movable, and only to be assigned to or destroyed once moved from. Threads may share it: each
/// request is one step in one order, but for touch, which a find of another key may see half done. Finding a
/// key waits only for a write to a neighbouring key; a write waits only for those who are reading, however
/// many more would. A request that runs out of memory throws std::bad_alloc and has changed nothing.
class store final : public storage::forwards<store, keys::store, refresh::store, allowlists::store> {
 public:
  store();
  store(store&&) noexcept;
  store& operator=(store&&) noexcept;
  ~store();

  /// Answers a request of keys_store.hpp, refresh_store.hpp or allowlists_store.hpp.
  template <class Request>
  result<typename Request::reply> answer(const Request& request);

 private:
  std::unique_ptr<state> state_;
};

}  // namespace ekauth::inline v1::memory
