// with_pgbouncer COMMAND…: runs a command with a PgBouncer before the PostgreSQL that EKAUTH_TEST_POSTGRES
// names.
#include "support/pgbouncer.hpp"

int main(int count, char** words) {
  const char* const behind = std::getenv("EKAUTH_TEST_POSTGRES");
  if (count < 2 || behind == nullptr) return 2;
  std::signal(SIGINT, SIG_IGN);  // the command's to obey; what was started here is ended below
  constexpr int connections = 6;
  const fixed::pgbouncer pooler(behind, connections);
  ::setenv("EKAUTH_TEST_POSTGRES", pooler.conninfo().c_str(), 1);
  return fixed::run_beside(words + 1);
}
