// A store that counts what it is asked, and fails one chosen request, before or after the real store did it.
#pragma once

#include <ekauth/allowlists_store.hpp>
#include <ekauth/keys_store.hpp>
#include <ekauth/refresh_store.hpp>

namespace fixed {

template <class Inner>
class fault_store final : public ekauth::keys::store,
                          public ekauth::refresh::store,
                          public ekauth::allowlists::store {
 public:
  enum class fault { none, before, after };

  explicit fault_store(Inner& inner) : inner_(inner) {}

  int calls = 0;
  int fail_at = -1;  ///< index of the call that fails; -1: none
  fault how = fault::before;

  /// Forgets the count and fails call number index from now on.
  void arm(int index, fault kind = fault::before) {
    calls = 0;
    fail_at = index;
    how = kind;
  }
  void disarm() { arm(-1); }

#define EKAUTH_FORWARD(piece, request_type, method)                                                     \
  ekauth::result<ekauth::piece::request_type::reply> method(const ekauth::piece::request_type& request) \
      override {                                                                                        \
    return forward<ekauth::piece::request_type::reply>([&] { return inner_.method(request); });         \
  }
  EKAUTH_FORWARD(keys, insert, insert_key)
  EKAUTH_FORWARD(keys, find, find_key)
  EKAUTH_FORWARD(keys, replace, replace_key)
  EKAUTH_FORWARD(keys, list, list_keys)
  EKAUTH_FORWARD(keys, touch, touch_keys)
  EKAUTH_FORWARD(refresh, insert, insert_session)
  EKAUTH_FORWARD(refresh, find, find_session)
  EKAUTH_FORWARD(refresh, advance, advance_session)
  EKAUTH_FORWARD(refresh, revoke, revoke_session)
  EKAUTH_FORWARD(refresh, read_epoch, read_subject_epoch)
  EKAUTH_FORWARD(refresh, bump_epoch, bump_subject_epoch)
  EKAUTH_FORWARD(refresh, list, list_sessions)
  EKAUTH_FORWARD(refresh, purge, purge_sessions)
  EKAUTH_FORWARD(allowlists, find, find_allowlists)
  EKAUTH_FORWARD(allowlists, save, save_allowlist)
#undef EKAUTH_FORWARD

 private:
  template <class Reply, class Call>
  ekauth::result<Reply> forward(Call call) {
    const bool fails = calls++ == fail_at;
    constexpr ekauth::error lost{ekauth::errc::store_unavailable, "injected"};
    if (fails && how == fault::before) return lost;
    auto answer = call();
    if (fails) return lost;
    return answer;
  }
  Inner& inner_;
};

}  // namespace fixed
