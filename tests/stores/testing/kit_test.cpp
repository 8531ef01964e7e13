#include <ekauth/memory.hpp>
#include <ekauth/testing_async.hpp>

#include "catch.hpp"
#include "support/task.hpp"
#include "support/whole_kit.hpp"
#include "testing/faulty_allowlists.hpp"
#include "testing/faulty_keys.hpp"

#include <array>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <functional>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <thread>

using namespace ekauth;

namespace {

// Answers by callback, from threads of its own.
template <class Inner>
class callback_store {
 public:
  explicit callback_store(Inner& inner) : inner_(inner) {
    for (std::thread& each : workers_) each = std::thread([this] { work(); });
  }
  ~callback_store() {
    {
      const std::lock_guard one(lock_);
      is_over_ = true;
    }
    changed_.notify_all();
    for (std::thread& each : workers_) each.join();
  }

  template <class Request, class Done>
  void answer(const Request& request, Done done) {
    {
      const std::lock_guard one(lock_);
      asked_.emplace_back([this, &request, done] { done(inner_.answer(request)); });
    }
    changed_.notify_one();
  }

 private:
  void work() {
    for (;;) {
      std::unique_lock one(lock_);
      changed_.wait(one, [&] { return is_over_ || !asked_.empty(); });
      if (asked_.empty()) return;
      const auto next = std::move(asked_.front());
      asked_.pop_front();
      one.unlock();
      next();
    }
  }

  Inner& inner_;
  std::mutex lock_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> asked_;
  bool is_over_ = false;
  std::array<std::thread, 4> workers_;
};

// Answers awaitables.
class coroutine_store {
 public:
  explicit coroutine_store(memory::store& inner) : inner_(inner) {}

  template <class Request>
  fixed::task<result<typename Request::reply>> answer(Request request) {
    co_return inner_.answer(request);
  }

 private:
  memory::store& inner_;
};

// Answers awaitables, too.
class coroutine_lists {
 public:
  explicit coroutine_lists(allowlists::store& inner) : inner_(inner) {}
  fixed::task<result<allowlists::find::reply>> answer(allowlists::find request) {
    co_return inner_.answer(request);
  }
  fixed::task<result<allowlists::save::reply>> answer(allowlists::save request) {
    co_return inner_.answer(request);
  }

 private:
  allowlists::store& inner_;
};

constexpr auto resume_here = [](auto task) { return task.wait(); };

void expect_none(const std::vector<testing::finding>& findings) {
  for (const testing::finding& broken : findings) FAIL_CHECK(testing::to_string(broken));
}

// Only those that answer nothing at all: they must not hang.
struct silent_store {
  template <class Request, class Done>
  void answer(const Request&, Done) {}
};

}  // namespace

TEST_CASE("a store that answers by callback is judged like any other", "[testing]") {
  memory::store rows;
  callback_store<memory::store> store(rows);
  auto waited = testing::blocking<keys::store>(store, testing::by_callback{});
  expect_none(whole_kit::check_keys(waited, {.rounds = 2}));

  faulty::keys_store wrong_rows(faulty::keys_defect::replace_revives);
  callback_store<faulty::keys_store> wrong(wrong_rows);
  auto wrong_waited = testing::blocking<keys::store>(wrong, testing::by_callback{});
  const auto findings = whole_kit::check_keys(wrong_waited, {.only = "keys.replace.revoked"});
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].broken.name == "keys.replace.revoked");
}

TEST_CASE("a store that answers by coroutine is judged like any other", "[testing]") {
  memory::store rows;
  coroutine_store store(rows);
  auto waited = testing::blocking<refresh::store>(store, testing::by_await{resume_here});
  expect_none(whole_kit::check_sessions(waited, {.rounds = 2}));

  faulty::allowlists_store lists;
  coroutine_lists list_store(lists);
  auto waited_lists = testing::blocking<allowlists::store>(list_store, testing::by_await{resume_here});
  expect_none(whole_kit::check_allowlists(waited_lists, {.rounds = 2}));

  faulty::allowlists_store wrong(faulty::allowlists_defect::switch_is_on);
  coroutine_lists wrong_store(wrong);
  auto wrong_waited = testing::blocking<allowlists::store>(wrong_store, testing::by_await{resume_here});
  CHECK(whole_kit::check_allowlists(wrong_waited, {.only = "allowlists.find.as_saved"}).size() == 1);
}

TEST_CASE("a store that never calls back is found out, and not waited for beyond patience", "[testing]") {
  silent_store store;
  auto waited = testing::blocking<keys::store>(store, testing::by_callback{std::chrono::seconds(0)});
  const auto findings = whole_kit::check_keys(waited, {.rounds = 2});
  REQUIRE(findings.size() > 20);
  CHECK(findings[0].seen == "keys::insert answered the error store_unavailable: the store did not call back");
}

TEST_CASE("two handles are asked in turn, so that data of each its own breaks the contract", "[testing]") {
  memory::store here, there;
  CHECK_FALSE(whole_kit::check_keys(here, there, {.only = "keys.find.as_inserted"}).empty());
  CHECK_FALSE(whole_kit::check_sessions(here, there, {.only = "sessions.find.as_inserted"}).empty());
  faulty::allowlists_store lists_here, lists_there;
  CHECK_FALSE(
      whole_kit::check_allowlists(lists_here, lists_there, {.only = "allowlists.find.as_saved"}).empty());
}

TEST_CASE("a store is judged twice with the same verdict, whatever the first left behind", "[testing]") {
  memory::store store;
  for (int time = 0; time < 2; ++time) {
    expect_none(whole_kit::check_keys(store, {.rounds = 2}));
    expect_none(whole_kit::check_sessions(store, {.rounds = 2}));
  }
}

TEST_CASE("clauses are chosen by the start of their name, and choosing none is a finding", "[testing]") {
  faulty::keys_store store(faulty::keys_defect::insert_overwrites);
  CHECK(whole_kit::check_keys(store, {.only = "keys.list"}).empty());
  CHECK(whole_kit::check_keys(store, {.only = "keys.insert.collision"}).size() == 2);  // and its race
  for (const char* misspelt : {"key.", "sessions.", "keys.insert.collisions"}) {
    const auto findings = whole_kit::check_keys(store, {.only = misspelt});
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].broken.name == "options.only");
  }
}

TEST_CASE("a finding reads as one sentence of the contract and one of what was seen", "[testing]") {
  faulty::keys_store store(faulty::keys_defect::replace_revives);
  const auto findings = whole_kit::check_keys(store, {.only = "keys.replace.revoked"});
  REQUIRE(findings.size() == 1);
  CHECK(
      testing::to_string(findings[0]) ==
      "keys.replace.revoked: Nothing replaces a revoked key. Seen: replace answered true for a revoked key");
}

TEST_CASE("clauses have names of their own, and STORAGE.md says what each is", "[testing]") {
  std::ifstream file(EKAUTH_TEST_DATA "/../../docs/STORAGE.md");
  std::stringstream text;
  text << file.rdbuf();
  const std::string document = text.str();
  std::set<std::string_view> names;
  for (const testing::clause& each : whole_kit::clauses()) {
    INFO(each.name);
    CHECK(names.insert(each.name).second);
    const std::string line = "| `" + std::string(each.name) + "` | " + std::string(each.promise) + " |\n";
    CHECK(document.find(line) != std::string::npos);
  }
}
