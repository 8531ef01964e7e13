// A PostgreSQL of a test's own: in a temporary folder, on a free port of the loopback interface.
#pragma once

#include "support/process.hpp"

#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <optional>

namespace fixed {

/// Ends a server and all its processes, at once.
inline void kill_postmaster(pid_t postmaster) {
  if (postmaster <= 1) return;
  ::kill(postmaster, SIGSTOP);  // makes no more children
  const std::string pid = std::to_string(postmaster);
  std::ifstream children("/proc/" + pid + "/task/" + pid + "/children");
  const std::vector<pid_t> backends{std::istream_iterator<pid_t>(children), {}};
  for (const pid_t one : backends) ::kill(one, SIGKILL);
  ::kill(postmaster, SIGKILL);
}

class postgres_server {
 public:
  using settings = std::vector<std::string>;  ///< each "name=value"

  /// A new server, with settings of its own besides those of all.
  explicit postgres_server(settings more = {}) : settings_(std::move(more)) {
    run({program("initdb"), "-D", data(), "-U", "ekauth", "-A", "trust", "-E", "UTF8", "--locale=C",
         "--no-sync", "--wal-segsize=1"});
    start();
  }

  /// A standby that follows a server.
  static postgres_server standby_of(const postgres_server& primary) {
    postgres_server made((standby()));
    made.run({program("pg_basebackup"), "-d", primary.conninfo(), "-D", made.data(), "-R", "-X", "stream",
              "-c", "fast", "--no-sync"});
    made.start();
    return made;
  }

  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] std::string conninfo() const {
    return "host=127.0.0.1 port=" + std::to_string(port_) + " user=ekauth dbname=postgres";
  }

  /// Starts it again after kill or stop, where it was.
  void start() {
    const bool is_first = port_ == 0;
    // What was killed holds its memory until the kernel gets round to ending it, and PostgreSQL refuses until
    // then.
    const auto give_up_at = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    for (int tries = 0; is_first ? tries < 10 : std::chrono::steady_clock::now() < give_up_at; ++tries) {
      if (is_first) port_ = free_port();
      if (try_start()) return;
    }
    give_up("PostgreSQL did not start:", log());
  }

  /// As the end of its machine: every process of it, at once.
  void kill() {
    kill_postmaster(postmaster_.pid());
    postmaster_.wait();
  }

  void stop() {
    postmaster_.signal(SIGINT);
    postmaster_.wait();
  }

  void promote() { run({program("pg_ctl"), "-D", data(), "-w", "promote"}); }

 private:
  struct standby {};
  explicit postgres_server(standby) {}

  static std::string program(const std::string& name) { return EKAUTH_POSTGRES_PROGRAMS "/" + name; }
  [[nodiscard]] std::string data() const { return folder_->file("data"); }
  [[nodiscard]] std::string log() const { return folder_->file("log"); }

  void run(const std::vector<std::string>& command) const {
    if (process(command, log()).wait() != 0) give_up(command[0] + " failed:", log());
  }

  // No power is cut here, so nothing waits for the disk.
  bool try_start() {
    std::vector<std::string> command{program("postgres"), "-D", data()};
    settings all{"port=" + std::to_string(port_),
                 "listen_addresses=127.0.0.1",
                 "unix_socket_directories=" + folder_->path(),
                 "fsync=off",
                 "max_connections=200",
                 "shared_buffers=32MB",
                 "max_wal_size=64MB",
                 "log_min_messages=fatal"};
    all.insert(all.end(), settings_.begin(), settings_.end());
    for (const std::string& one : all) command.insert(command.end(), {"-c", one});
    postmaster_ = process(command, log(), SIGQUIT);
    const auto give_up_at = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (postmaster_.outlives(std::chrono::milliseconds(10)) &&
           std::chrono::steady_clock::now() < give_up_at)
      if (PQping(conninfo().c_str()) == PQPING_OK) return true;
    return false;
  }

  std::unique_ptr<server_folder> folder_ = std::make_unique<server_folder>();
  settings settings_;
  int port_ = 0;
  process postmaster_;  // ends before its folder
};

}  // namespace fixed
