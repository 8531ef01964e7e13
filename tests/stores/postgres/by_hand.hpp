// Requests sent by hand, as a server does that waits in its own way.
#pragma once

#include <ekauth/postgres_act.hpp>

#include <libpq-fe.h>
#include <poll.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace by_hand {

struct closer {
  void operator()(PGconn* open) const noexcept { PQfinish(open); }
};
using connection = std::unique_ptr<PGconn, closer>;

inline connection connect(const std::string& conninfo) {
  connection made(PQconnectdb((conninfo + " application_name=test_by_hand").c_str()));
  if (PQstatus(made.get()) != CONNECTION_OK || PQsetnonblocking(made.get(), 1) != 0) std::abort();
  return made;
}

/// Sends an act as often as it wants, and takes all that comes.
template <class Request>
void exchange(PGconn* on, ekauth::postgres::act<Request>& asked) {
  PQsetNoticeReceiver(
      on,
      [](void* to, const PGresult* said) {
        static_cast<ekauth::postgres::act<Request>*>(to)->take_notice(said);
      },
      &asked);
  do {
    if (!asked.send(on)) return;
    while (PQflush(on) == 1) {
      pollfd one{PQsocket(on), POLLIN | POLLOUT, 0};
      ::poll(&one, 1, -1);
      PQconsumeInput(on);
    }
    while (PGresult* const one = PQgetResult(on)) asked.take(one);
  } while (asked.is_open());
}

template <class Request>
auto ask(PGconn* on, const std::string& schema, const Request& request) {
  ekauth::postgres::act<Request> asked(request, schema);
  exchange(on, asked);
  return asked.answer();
}

}  // namespace by_hand
