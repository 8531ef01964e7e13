// Stands between a store and its server: counts round trips, and breaks one when it is told to.
#pragma once

#include "catch.hpp"
#include "support/temporary.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace lane {

/// What happens to the next question, but for INFO, with which a new connection looks at its server; the one
/// after it passes again.
enum class trick : int {
  none,
  cut_before,   ///< the question is lost, and the connection with it
  cut_after,    ///< the server answers, and the answer is lost with the connection
  cut_within,   ///< half of the answer arrives
  say_instead,  ///< the server is not asked; what it answers is made up
  say_nothing,  ///< neither is it asked, nor is anything answered
};

class proxy {
 public:
  explicit proxy(const std::string& server) : server_(server) {
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un at = address(socket());
    REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
    REQUIRE(::listen(listener_, 64) == 0);
    REQUIRE(::pipe2(wake_.data(), O_CLOEXEC) == 0);
    thread_ = std::thread([this] { work(); });
  }
  proxy(const proxy&) = delete;
  proxy& operator=(const proxy&) = delete;
  ~proxy() {
    ::close(wake_[1]);
    thread_.join();
    for (const link& each : links_) drop(each);
    ::close(listener_);
    ::close(wake_[0]);
  }

  [[nodiscard]] std::string socket() const { return folder_.file("proxy"); }

  /// Questions but for INFO since the last call: each is a round trip.
  [[nodiscard]] int count() { return questions_.exchange(0); }
  void play(trick next, std::string answer = {}) {
    const std::lock_guard held(lock_);
    made_up_ = std::move(answer);
    next_ = next;
    passing_ = 0;
  }
  /// As play, but so many questions pass first.
  void play_after(int passing, trick next) {
    play(next);
    const std::lock_guard held(lock_);
    passing_ = passing;
  }
  /// Whether the trick was played.
  [[nodiscard]] bool has_played() {
    const std::lock_guard held(lock_);
    return next_ == trick::none;
  }
  /// Where new connections go from now on.
  void lead_to(const std::string& server) {
    const std::lock_guard held(lock_);
    server_ = server;
  }
  /// Breaks every connection.
  void cut() { REQUIRE(::write(wake_[1], "c", 1) == 1); }
  [[nodiscard]] int connections() const { return accepted_; }

 private:
  struct link {
    int client, server;
    trick now = trick::none;
    bool is_broken = false;
  };

  static sockaddr_un address(const std::string& path) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::strncpy(at.sun_path, path.c_str(), sizeof at.sun_path - 1);
    return at;
  }
  static void drop(const link& each) {
    ::close(each.client);
    ::close(each.server);
  }
  static void pass(int to, const char* bytes, ssize_t size) {
    while (size > 0) {
      const ssize_t sent = ::send(to, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes += sent;
      size -= sent;
    }
  }

  void work() {
    for (;;) {
      std::vector<pollfd> watched{{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
      for (const link& each : links_) {
        watched.push_back({each.client, POLLIN, 0});
        watched.push_back({each.server, POLLIN, 0});
      }
      if (::poll(watched.data(), watched.size(), -1) < 0) continue;
      if (watched[0].revents != 0) {
        char order = 0;
        if (::read(wake_[0], &order, 1) != 1) return;
        for (link& each : links_) each.is_broken = true;
      }
      for (std::size_t i = 0; i < links_.size(); ++i) {
        if (watched[2 + 2 * i].revents != 0 && !links_[i].is_broken) hear_client(links_[i]);
        if (watched[3 + 2 * i].revents != 0 && !links_[i].is_broken) hear_server(links_[i]);
      }
      std::erase_if(links_, [](const link& each) {
        if (each.is_broken) drop(each);
        return each.is_broken;
      });
      if (watched[1].revents != 0) welcome();
    }
  }

  void welcome() {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un at = [this] {
      const std::lock_guard held(lock_);
      return address(server_);
    }();
    link made{client, server};
    made.is_broken = ::connect(server, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0;
    if (made.is_broken) return drop(made);
    ++accepted_;
    links_.push_back(made);
  }

  void hear_client(link& each) {
    std::array<char, 65'536> bytes;
    const ssize_t size = ::recv(each.client, bytes.data(), bytes.size(), 0);
    if (size <= 0) return void(each.is_broken = true);
    each.now = trick::none;
    if (std::string_view(bytes.data(), static_cast<std::size_t>(size)).starts_with("*1\r\n$4\r\nINFO"))
      return pass(each.server, bytes.data(), size);
    ++questions_;
    std::string answer;
    {
      const std::lock_guard held(lock_);
      if (passing_ > 0)
        --passing_;
      else
        each.now = std::exchange(next_, trick::none);
      answer = made_up_;
    }
    if (each.now == trick::cut_before) return void(each.is_broken = true);
    if (each.now == trick::say_nothing) return;
    if (each.now == trick::say_instead)
      return pass(each.client, answer.data(), static_cast<ssize_t>(answer.size()));
    pass(each.server, bytes.data(), size);
  }

  void hear_server(link& each) {
    std::array<char, 65'536> bytes;
    const ssize_t size = ::recv(each.server, bytes.data(), bytes.size(), 0);
    if (size <= 0) return void(each.is_broken = true);
    if (each.now == trick::cut_within) pass(each.client, bytes.data(), size / 2);
    if (each.now == trick::cut_within || each.now == trick::cut_after) return void(each.is_broken = true);
    pass(each.client, bytes.data(), size);
  }

  std::mutex lock_;  // of the next four
  std::string server_;
  trick next_ = trick::none;
  int passing_ = 0;  // questions before it
  std::string made_up_;
  fixed::temporary_folder folder_;
  int listener_ = -1;
  std::array<int, 2> wake_{-1, -1};
  std::vector<link> links_;  // the thread's own
  std::atomic<int> questions_{0}, accepted_{0};
  std::thread thread_;
};

}  // namespace lane
