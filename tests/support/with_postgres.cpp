// with_postgres COMMAND…: runs a command beside a PostgreSQL of its own, which EKAUTH_TEST_POSTGRES names as
// libpq reads it.
#include "support/postgres_server.hpp"

int main(int count, char** words) {
  if (count < 2) return 2;
  std::signal(SIGINT, SIG_IGN);  // the command's to obey; what was started here is ended below
  const fixed::postgres_server server;
  ::setenv("EKAUTH_TEST_POSTGRES", server.conninfo().c_str(), 1);
  return fixed::run_beside(words + 1);
}
