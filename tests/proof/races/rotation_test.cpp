// One refresh token, many presenters at once, a thousand rounds: on every store, and on those that processes
// can share by four processes at once.
#include <ekauth/memory.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>
#include <ekauth/sqlite.hpp>

#include "catch.hpp"
#include "support/figure.hpp"
#include "support/fixed.hpp"
#include "support/postgres_schema.hpp"
#include "support/private_redis.hpp"
#include "support/temporary.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace ekauth;
using namespace std::chrono_literals;
using fixed::noon;

namespace {

const subject_id alice("acc_9i8h7g6f5e");
constexpr int presenters = 32;
constexpr int rounds = 1000;

struct tally {
  std::uint32_t rotated = 0, same_again = 0, refused = 0, trouble = 0;

  void count(const result<refresh::issued>& renewed) {
    if (renewed)
      ++(renewed->kind == refresh::issue_kind::rotated ? rotated : same_again);
    else if (renewed.error().code() == errc::refresh_token_reused ||
             renewed.error().code() == errc::refresh_token_revoked)
      ++refused;
    else
      ++trouble;
  }
};

// Threads that all present the same token, released together, round after round.
class crowd {
 public:
  crowd(refresh::service service, refresh::store& store, int size)
      : service_(std::move(service)), store_(store) {
    for (int i = 0; i < size; ++i) threads_.emplace_back([this] { work(); });
  }
  ~crowd() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    start_.notify_all();
    for (std::thread& each : threads_) each.join();
  }

  tally present(std::string_view token, time_point now) {
    std::unique_lock lock(mutex_);
    token_ = token;
    now_ = now;
    tally_ = {};
    successors_.clear();
    busy_ = threads_.size();
    ++round_;
    start_.notify_all();
    finished_.wait(lock, [&] { return busy_ == 0; });
    return tally_;
  }
  [[nodiscard]] const std::set<std::string>& successors() const { return successors_; }

 private:
  void work() {
    int seen = 0;
    for (;;) {
      std::unique_lock lock(mutex_);
      start_.wait(lock, [&] { return over_ || round_ != seen; });
      if (over_) return;
      seen = round_;
      const std::string token = token_;
      const time_point now = now_;
      lock.unlock();
      const auto renewed = run(service_.refresh(token, {.now = now}), store_);
      lock.lock();
      tally_.count(renewed);
      if (renewed) successors_.insert(std::string(renewed->token.expose()));
      if (--busy_ == 0) finished_.notify_one();
    }
  }

  refresh::service service_;
  refresh::store& store_;
  std::mutex mutex_;
  std::condition_variable start_, finished_;
  std::vector<std::thread> threads_;
  std::string token_;
  time_point now_{};
  tally tally_;
  std::set<std::string> successors_;
  std::size_t busy_ = 0;
  int round_ = 0;
  bool over_ = false;
};

refresh::issued login(const refresh::service& service, refresh::store& store) {
  auto first = run(service.login({.granted = {alice}, .epoch = 0}, noon), store);
  REQUIRE(first);
  return *std::move(first);
}

// strict: one presenter rotates, all others are refused and the session is over; every round is a new login.
void hammer_strict(const std::string& name, refresh::store& store) {
  const auto service = *refresh::service::make(fixed::roots());
  crowd threads(service, store, presenters);
  for (int round = 0; round < rounds; ++round) {
    const auto first = login(service, store);
    const tally seen = threads.present(first.token.expose(), noon + 1s);
    REQUIRE(seen.rotated == 1);
    REQUIRE(seen.refused == presenters - 1);
    REQUIRE(seen.trouble == 0);
    const auto found = store.answer(refresh::find{first.session});
    REQUIRE(found);
    REQUIRE((*found)->row.generation == 1);
    REQUIRE((*found)->row.state == refresh::status::revoked);
  }
  fixed::figure("32 threads that present one token, " + name,
                std::to_string(rounds) + " rounds, one rotation in each");
}

// web, with as many presenters as may share a generation: one rotates, all others get the same successor,
// which is the next round's token.
void hammer_web(const std::string& name, refresh::store& store, int generations) {
  constexpr int tabs = 16;
  const auto service = *refresh::service::make(fixed::roots(), refresh::web());
  crowd threads(service, store, tabs);
  const auto first = login(service, store);
  std::string token(first.token.expose());
  time_point now = noon;
  for (int round = 0; round < generations; ++round) {
    now += 1min;
    const tally seen = threads.present(token, now);
    REQUIRE(seen.rotated == 1);
    REQUIRE(seen.same_again == tabs - 1);
    REQUIRE(threads.successors().size() == 1);
    token = *threads.successors().begin();
    REQUIRE((*store.answer(refresh::find{first.session}))->row.generation ==
            static_cast<std::uint32_t>(round + 1));
  }
  fixed::figure("16 tabs that present one token under web, " + name,
                std::to_string(generations) + " rounds, one successor in each");
}

bool send(int pipe, const void* bytes, std::size_t size) {
  return ::write(pipe, bytes, size) == static_cast<ssize_t>(size);
}
bool receive(int pipe, void* bytes, std::size_t size) {
  auto* at = static_cast<char*>(bytes);
  while (size > 0) {
    const ssize_t got = ::read(pipe, at, size);
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

// A process beside this one: presents what it is told, reports its tally, ends when it is told no more.
class companion {
 public:
  template <class Open>
  companion(const Open& open, int threads) {
    int to_child[2], from_child[2];
    REQUIRE(::pipe2(to_child, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(from_child, O_CLOEXEC) == 0);
    process_ = ::fork();
    REQUIRE(process_ >= 0);
    if (process_ == 0) {
      ::close(to_child[1]);
      ::close(from_child[0]);
      present_for_parent(open, threads, to_child[0], from_child[1]);
    }
    ::close(to_child[0]);
    ::close(from_child[1]);
    to_ = to_child[1];
    from_ = from_child[0];
    char ready = 0;
    REQUIRE(receive(from_, &ready, 1));
  }
  companion(const companion&) = delete;
  companion& operator=(const companion&) = delete;
  ~companion() { ::close(from_); }

  void tell(std::string_view token) const { REQUIRE(send(to_, token.data(), token_size)); }
  [[nodiscard]] tally hear() const {
    tally seen;
    REQUIRE(receive(from_, &seen, seen_size));
    return seen;
  }
  [[nodiscard]] int end() const {
    ::close(to_);
    int status = 0;
    REQUIRE(::waitpid(process_, &status, 0) == process_);
    return status;
  }

 private:
  static constexpr std::size_t token_size = 66, seen_size = sizeof(tally);

  template <class Open>
  [[noreturn]] static void present_for_parent(const Open& open, int threads, int in, int out) {
    auto store = open();
    if (!store) ::_exit(2);
    {
      crowd all(*refresh::service::make(fixed::roots()), *store, threads);
      const char ready = 1;
      if (!send(out, &ready, 1)) ::_exit(3);
      std::array<char, token_size> token{};
      while (receive(in, token.data(), token.size())) {
        const tally seen = all.present({token.data(), token.size()}, noon + 1s);
        if (!send(out, &seen, sizeof seen)) ::_exit(4);
      }
    }
    ::_exit(0);
  }

  pid_t process_ = 0;
  int to_ = -1, from_ = -1;
};

// strict, in four processes with a store each; open() answers one.
template <class Open>
void hammer_processes(const std::string& name, const Open& open) {
  constexpr int processes = 4;
  std::vector<std::unique_ptr<companion>> others;  // before this process has threads or a store
  for (int i = 1; i < processes; ++i)
    others.push_back(std::make_unique<companion>(open, presenters / processes));
  {
    auto store = open();
    REQUIRE(store);
    const auto service = *refresh::service::make(fixed::roots());
    crowd threads(service, *store, presenters / processes);
    for (int round = 0; round < rounds; ++round) {
      const auto first = login(service, *store);
      for (const auto& each : others) each->tell(first.token.expose());
      tally all = threads.present(first.token.expose(), noon + 1s);
      for (const auto& each : others) {
        const tally there = each->hear();
        all.rotated += there.rotated;
        all.refused += there.refused;
        all.trouble += there.trouble;
      }
      REQUIRE(all.rotated == 1);
      REQUIRE(all.refused == presenters - 1);
      REQUIRE(all.trouble == 0);
    }
  }
  fixed::figure("32 threads in 4 processes that present one token, " + name,
                std::to_string(rounds) + " rounds, one rotation in each");
  // The last one first: each has inherited what leads to those before it, which end when nobody holds that.
  for (; !others.empty(); others.pop_back()) CHECK(others.back()->end() == 0);
}

// With named statements, which are planned once.
postgres::options prepared(const fixed::postgres_schema& schema) {
  postgres::options how = schema.how();
  how.prepare = true;
  return how;
}

}  // namespace

TEST_CASE("32 presenters of one token, 1,000 rounds in memory: one rotation each, no internal error",
          "[races]") {
  memory::store store;
  hammer_strict("memory", store);
}

TEST_CASE("32 presenters of one token, 1,000 rounds on SQLite: one rotation each, no internal error",
          "[races]") {
  const fixed::temporary_folder folder;
  auto store = sqlite::store::open({.path = folder.path() + "/races.db"});
  REQUIRE(store);
  hammer_strict("SQLite", *store);
}

TEST_CASE("16 tabs under web, 1,000 generations in memory: one successor each", "[races]") {
  memory::store store;
  hammer_web("memory", store, 1000);
}

TEST_CASE("16 tabs under web, 200 generations on SQLite: one successor each", "[races]") {
  const fixed::temporary_folder folder;
  auto store = sqlite::store::open({.path = folder.path() + "/tabs.db"});
  REQUIRE(store);
  hammer_web("SQLite", *store, 200);
}

TEST_CASE("32 presenters of one token, 1,000 rounds on PostgreSQL: one rotation each, no internal error",
          "[races]") {
  const fixed::postgres_schema schema;
  auto store = schema.open();
  hammer_strict("PostgreSQL", store);
}

TEST_CASE("16 tabs under web, 200 generations on PostgreSQL: one successor each", "[races]") {
  const fixed::postgres_schema schema;
  auto store = schema.open(prepared(schema));
  hammer_web("PostgreSQL", store, 200);
}

TEST_CASE("32 presenters of one token, 1,000 rounds on Redis: one rotation each, no internal error",
          "[races]") {
  auto store = fixed::fresh_redis_store();
  hammer_strict("Redis", store);
}

TEST_CASE("16 tabs under web, 200 generations on Redis: one successor each", "[races]") {
  auto store = fixed::fresh_redis_store();
  hammer_web("Redis", store, 200);
}

TEST_CASE("four processes on one SQLite file present one token: one rotation in all of them together",
          "[races]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.path() + "/shared.db";
  hammer_processes("SQLite", [&] { return sqlite::store::open({.path = path}); });
}

TEST_CASE("four processes on one PostgreSQL present one token: one rotation in all of them together",
          "[races]") {
  const fixed::postgres_schema schema;
  hammer_processes("PostgreSQL", [&] { return postgres::store::open(prepared(schema)); });
}

TEST_CASE("four processes on one Redis present one token: one rotation in all of them together", "[races]") {
  const std::string prefix = fixed::fresh_redis().prefix;
  hammer_processes("Redis", [&] {
    auto how = fixed::fresh_redis();
    how.prefix = prefix;
    return redis::store::open(std::move(how));
  });
}
