// Clients and servers killed at any moment: no token is spent twice, no revocation is forgotten, and nothing
// that was answered is lost.
#include "redis/server.hpp"
#include "support/crashes.hpp"

using namespace ekauth;
using namespace std::chrono_literals;
using fixed::noon;

namespace {

// A server that is another one after a while.
struct renewed_server {
  std::unique_ptr<lane::server> now;
  void kill() { now->kill(); }
  void start() { now->restart(); }
};

crashes::figures crash_often(int rounds, int server_every) {
  renewed_server server;
  return crashes::crash_often(
      rounds, server_every, [&] { return redis::store::open(server.now->options()); }, server,
      [&] { server.now = std::make_unique<lane::server>(); });
}

}  // namespace

TEST_CASE("20 crashes of a client, and of its server, spend no token twice and forget no revocation",
          "[redis]") {
  static_cast<void>(crash_often(20, 4));
}

TEST_CASE("1,000 crashes of a client, 500 with its server, spend no token twice and forget no revocation",
          "[redis][.long]") {
  crashes::tell("1,000 crashes of a client, 500 with its server", crash_often(1000, 2));
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
        if (!store.answer(refresh::insert{row})) return;
        for (std::uint64_t version = 1;; ++version) {
          versions[i] = version;
          const auto moved = store.answer(refresh::advance{row, version});
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
    const auto found = store.answer(refresh::find{family_id("fam_" + std::to_string(i))});
    REQUIRE(found.has_value());
    REQUIRE(found->has_value());
    // The last one asked for may have been written without an answer.
    const std::uint64_t version = (*found)->row.version;
    CHECK((version == versions[i] || version == versions[i] + 1));
  }
}
