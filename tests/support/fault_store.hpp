// A store that counts what it is asked, and fails one chosen request, before or after the real store did it.
#pragma once

#include <ekauth/allowlists_store.hpp>
#include <ekauth/keys_store.hpp>
#include <ekauth/refresh_store.hpp>

namespace fixed {

template <class Inner>
class fault_store final
    : public ekauth::storage::forwards<fault_store<Inner>, ekauth::keys::store, ekauth::refresh::store,
                                       ekauth::allowlists::store> {
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

  template <class Request>
  ekauth::result<typename Request::reply> answer(const Request& request) {
    const bool fails = calls++ == fail_at;
    constexpr ekauth::error lost{ekauth::errc::store_unavailable, "injected"};
    if (fails && how == fault::before) return lost;
    auto answered = inner_.answer(request);
    if (fails) return lost;
    return answered;
  }

 private:
  Inner& inner_;
};

}  // namespace fixed
