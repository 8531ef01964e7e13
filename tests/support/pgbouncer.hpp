// A PgBouncer of a test's own, in front of a PostgreSQL: each transaction gets one of a few connections.
#pragma once

#include "support/process.hpp"

#include <libpq-fe.h>

#include <chrono>

namespace fixed {

class pgbouncer {
 public:
  /// behind: the server, as libpq reads it. more: lines for the section of settings.
  explicit pgbouncer(const std::string& behind, int pool_size, const std::string& more = "") {
    for (int tries = 0; tries < 10; ++tries) {
      port_ = free_port();
      std::ofstream(folder_.file("ini"))
          << "[databases]\n* = " << behind << "\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
          << "listen_port = " << port_ << "\nunix_socket_dir =\nauth_type = any\n"
          << "pool_mode = transaction\nmax_client_conn = 1000\n"
          << "default_pool_size = " << pool_size << "\n"
          << more;
      if (try_start()) return;
    }
    give_up("PgBouncer did not start:", folder_.file("log"));
  }

  [[nodiscard]] std::string conninfo() const {
    return "host=127.0.0.1 port=" + std::to_string(port_) + " user=ekauth dbname=postgres";
  }

 private:
  bool try_start() {
    running_ = process({EKAUTH_PGBOUNCER, folder_.file("ini")}, folder_.file("log"), SIGTERM);
    const auto give_up_at = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (running_.outlives(std::chrono::milliseconds(10)) && std::chrono::steady_clock::now() < give_up_at)
      if (PQping(conninfo().c_str()) == PQPING_OK) return true;
    return false;
  }

  server_folder folder_;
  int port_ = 0;
  process running_;  // ends before its folder
};

}  // namespace fixed
