// A PgBouncer of a test's own, in front of a PostgreSQL: each transaction gets one of a few connections.
#pragma once

#include "support/process.hpp"

#include <libpq-fe.h>

#include <chrono>
#include <memory>

namespace fixed {

class pgbouncer {
 public:
  /// behind: the server, as libpq reads it. more: lines for the section of settings.
  explicit pgbouncer(const std::string& behind, int pool_size, const std::string& more = "")
      : more_("default_pool_size = " + std::to_string(pool_size) + "\n" + more) {
    for (int tries = 0; tries < 10; ++tries) {
      port_ = free_port();
      write_ini(behind);
      if (try_start()) return;
    }
    give_up("PgBouncer did not start:", folder_.file("log"));
  }

  [[nodiscard]] std::string conninfo() const { return conninfo_of("postgres"); }

  /// The clients' next transactions are another server's. Their connections stay.
  void lead_to(const std::string& behind) const {
    write_ini(behind);
    const std::unique_ptr<PGconn, void (*)(PGconn*)> console(PQconnectdb(conninfo_of("pgbouncer").c_str()),
                                                             PQfinish);
    const std::unique_ptr<PGresult, void (*)(PGresult*)> done(PQexec(console.get(), "RELOAD"), PQclear);
    if (PQresultStatus(done.get()) != PGRES_COMMAND_OK)
      give_up("PgBouncer did not read its settings again:", folder_.file("log"));
  }

 private:
  [[nodiscard]] std::string conninfo_of(const std::string& database) const {
    return "host=127.0.0.1 port=" + std::to_string(port_) + " user=ekauth dbname=" + database;
  }

  void write_ini(const std::string& behind) const {
    std::ofstream(folder_.file("ini"))
        << "[databases]\npostgres = " << behind << "\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        << "listen_port = " << port_ << "\nunix_socket_dir =\nauth_type = any\nadmin_users = ekauth\n"
        << "pool_mode = transaction\nmax_client_conn = 1000\n"
        << more_;
  }

  bool try_start() {
    running_ = process({EKAUTH_PGBOUNCER, folder_.file("ini")}, folder_.file("log"), SIGTERM);
    const auto give_up_at = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (running_.outlives(std::chrono::milliseconds(10)) && std::chrono::steady_clock::now() < give_up_at)
      if (PQping(conninfo().c_str()) == PQPING_OK) return true;
    return false;
  }

  server_folder folder_;
  std::string more_;
  int port_ = 0;
  process running_;  // ends before its folder
};

}  // namespace fixed
