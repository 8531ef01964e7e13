#include <ekauth/memory.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include "catch.hpp"
#include "support/fixed.hpp"

#include <atomic>
#include <condition_variable>
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

// Answers find to a given number of presenters before it lets any of them write: the closest race there is.
class gathering_store final : public refresh::store {
 public:
  gathering_store(refresh::store& inner, int presenters) : inner_(inner), missing_(presenters) {}

  result<refresh::find::reply> answer(const refresh::find& asked) override {
    auto answer = inner_.answer(asked);
    std::unique_lock lock(mutex_);
    if (missing_ > 0) {
      if (--missing_ == 0)
        all_here_.notify_all();
      else
        all_here_.wait(lock, [&] { return missing_ == 0; });
    }
    return answer;
  }
  result<refresh::insert::reply> answer(const refresh::insert& r) override { return inner_.answer(r); }
  result<refresh::advance::reply> answer(const refresh::advance& r) override { return inner_.answer(r); }
  result<refresh::revoke::reply> answer(const refresh::revoke& r) override { return inner_.answer(r); }
  result<refresh::read_epoch::reply> answer(const refresh::read_epoch& r) override {
    return inner_.answer(r);
  }
  result<refresh::bump_epoch::reply> answer(const refresh::bump_epoch& r) override {
    return inner_.answer(r);
  }
  result<refresh::list::reply> answer(const refresh::list& r) override { return inner_.answer(r); }
  result<refresh::purge::reply> answer(const refresh::purge& r) override { return inner_.answer(r); }

 private:
  refresh::store& inner_;
  std::mutex mutex_;
  std::condition_variable all_here_;
  int missing_;
};

struct outcome {
  int rotated = 0, same_again = 0, refused = 0, trouble = 0;
  std::set<std::string> successors;
};

// So many threads present one token at once, all having read the same row.
outcome present_at_once(const refresh::service& service, memory::store& store, std::string_view token,
                        int presenters) {
  gathering_store gate(store, presenters);
  std::mutex mutex;
  outcome seen;
  std::vector<std::thread> threads;
  for (int i = 0; i < presenters; ++i)
    threads.emplace_back([&] {
      const auto renewed = run(service.refresh(token, {.now = noon + 1h}), gate);
      const std::lock_guard lock(mutex);
      if (renewed) {
        ++(renewed->kind == refresh::issue_kind::rotated ? seen.rotated : seen.same_again);
        seen.successors.insert(std::string(renewed->token.expose()));
      } else if (renewed.error().code() == errc::refresh_token_reused ||
                 renewed.error().code() == errc::refresh_token_revoked) {
        ++seen.refused;
      } else {
        ++seen.trouble;
      }
    });
  for (std::thread& each : threads) each.join();
  return seen;
}

}  // namespace

TEST_CASE("of eight that read the same row one rotates, and under strict the rest are reuse", "[refresh]") {
  for (int round = 0; round < 50; ++round) {
    fixed::counting_random random(static_cast<std::uint64_t>(round) + 1);
    memory::store store;
    const auto service = *refresh::service::make(fixed::roots(), refresh::strict(), random);
    const auto first = run(service.login({.granted = {alice}, .epoch = 0}, noon), store);
    REQUIRE(first);
    const outcome seen = present_at_once(service, store, first->token.expose(), 8);
    CHECK(seen.rotated == 1);
    CHECK(seen.same_again == 0);
    CHECK(seen.refused == 7);
    CHECK(seen.trouble == 0);
    CHECK(run(service.refresh(*seen.successors.begin(), {.now = noon + 2h}), store).error().code() ==
          errc::refresh_token_revoked);
  }
}

TEST_CASE("of eight that read the same row one rotates, and under web all get the same successor",
          "[refresh]") {
  for (int round = 0; round < 50; ++round) {
    fixed::counting_random random(static_cast<std::uint64_t>(round) + 1);
    memory::store store;
    const auto service = *refresh::service::make(fixed::roots(), refresh::web(), random);
    const auto first = run(service.login({.granted = {alice}, .epoch = 0}, noon), store);
    REQUIRE(first);
    const outcome seen = present_at_once(service, store, first->token.expose(), 8);
    CHECK(seen.rotated == 1);
    CHECK(seen.refused == 0);
    CHECK(seen.successors.size() == 1);
    CHECK(seen.rotated + seen.same_again == 8);
    CHECK(run(service.refresh(*seen.successors.begin(), {.now = noon + 2h}), store));
  }
}

TEST_CASE("a password change that comes between read and write refuses the rotation", "[refresh]") {
  fixed::counting_random random;
  memory::store store;
  const auto service = *refresh::service::make(fixed::roots(), refresh::strict(), random);
  const auto first = run(service.login({.granted = {alice}, .epoch = 0}, noon), store);
  auto flow = service.refresh(first->token.expose(), {.now = noon});
  flow.next([&](auto request) {
    auto answer = store.answer(request);
    REQUIRE(run(service.end_all(alice, refresh::end_reason::password_changed, noon), store));
    flow.resume(request, std::move(answer));
  });
  const auto ended = run(std::move(flow), store);
  REQUIRE_FALSE(ended);
  CHECK(ended.error().code() == errc::refresh_token_revoked);
  CHECK(ended.error().text() == std::string("password_changed"));
}

TEST_CASE("a sign-out that comes between read and write refuses the rotation", "[refresh]") {
  fixed::counting_random random;
  memory::store store;
  const auto service = *refresh::service::make(fixed::roots(), refresh::strict(), random);
  const auto first = run(service.login({.granted = {alice}, .epoch = 0}, noon), store);
  auto flow = service.refresh(first->token.expose(), {.now = noon});
  flow.next([&](auto request) {
    auto answer = store.answer(request);
    REQUIRE(run(service.end(first->token.expose(), noon), store));
    flow.resume(request, std::move(answer));
  });
  CHECK(run(std::move(flow), store).error().code() == errc::refresh_token_revoked);
}

TEST_CASE("a store that never lets a rotation win ends in busy after a bounded number of tries",
          "[refresh]") {
  fixed::counting_random random;
  memory::store store;
  const auto service = *refresh::service::make(fixed::roots(), refresh::strict(), random);
  const auto first = run(service.login({.granted = {alice}, .epoch = 0}, noon), store);
  auto flow = service.refresh(first->token.expose(), {.now = noon});
  int writes = 0;
  while (!flow.done())
    flow.next([&](auto request) {
      if constexpr (std::is_same_v<decltype(request), refresh::advance>) {
        ++writes;
        flow.resume(request, false);
      } else {
        flow.resume(request, store.answer(request));
      }
    });
  CHECK(writes == 24);
  CHECK(std::move(flow).take().error().code() == errc::refresh_busy);
}
