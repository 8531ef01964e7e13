// Clients killed at any moment, on any store that processes share: no token is spent twice, no revocation is
// forgotten, and nothing that was answered is lost.
#pragma once

#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include "catch.hpp"
#include "support/figure.hpp"
#include "support/fixed.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstring>
#include <random>

namespace crashes {

using namespace ekauth;
using namespace std::chrono_literals;

/// What a client had answered, in the order in which it happened.
enum class event : char { login = 'L', rotated = 'R', ended = 'E', ended_all = 'A' };
struct report {
  event what;
  std::array<char, 66> token;  // the newest one
};

class pipe_of_reports {
 public:
  pipe_of_reports() { REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0); }
  pipe_of_reports(const pipe_of_reports&) = delete;
  pipe_of_reports& operator=(const pipe_of_reports&) = delete;
  ~pipe_of_reports() {
    ::close(ends_[0]);
    close_writing();
  }
  void close_writing() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  void send(event what, const secret& token) const {
    report one{what, {}};
    std::memcpy(one.token.data(), token.expose().data(), one.token.size());
    if (::write(ends_[1], &one, sizeof one) != sizeof one) ::_exit(3);
  }
  [[nodiscard]] bool receive(report& one) const { return ::read(ends_[0], &one, sizeof one) == sizeof one; }

 private:
  std::array<int, 2> ends_{-1, -1};
};

/// Logs in, refreshes and signs out until it is killed, or its store fails.
template <class Open>
[[noreturn]] void live(const Open& open, int round, const pipe_of_reports& said) {
  auto opened = open();
  if (!opened) ::_exit(1);
  const auto service = *refresh::service::make(fixed::roots());
  for (int i = 0;; ++i) {
    const subject_id user("usr_" + std::to_string(round) + "." + std::to_string(i));
    auto session = run(service.login({.granted = {user}, .epoch = 0}, fixed::noon), *opened);
    if (!session) ::_exit(0);
    said.send(event::login, session->token);
    for (int k = 0; k < i % 4; ++k) {
      session = run(service.refresh(session->token.expose(), {.now = fixed::noon + 1s}), *opened);
      if (!session) ::_exit(0);
      said.send(event::rotated, session->token);
    }
    if (i % 3 == 1) {
      if (!run(service.end(session->token.expose(), fixed::noon + 2s), *opened)) ::_exit(0);
      said.send(event::ended, session->token);
    }
    if (i % 3 == 2) {
      const auto why = refresh::end_reason::password_changed;
      if (!run(service.end_all(user, why, fixed::noon + 2s), *opened)) ::_exit(0);
      said.send(event::ended_all, session->token);
    }
  }
}

/// A session as its client knew it when it died.
struct known {
  std::vector<std::string> tokens;
  bool has_ended = false;
};

inline std::vector<known> sort_out(const std::vector<report>& reports) {
  std::vector<known> sessions;
  for (const report& one : reports) {
    if (one.what == event::login) sessions.emplace_back();
    if (one.what == event::login || one.what == event::rotated)
      sessions.back().tokens.emplace_back(one.token.data(), one.token.size());
    else
      sessions.back().has_ended = true;
  }
  return sessions;
}

/// is_last: the client may have done one thing more than it could say.
inline void judge(refresh::store& store, const known& session, bool is_last) {
  const auto service = *refresh::service::make(fixed::roots());
  const auto present = [&](const std::string& token) {
    return run(service.refresh(token, {.now = fixed::noon + 3s}), store);
  };
  const auto newest = present(session.tokens.back());
  if (session.has_ended) {
    REQUIRE_FALSE(newest);
    REQUIRE(newest.error().code() == errc::refresh_token_revoked);
  } else if (!is_last) {
    REQUIRE(newest);
  } else if (!newest) {
    const errc why = newest.error().code();  // it rotated, or ended, and could not say so
    REQUIRE((why == errc::refresh_token_reused || why == errc::refresh_token_revoked));
  }
  for (const std::string& spent : session.tokens) {
    const auto again = present(spent);
    REQUIRE_FALSE(again);
    const errc why = again.error().code();
    REQUIRE((why == errc::refresh_token_reused || why == errc::refresh_token_revoked));
  }
}

struct figures {
  int sessions = 0, ended = 0, rotations = 0;
};

/// A store that needs no server.
struct no_server {
  void kill() {}
  void start() {}
};

/// One life of a client, ended after some reports and a moment more; by its server's end where is_server's
/// turn. open() answers a store.
template <class Open, class Server>
void crash(const Open& open, Server& server, bool is_server, int round, std::mt19937& dice, figures& seen) {
  pipe_of_reports said;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    live(open, round, said);
  }
  said.close_writing();
  std::vector<report> reports(1);
  const auto enough = 1 + dice() % 40;
  while (reports.size() <= enough && said.receive(reports.back())) reports.emplace_back();
  for (auto spin = dice() % 20'000; spin > 0; --spin) std::atomic_signal_fence(std::memory_order_seq_cst);
  if (is_server)
    server.kill();
  else
    ::kill(child, SIGKILL);
  while (said.receive(reports.back())) reports.emplace_back();
  reports.pop_back();
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  if (is_server) server.start();

  auto store = open();
  REQUIRE(store);
  const auto sessions = sort_out(reports);
  REQUIRE_FALSE(sessions.empty());
  for (const known& each : sessions) {
    judge(*store, each, &each == &sessions.back());
    ++seen.sessions;
    seen.ended += each.has_ended ? 1 : 0;
    seen.rotations += static_cast<int>(each.tokens.size()) - 1;
  }
}

/// That, many times; the server dies in every server_every-th, never where that is 0. renew() comes before
/// every fiftieth, for files that grow and grow.
template <class Open, class Server, class Renew>
figures crash_often(int rounds, int server_every, const Open& open, Server& server, const Renew& renew) {
  std::mt19937 dice(20'260'115);
  figures seen;
  for (int round = 0; round < rounds; ++round) {
    if (round % 50 == 0) renew();
    crash(open, server, server_every != 0 && round % server_every == 0, round, dice, seen);
  }
  CHECK(seen.rotations > rounds);
  CHECK(seen.ended > rounds);
  return seen;
}

inline void tell(const std::string& what, const figures& seen) {
  fixed::figure(what, std::to_string(seen.sessions) + " sessions, " + std::to_string(seen.rotations) +
                          " rotations, " + std::to_string(seen.ended) +
                          " ended; none spent twice, none forgotten");
}

}  // namespace crashes
