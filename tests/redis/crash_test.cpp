// Clients and servers killed at any moment: no token is spent twice, no revocation is forgotten, and nothing
// that was answered is lost.
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include "redis/server.hpp"
#include "support/fixed.hpp"

#include <array>
#include <cstring>
#include <random>

using namespace ekauth;
using namespace std::chrono_literals;
using fixed::noon;

namespace {

// What a client had answered, in the order in which it happened.
enum class event : char { login = 'L', rotated = 'R', ended = 'E', ended_all = 'A' };
struct report {
  event what;
  std::array<char, 66> token;  // the newest one
};

std::string_view text_of(const report& one) { return {one.token.data(), one.token.size()}; }

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

// Logs in, refreshes and signs out until it is killed or the server is.
[[noreturn]] void live(const lane::server& server, int round, const pipe_of_reports& said) {
  auto opened = redis::store::open(server.options());
  if (!opened) ::_exit(1);
  const auto service = *refresh::service::make(fixed::roots());
  for (int i = 0;; ++i) {
    const subject_id user("usr_" + std::to_string(round) + "." + std::to_string(i));
    auto session = run(service.login({.granted = {user}, .epoch = 0}, noon), *opened);
    if (!session) ::_exit(0);
    said.send(event::login, session->token);
    for (int k = 0; k < i % 4; ++k) {
      session = run(service.refresh(session->token.expose(), {.now = noon + 1s}), *opened);
      if (!session) ::_exit(0);
      said.send(event::rotated, session->token);
    }
    if (i % 3 == 1) {
      if (!run(service.end(session->token.expose(), noon + 2s), *opened)) ::_exit(0);
      said.send(event::ended, session->token);
    }
    if (i % 3 == 2) {
      if (!run(service.end_all(user, refresh::end_reason::password_changed, noon + 2s), *opened)) ::_exit(0);
      said.send(event::ended_all, session->token);
    }
  }
}

// A session as its client knew it when it died.
struct known {
  std::vector<std::string> tokens;
  bool has_ended = false;
};

std::vector<known> sort_out(const std::vector<report>& reports) {
  std::vector<known> sessions;
  for (const report& one : reports) {
    if (one.what == event::login) sessions.emplace_back();
    if (one.what == event::login || one.what == event::rotated)
      sessions.back().tokens.emplace_back(text_of(one));
    else
      sessions.back().has_ended = true;
  }
  return sessions;
}

// is_last: the client may have done one thing more than it could say.
void judge(redis::store& store, const known& session, bool is_last) {
  const auto service = *refresh::service::make(fixed::roots());
  const auto present = [&](const std::string& token) {
    return run(service.refresh(token, {.now = noon + 3s}), store);
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

// One life of a client, ended after some reports and a moment more; the server's with it, or not.
void crash(lane::server& server, int round, bool kill_server, std::mt19937& dice, figures& seen) {
  pipe_of_reports said;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    live(server, round, said);
  }
  said.close_writing();
  std::vector<report> reports(1);
  const auto enough = 1 + dice() % 40;
  while (reports.size() <= enough && said.receive(reports.back())) reports.emplace_back();
  for (auto spin = dice() % 20'000; spin > 0; --spin) std::atomic_signal_fence(std::memory_order_seq_cst);
  if (kill_server)
    server.kill();
  else
    ::kill(child, SIGKILL);
  while (said.receive(reports.back())) reports.emplace_back();
  reports.pop_back();
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  if (kill_server) server.restart();

  redis::store store = server.open();
  const auto sessions = sort_out(reports);
  REQUIRE_FALSE(sessions.empty());
  for (const known& each : sessions) {
    judge(store, each, &each == &sessions.back());
    ++seen.sessions;
    seen.ended += each.has_ended ? 1 : 0;
    seen.rotations += static_cast<int>(each.tokens.size()) - 1;
  }
}

figures crash_often(int rounds, int server_every) {
  std::mt19937 dice(20'260'115);
  figures seen;
  std::unique_ptr<lane::server> server;
  for (int round = 0; round < rounds; ++round) {
    if (round % 50 == 0) server = std::make_unique<lane::server>();  // or its log grows and grows
    crash(*server, round, round % server_every == 0, dice, seen);
  }
  CHECK(seen.rotations > rounds);
  CHECK(seen.ended > rounds);
  return seen;
}

}  // namespace

TEST_CASE("20 crashes of a client, and of its server, spend no token twice and forget no revocation",
          "[redis]") {
  static_cast<void>(crash_often(20, 4));
}

TEST_CASE("1,000 crashes of a client, 500 with its server, spend no token twice and forget no revocation",
          "[redis][.long]") {
  const figures seen = crash_often(1000, 2);
  WARN("1000 crashes: " << seen.sessions << " sessions, " << seen.rotations << " rotations, " << seen.ended
                        << " ended");
}

TEST_CASE("what many threads had answered is there when the server was killed under them", "[redis]") {
  lane::server server;
  std::array<std::atomic<std::uint64_t>, 4> versions{};
  {
    redis::store store = server.open();
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < versions.size(); ++i) {
      threads.emplace_back([&, i] {
        refresh::record row;
        row.id = family_id("fam_" + std::to_string(i));
        row.granted = {subject_id("usr_1")};
        row.idle_deadline = noon + 1h;
        if (!store.insert_session({row})) return;
        for (std::uint64_t version = 1;; ++version) {
          versions[i] = version;
          const auto moved = store.advance_session({row, version});
          if (!moved || !*moved) return;
        }
      });
    }
    lane::until(
        [&] { return versions[0] > 200 && versions[1] > 200 && versions[2] > 200 && versions[3] > 200; });
    server.kill();
    for (std::thread& each : threads) each.join();
  }
  server.restart();
  redis::store store = server.open();
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const auto found = store.find_session({family_id("fam_" + std::to_string(i))});
    REQUIRE(found.has_value());
    REQUIRE(found->has_value());
    // The last one asked for may have been written without an answer.
    const std::uint64_t version = (*found)->row.version;
    CHECK((version == versions[i] || version == versions[i] + 1));
  }
}
