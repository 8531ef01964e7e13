// Two transactions in a chosen order: one of the test's own that is still open, and a request of the store
// that waits for it.
#pragma once

#include "support/postgres_schema.hpp"
#include "support/records.hpp"

#include <future>

namespace blocking {

using namespace records;

/// Waits until as many requests of stores wait for locks.
inline void until_waiting(int count = 1) {
  // No transaction is open here: within one, what is going on would look the same for ever.
  const fixed::postgres_connection look(fixed::postgres_conninfo());
  const std::string waiting = std::to_string(count);
  for (int tries = 0; tries < 20'000; ++tries)
    if (look.ask("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'test_%' AND "
                 "wait_event_type = 'Lock'") == waiting)
      return;
  FAIL("the request did not wait");
}

/// What request() answers when it begins while a transaction of these statements is open, which then commits.
template <class Request>
auto answer_during(const fixed::postgres_schema& schema, const std::string& statements,
                   const Request& request) {
  const fixed::postgres_connection other = schema.raw();
  other.run("BEGIN");
  other.run(statements);
  auto answer = std::async(std::launch::async, request);
  until_waiting();
  other.run("COMMIT");
  return answer.get();
}

}  // namespace blocking
