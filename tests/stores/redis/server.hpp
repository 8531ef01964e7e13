// A Redis server of a test's own: started, killed, started again; and plain commands to one.
#pragma once

#include <ekauth/redis.hpp>

#include "catch.hpp"
#include "support/private_redis.hpp"
#include "support/temporary.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace lane {

/// Waits until something is so; a minute at most.
inline void until(const std::function<bool()>& is_so) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > end) FAIL("waited for a minute");
    std::this_thread::yield();
  }
}

using words = std::vector<std::string>;

/// A connection that ekauth knows nothing of.
class plain {
 public:
  explicit plain(const std::string& socket) : link_(redisConnectUnix(socket.c_str())) {}
  [[nodiscard]] bool is_up() const { return link_ != nullptr && link_->err == 0; }

  /// What the server answers, as text: one line an element, errors with their word first.
  std::string ask(const words& command) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const std::string& word : command) {
      texts.push_back(word.data());
      sizes.push_back(word.size());
    }
    const std::unique_ptr<redisReply, void (*)(void*)> answer(
        static_cast<redisReply*>(
            redisCommandArgv(link_.get(), static_cast<int>(command.size()), texts.data(), sizes.data())),
        freeReplyObject);
    if (!answer) return "lost";
    return text_of(*answer);
  }

 private:
  static std::string text_of(const redisReply& answer) {
    if (answer.type == REDIS_REPLY_NIL) return "nil";
    if (answer.type == REDIS_REPLY_INTEGER) return std::to_string(answer.integer);
    if (answer.type != REDIS_REPLY_ARRAY) return {answer.str, answer.len};
    std::string all;
    for (std::size_t i = 0; i < answer.elements; ++i)
      all += (i == 0 ? "" : "\n") + text_of(*answer.element[i]);
    return all;
  }
  struct closer {
    void operator()(redisContext* link) const { redisFree(link); }
  };
  std::unique_ptr<redisContext, closer> link_;
};

/// A port of this machine that was free a moment ago.
inline int free_port() {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  REQUIRE(::bind(made, reinterpret_cast<sockaddr*>(&at), size) == 0);
  REQUIRE(::getsockname(made, reinterpret_cast<sockaddr*>(&at), &size) == 0);
  ::close(made);
  return ntohs(at.sin_port);
}

class server {
 public:
  /// settings: more of them, as words of a command line; {"--appendonly", "no"}.
  explicit server(words settings = {}) : settings_(std::move(settings)) {
    for (int tries = 0; !start(); ++tries) {  // where another was faster to take the port
      REQUIRE(tries < 20);
      port_ = free_port();
    }
  }
  server(const server&) = delete;
  server& operator=(const server&) = delete;
  ~server() { kill(); }

  /// Ends it at once, as a crash would.
  void kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
  }
  void restart() {
    kill();
    until([this] { return start(); });
  }

  [[nodiscard]] std::string socket() const { return folder_.file("socket"); }
  [[nodiscard]] int port() const { return port_; }
  /// The one that it was started with, after "--cluster-port".
  [[nodiscard]] std::string cluster_port() const { return settings_.back(); }
  [[nodiscard]] std::string port_text() const { return std::to_string(port_); }

  /// One command over a connection of its own.
  std::string ask(const words& command) const { return plain(socket()).ask(command); }
  /// The value of a line of INFO.
  std::string info(const std::string& name) const {
    const std::string all = "\n" + ask({"INFO"});
    const auto at = all.find("\n" + name + ":");
    if (at == std::string::npos) return "";
    const auto from = at + name.size() + 2;
    return all.substr(from, all.find('\r', from) - from);
  }

  [[nodiscard]] ekauth::redis::options options() const {
    ekauth::redis::options how;
    how.unix_socket = socket();
    how.command_timeout = how.busy_timeout = std::chrono::seconds(60);
    return how;
  }
  /// A store that must open.
  [[nodiscard]] ekauth::redis::store open() const { return fixed::open_redis(options()); }

 private:
  // Whether it answers; no: it ended before it could.
  bool start() {
    words command{"redis-server",
                  "--port",
                  port_text(),
                  "--bind",
                  "127.0.0.1",
                  "--unixsocket",
                  socket(),
                  "--dir",
                  folder_.path(),
                  "--logfile",
                  folder_.file("log"),
                  "--save",
                  "",
                  "--appendonly",
                  "yes",
                  "--appendfsync",
                  "always",
                  "--repl-diskless-sync-delay",
                  "0",
                  "--repl-ping-replica-period",
                  "1"};
    command.insert(command.end(), settings_.begin(), settings_.end());
    std::vector<char*> arguments;
    for (std::string& word : command) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    process_ = ::fork();
    REQUIRE(process_ >= 0);
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::execvp(arguments[0], arguments.data());
      ::_exit(127);
    }
    bool is_up = false, is_gone = false;
    until([&] {
      is_gone = ::waitpid(process_, nullptr, WNOHANG) == process_;
      plain link(socket());
      const std::string said = !is_gone && link.is_up() ? link.ask({"PING"}) : "";
      is_up = said == "PONG" || said.starts_with("NOAUTH");
      return is_up || is_gone;
    });
    if (is_gone) process_ = 0;
    return is_up;
  }

  words settings_;
  fixed::temporary_folder folder_;
  int port_ = free_port();
  pid_t process_ = 0;
};

}  // namespace lane
