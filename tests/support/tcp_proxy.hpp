// A wire between a client and a server of a test's own that counts, and that breaks when told to.
#pragma once

#include "support/process.hpp"

#include <poll.h>

#include <array>
#include <atomic>
#include <list>
#include <thread>

namespace fixed {

/// Forwards what comes to its port, until it is told otherwise. One thread of its own; tests call from
/// others.
class tcp_proxy {
 public:
  explicit tcp_proxy(int to_port) : to_port_(to_port), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in name = loopback(0);
    socklen_t size = sizeof name;
    auto* const any = reinterpret_cast<sockaddr*>(&name);
    if (::bind(listener_, any, size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, any, &size) != 0)
      std::abort();
    port_ = ntohs(name.sin_port);
    works_ = std::thread([this] { work(); });
  }
  tcp_proxy(const tcp_proxy&) = delete;
  tcp_proxy& operator=(const tcp_proxy&) = delete;
  ~tcp_proxy() {
    over_ = true;
    works_.join();
    for (wire& one : wires_) cut(one);
    ::close(listener_);
  }

  [[nodiscard]] int port() const noexcept { return port_; }

  /// How often a client spoke after it had been answered, or first: its round trips.
  [[nodiscard]] int round_trips() const noexcept { return round_trips_; }
  [[nodiscard]] int connections() const noexcept { return connections_; }

  /// The next request never arrives: its connection breaks.
  void lose_request() { plan_ = plan::lose_request; }
  /// The next request arrives, and is done; its connection breaks before the answer.
  void lose_answer() { plan_ = plan::lose_answer; }
  /// The next request and all after it arrive; nothing is answered any more.
  void keep_silent() { plan_ = plan::keep_silent; }
  /// Connections from now on are made to another server.
  void lead_to(int port) { to_port_ = port; }
  void forward() { plan_ = plan::forward; }

 private:
  enum class plan { forward, lose_request, lose_answer, keep_silent };
  struct wire {
    int client = -1, server = -1;
    bool client_spoke = false;
    bool dooms_answer = false;
  };

  static sockaddr_in loopback(int port) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    name.sin_port = htons(static_cast<std::uint16_t>(port));
    return name;
  }

  void work() {
    while (!over_) {
      std::vector<pollfd> all{{listener_, POLLIN, 0}};
      for (const wire& one : wires_) {
        all.push_back({one.client, POLLIN, 0});
        all.push_back({one.server, POLLIN, 0});
      }
      constexpr int look_at_over = 20;  // milliseconds
      if (::poll(all.data(), all.size(), look_at_over) <= 0) continue;
      std::size_t at = 1;
      for (auto one = wires_.begin(); one != wires_.end(); at += 2) {
        const bool stays =
            (all[at].revents == 0 || pass_request(*one)) && (all[at + 1].revents == 0 || pass_answer(*one));
        if (!stays) cut(*one);
        one = stays ? std::next(one) : wires_.erase(one);
      }
      if (all[0].revents != 0) accept();
    }
  }

  void accept() {
    wire made;
    made.client = ::accept(listener_, nullptr, nullptr);
    made.server = ::socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in to = loopback(to_port_);
    if (::connect(made.server, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return cut(made);
    ++connections_;
    wires_.push_back(made);
  }

  bool pass_request(wire& on) {
    if (!on.client_spoke) {
      on.client_spoke = true;
      ++round_trips_;
      if (plan_ == plan::lose_request || plan_ == plan::lose_answer) {
        const plan now = plan_.exchange(plan::forward);
        if (now == plan::lose_request) return false;
        on.dooms_answer = true;
      }
    }
    return pass(on.client, on.server);
  }

  bool pass_answer(wire& on) {
    if (on.dooms_answer) return false;
    if (plan_ == plan::keep_silent) {
      std::array<char, 65536> dropped{};
      return ::recv(on.server, dropped.data(), dropped.size(), 0) > 0;
    }
    on.client_spoke = false;
    return pass(on.server, on.client);
  }

  static bool pass(int from, int to) {
    std::array<char, 65536> bytes{};
    const ssize_t got = ::recv(from, bytes.data(), bytes.size(), 0);
    for (ssize_t sent = 0; sent < got;) {
      const ssize_t more =
          ::send(to, bytes.data() + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
      if (more <= 0) return false;
      sent += more;
    }
    return got > 0;
  }

  static void cut(const wire& one) {
    ::close(one.client);
    ::close(one.server);
  }

  std::atomic<int> to_port_;
  int listener_;
  int port_ = 0;
  std::list<wire> wires_;
  std::atomic<int> round_trips_ = 0, connections_ = 0;
  std::atomic<plan> plan_ = plan::forward;
  std::atomic<bool> over_ = false;
  std::thread works_;
};

}  // namespace fixed
