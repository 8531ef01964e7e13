// Flows made of flows.
#include <ekauth/flow.hpp>
#include <ekauth/run.hpp>

#include "catch.hpp"
#include "support/aborts.hpp"

#include <optional>
#include <string>
#include <vector>

using ekauth::errc;
using ekauth::error;
using ekauth::result;

namespace {

struct ask_name {
  int number;
  using reply = std::string;
};
struct ask_price {
  std::string name;
  using reply = int;
};

// Asks for the name of a number until it is not "again"; 0 has none to ask for.
class name_flow : public ekauth::flow<name_flow, std::string, ask_name> {
 public:
  explicit name_flow(int number) {
    if (number == 0)
      finish(error{errc::not_found, "no such number"});
    else if (number == 1)
      finish(std::string("one"));
    else
      ask(ask_name{number});
  }
  void on(const ask_name& asked, std::string name) {
    if (name == "again") return ask(ask_name{asked.number + 1});
    finish(std::move(name));
  }
  // Storage trouble is what the flow says it is.
  void fail(error why) { finish(error{why.code(), "while the name was read"}); }
};

// The price of the name of a number: an inner flow, then a request of its own.
class price_flow : public ekauth::flow<price_flow, int, ask_name, ask_price> {
 public:
  price_flow(int number, std::vector<std::string>& failures) : failures_(&failures), name_(number) {
    delegate(name_, &price_flow::named);
  }
  void on(const ask_name& asked, result<std::string> answer) {
    delegate(name_, asked, std::move(answer), &price_flow::named);
  }
  void on(const ask_price&, int price) { finish(price); }
  void fail(error why) {
    failures_->push_back(why.text());
    finish(error{why.code(), "while the price was read"});
  }

 private:
  void named(result<std::string> name) {
    if (!name) return fail(name.error());
    if (name->empty()) return;  // a flow with a hole in it
    ask(ask_price{*std::move(name)});
  }
  std::vector<std::string>* failures_;
  name_flow name_;
};

// "again" for even numbers; the call with index fail_at fails.
struct shop {
  int fail_at = -1;
  std::vector<std::string> asked = {};

  result<std::string> answer(const ask_name& what) {
    asked.push_back("name " + std::to_string(what.number));
    if (is_failing()) return error{errc::store_busy, "injected"};
    if (what.number == 7) return std::string();
    return std::string(what.number % 2 == 0 ? "again" : "odd");
  }
  result<int> answer(const ask_price& what) {
    asked.push_back("price " + what.name);
    if (is_failing()) return error{errc::api_key_expired, "injected"};
    return static_cast<int>(what.name.size());
  }

 private:
  bool is_failing() const { return static_cast<int>(asked.size()) == fail_at + 1; }
};

struct outcome {
  int price = 0;
  error why{errc{}, ""};
  std::vector<std::string> asked, failures;
};
outcome drive(int number, int fail_at = -1) {
  shop store{fail_at};
  outcome ended;
  const auto price = ekauth::run(price_flow(number, ended.failures), store);
  if (price)
    ended.price = *price;
  else
    ended.why = price.error();
  ended.asked = store.asked;
  return ended;
}

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a flow asks what its inner flow asks, as often as that does, and then goes on", "[core]") {
  const auto once = drive(3);
  CHECK(once.price == 3);
  CHECK(once.asked == texts{"name 3", "price odd"});
  const auto twice = drive(2);
  CHECK(twice.price == 3);
  CHECK(twice.asked == texts{"name 2", "name 3", "price odd"});
}

TEST_CASE("an inner flow that starts finished asks nothing", "[core]") {
  const auto made = drive(1);
  CHECK(made.price == 3);
  CHECK(made.asked == texts{"price one"});
  const auto refused = drive(0);
  CHECK(refused.why.code() == errc::not_found);
  CHECK(refused.asked.empty());
  CHECK(refused.failures == texts{"no such number"});
}

TEST_CASE("storage trouble reaches the inner flow first, and the outer one by its result", "[core]") {
  for (const int step : {0, 1}) {
    const auto failed = drive(2, step);
    CHECK(failed.why.code() == errc::store_busy);
    CHECK(failed.why.text() == std::string("while the price was read"));
    CHECK(failed.failures == texts{"while the name was read"});
    CHECK(failed.asked.size() == static_cast<std::size_t>(step) + 1);
  }
}

TEST_CASE("trouble with a request of its own ends the outer flow by its own fail", "[core]") {
  const auto failed = drive(3, 1);
  CHECK(failed.why.code() == errc::store_unavailable);  // whatever the store's error said
  CHECK(failed.why.text() == std::string("while the price was read"));
  CHECK(failed.failures == texts{"injected"});
}

TEST_CASE("a flow that neither asks nor finishes after an inner one is refused", "[core]") {
  const auto stopped = drive(7);
  CHECK(stopped.why.code() == errc::internal_error);
}

TEST_CASE("a flow may move between two requests of its inner flow", "[core]") {
  shop store;
  std::vector<std::string> failures;
  std::vector<price_flow> flows;
  flows.emplace_back(2, failures);
  while (!flows.back().done()) {
    price_flow moved = std::move(flows.back());
    flows.clear();
    moved.next([&](auto request) { moved.resume(request, store.answer(request)); });
    flows.push_back(std::move(moved));
  }
  CHECK(std::move(flows.back()).take().value_or(0) == 3);
  CHECK(failures.empty());
}

TEST_CASE("the request of an inner flow is handed out once as well", "[core]") {
  std::vector<std::string> failures;
  price_flow flow(3, failures);
  const auto nobody = [](const auto&) {};
  flow.next(nobody);
  CHECK(fixed::aborts([&] { flow.next(nobody); }));
  flow.resume(ask_name{3}, std::string("odd"));
  CHECK_FALSE(fixed::aborts([&] { flow.next(nobody); }));
}
