#include <ekauth/async_run.hpp>
#include <ekauth/co_run.hpp>
#include <ekauth/run.hpp>
#include <ekauth/secret.hpp>

#include "catch.hpp"
#include "support/aborts.hpp"
#include "support/task.hpp"

#include <array>
#include <stdexcept>
#include <string>
#include <thread>

using ekauth::errc;
using ekauth::error;
using ekauth::result;

namespace {

struct ask_first {
  int number;
  using reply = int;
};
struct ask_second {
  std::string text;
  using reply = std::string;
};

// Asks first; then second, and again while the answer is "again"; ends in a move-only value.
class demo_flow : public ekauth::flow<demo_flow, ekauth::secret, ask_first, ask_second> {
 public:
  explicit demo_flow(int number) {
    if (number < 0)
      finish(error{errc::validation_failed, "negative"});
    else
      ask(ask_first{number});
  }
  void on(const ask_first&, int answer) {
    if (answer == 13) return;  // a flow with a hole in it
    ask(ask_second{std::to_string(answer)});
  }
  void on(const ask_second& asked, std::string answer) {
    if (answer == "again") return ask(ask_second{asked.text + "+"});
    finish(ekauth::secret(asked.text + answer));
  }
};

// What all three kinds of store answer: +1, then "again" once, then "!"; the call with index fail_at fails.
struct answers {
  int fail_at = -1;
  errc why = errc::store_busy;
  int calls = 0;

  result<int> answer(const ask_first& asked) {
    if (calls++ == fail_at) return error{why, "injected"};
    return asked.number + 1;
  }
  result<std::string> answer(const ask_second& asked) {
    if (calls++ == fail_at) return error{why, "injected"};
    return std::string(asked.text.back() == '+' ? "!" : "again");
  }
};

struct blocking_store : answers {};

struct coroutine_store {
  answers inner;
  fixed::task<result<int>> answer(ask_first asked) { co_return inner.answer(asked); }
  fixed::task<result<std::string>> answer(ask_second asked) { co_return inner.answer(asked); }
};

struct callback_store {
  answers inner;
  template <class Done>
  void answer(ask_first asked, Done done) {
    done(inner.answer(asked));
  }
  template <class Done>
  void answer(ask_second asked, Done done) {
    done(inner.answer(asked));
  }
};

struct eager_store {
  answers inner;
  void answer(ask_first asked, const auto& done) {
    done(inner.answer(asked));
    done(inner.answer(asked));
  }
  void answer(ask_second asked, const auto& done) { done(inner.answer(asked)); }
};

// Answers each request from a thread of its own, which starts the next one.
struct threaded_store {
  answers inner;
  std::array<std::thread, 3> threads;
  std::size_t started = 0;
  template <class Done>
  void answer(ask_first asked, Done done) {
    std::thread& mine = threads[started++];  // counted before the thread runs: it counts the next
    mine = std::thread([this, asked, done] { done(inner.answer(asked)); });
  }
  template <class Done>
  void answer(ask_second asked, Done done) {
    std::thread& mine = threads[started++];  // counted before the thread runs: it counts the next
    mine = std::thread([this, asked, done] { done(inner.answer(asked)); });
  }
};

// The outcome as text, by each of the runners in turn.
std::string outcome(const result<ekauth::secret>& ended) {
  return ended ? std::string(ended->expose()) : std::string(ekauth::name(ended.error().code()));
}

std::string drive(int runner, int number, int fail_at, errc why, int& calls) {
  const answers scripted{fail_at, why};
  if (runner == 0) {
    blocking_store store{scripted};
    auto ended = ekauth::run(demo_flow(number), store);
    calls = store.calls;
    return outcome(ended);
  }
  if (runner == 1) {
    coroutine_store store{scripted};
    auto ended = ekauth::co_run<fixed::task>(demo_flow(number), store).wait();
    calls = store.inner.calls;
    return outcome(ended);
  }
  callback_store store{scripted};
  std::string text = "never called";
  ekauth::async_run(demo_flow(number), store, [&](result<ekauth::secret> ended) { text = outcome(ended); });
  calls = store.inner.calls;
  return text;
}

}  // namespace

TEST_CASE("one flow ends the same blocking, by coroutine and by callback", "[core]") {
  const int runner = GENERATE(0, 1, 2);
  int calls = 0;
  CHECK(drive(runner, 1, -1, errc::store_busy, calls) == "2+!");
  CHECK(calls == 3);
}

TEST_CASE("a store error at any step ends the flow at that step, for every runner", "[core]") {
  const int runner = GENERATE(0, 1, 2);
  const int step = GENERATE(0, 1, 2);
  int calls = 0;
  CHECK(drive(runner, 1, step, errc::store_full, calls) == "store_full");
  CHECK(calls == step + 1);
}

TEST_CASE("whatever a failing store says, the flow ends in storage trouble", "[core]") {
  const int runner = GENERATE(0, 1, 2);
  int calls = 0;
  CHECK(drive(runner, 1, 0, errc::api_key_expired, calls) == "store_unavailable");
  CHECK(drive(runner, 1, 1, errc::internal_error, calls) == "store_unavailable");
  CHECK(drive(runner, 1, 1, errc::store_corrupt, calls) == "store_corrupt");
}

TEST_CASE("a flow may start finished and then asks nothing", "[core]") {
  const int runner = GENERATE(0, 1, 2);
  int calls = 0;
  CHECK(drive(runner, -1, -1, errc::store_busy, calls) == "validation_failed");
  CHECK(calls == 0);
}

TEST_CASE("a flow that neither asks nor finishes is refused instead of running on", "[core]") {
  int calls = 0;
  CHECK(drive(0, 12, -1, errc::store_busy, calls) == "internal_error");
}

TEST_CASE("the callback runner follows answers that come on other threads", "[core]") {
  threaded_store store;
  std::string text;
  ekauth::async_run(demo_flow(41), store, [&](result<ekauth::secret> ended) { text = outcome(ended); });
  for (std::thread& each : store.threads) each.join();  // each starts the next before it ends
  CHECK(text == "42+!");
}

TEST_CASE("a store's exception passes through the blocking runner", "[core]") {
  struct throwing_store {
    result<int> answer(const ask_first&) { throw std::runtime_error("connection lost"); }
    result<std::string> answer(const ask_second&) { return std::string(); }
  } store;
  CHECK_THROWS_AS((void)ekauth::run(demo_flow(1), store), std::runtime_error);
}

TEST_CASE("a flow can be driven by hand, one request at a time", "[core]") {
  demo_flow flow(6);
  REQUIRE_FALSE(flow.done());
  flow.next([&](auto request) {
    if constexpr (std::is_same_v<decltype(request), ask_first>) {
      CHECK(request.number == 6);
      flow.resume(request, 7);
    } else {
      FAIL("asked the second request first");
    }
  });
  REQUIRE_FALSE(flow.done());
  flow.next([&](auto request) {
    if constexpr (std::is_same_v<decltype(request), ask_second>) flow.resume(request, std::string("?"));
  });
  REQUIRE(flow.done());
  CHECK(outcome(std::move(flow).take()) == "7?");
}

TEST_CASE("a request that a visitor has by reference is whole while the flow goes on", "[core]") {
  demo_flow flow(6);
  const auto visit = [&](const auto& request) {
    if constexpr (std::is_same_v<std::decay_t<decltype(request)>, ask_first>)
      flow.resume(request, 7);
    else
      flow.resume(request, std::string(request.text == "7" ? "again" : "?"));
  };
  while (!flow.done()) flow.next(visit);
  CHECK(outcome(std::move(flow).take()) == "7+?");
}

TEST_CASE("whoever drives a flow out of order ends the process", "[core]") {
  const auto nobody = [](const auto&) {};
  CHECK(fixed::aborts([] { (void)demo_flow(1).take(); }));
  CHECK(fixed::aborts([&] { demo_flow(-1).next(nobody); }));
  CHECK(fixed::aborts([] { demo_flow(1).resume(ask_first{1}, 2); }));  // which was not handed out
  CHECK(fixed::aborts([&] {
    demo_flow flow(1);
    flow.next(nobody);
    flow.resume(ask_second{"not asked"}, std::string("!"));
  }));
  CHECK(fixed::aborts([&] {
    demo_flow flow(-1);
    (void)std::move(flow).take();
    (void)std::move(flow).take();  // NOLINT
  }));
  CHECK_FALSE(fixed::aborts([&] { demo_flow(1).next(nobody); }));
}

TEST_CASE("a request is handed out once: a driver that lost it does not get an empty one", "[core]") {
  const auto nobody = [](const auto&) {};
  const auto throwing = [](const auto&) { throw std::runtime_error("connection lost"); };
  demo_flow lost(1);
  CHECK_THROWS_AS(lost.next(throwing), std::runtime_error);
  CHECK(fixed::aborts([&] { lost.next(nobody); }));

  demo_flow flow(1);
  flow.next(nobody);
  CHECK(fixed::aborts([&] { flow.next(nobody); }));
  flow.resume(ask_first{1}, 2);
  flow.next(nobody);
  CHECK(fixed::aborts([&] { flow.next(nobody); }));
  CHECK(fixed::aborts([&] { flow.resume(ask_first{1}, 2); }));  // answered already
  flow.resume(ask_second{"2"}, std::string("!"));
  CHECK(outcome(std::move(flow).take()) == "2!");
}

TEST_CASE("a flow that was moved from asks nothing, goes on with nothing and has no result", "[core]") {
  const auto nobody = [](const auto&) {};
  demo_flow first(1), finished(-1);
  demo_flow second = std::move(first);
  CHECK(fixed::aborts([&] { first.next(nobody); }));  // NOLINT
  second.next(nobody);
  first = std::move(second);
  CHECK(fixed::aborts([&] { second.resume(ask_first{1}, 2); }));  // NOLINT
  first.resume(ask_first{1}, 2);
  CHECK_FALSE(first.done());
  demo_flow taken = std::move(finished);
  CHECK(fixed::aborts([&] { (void)std::move(finished).take(); }));  // NOLINT
  CHECK(outcome(std::move(taken).take()) == "validation_failed");
}

TEST_CASE("a store that answers a callback twice ends the process", "[core]") {
  eager_store store;
  CHECK(fixed::aborts([&] { ekauth::async_run(demo_flow(1), store, [](const auto&) {}); }));
}
