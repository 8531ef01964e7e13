// How sqlite::store answers: included where the requests are answered, and nowhere else, since each is
// instantiated there.
#pragma once

#include "sqlite/state.hpp"

namespace ekauth::inline v1::sqlite {

/// Through answer_from(state, request), which stands beside the requests' statements.
template <class Request>
result<typename Request::reply> store::answer(const Request& request) {
  return answer_from(*state_, request);
}

}  // namespace ekauth::inline v1::sqlite
