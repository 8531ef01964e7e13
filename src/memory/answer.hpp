// How memory::store answers: included where the requests are answered, and nowhere else, since each is
// instantiated there.
#pragma once

#include "memory/state.hpp"

namespace ekauth::inline v1::memory {

/// Through answer_from(table, request), which stands beside the table.
template <class Request>
result<typename Request::reply> store::answer(const Request& request) {
  return answer_from(*state_, request);
}

}  // namespace ekauth::inline v1::memory
