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

/// Keeps what the requests store until it is destroyed; never answers an error.
///
/// A resource; movable, and only to be assigned to or destroyed once moved from. Threads may share it: each
/// request is one step in one order, but for touch, which a find of another key may see half done. Finding a
/// key waits only for a write to a neighbouring key; a write waits only for those who are reading, however
/// many more would. A request that runs out of memory throws std::bad_alloc and has changed nothing.
class store final : public keys::store, public refresh::store, public allowlists::store {
 public:
  store();
  store(store&&) noexcept;
  store& operator=(store&&) noexcept;
  ~store();

  result<keys::insert::reply> insert_key(const keys::insert& request) override;
  result<keys::find::reply> find_key(const keys::find& request) override;
  result<keys::replace::reply> replace_key(const keys::replace& request) override;
  result<keys::list::reply> list_keys(const keys::list& request) override;
  result<keys::touch::reply> touch_keys(const keys::touch& request) override;

  result<refresh::insert::reply> insert_session(const refresh::insert& request) override;
  result<refresh::find::reply> find_session(const refresh::find& request) override;
  result<refresh::advance::reply> advance_session(const refresh::advance& request) override;
  result<refresh::revoke::reply> revoke_session(const refresh::revoke& request) override;
  result<refresh::read_epoch::reply> read_subject_epoch(const refresh::read_epoch& request) override;
  result<refresh::bump_epoch::reply> bump_subject_epoch(const refresh::bump_epoch& request) override;
  result<refresh::list::reply> list_sessions(const refresh::list& request) override;
  result<refresh::purge::reply> purge_sessions(const refresh::purge& request) override;

  result<allowlists::find::reply> find_allowlists(const allowlists::find& request) override;
  result<allowlists::save::reply> save_allowlist(const allowlists::save& request) override;

 private:
  struct key_table;
  struct session_table;
  struct list_table;
  std::unique_ptr<key_table> keys_;
  std::unique_ptr<session_table> sessions_;
  std::unique_ptr<list_table> lists_;
};

}  // namespace ekauth::inline v1::memory
