// The service of allowlists on a store that fails, lets others win, or answers what was not asked.
#include "allowlists/host.hpp"

using namespace listed;

namespace {

// The store, but one answer of find_allowlists replaced.
struct lying final : allowlists::store {
  explicit lying(allowlists::find::found answer) : answer_(std::move(answer)) {}
  result<allowlists::find::reply> answer(const allowlists::find&) override { return answer_; }
  result<allowlists::save::reply> answer(const allowlists::save&) override { return true; }
  allowlists::find::found answer_;
};

}  // namespace

TEST_CASE("a failing store denies, and a lost answer is never a yes", "[allowlists]") {
  host h;
  REQUIRE(h.save(account, only("192.0.2.0/24")));
  using kind = fixed::fault_store<memory::store>::fault;
  for (const kind how : {kind::before, kind::after}) {
    h.store.arm(0, how);
    CHECK(h.check(account, inside) == errc::store_unavailable);
    h.store.arm(0, how);
    CHECK(code(run(h.lists.find(account, noon), h.store)) == errc::store_unavailable);
    h.store.arm(0, how);
    CHECK(code(run(h.lists.disable(account, noon), h.store)) == errc::store_unavailable);
  }
  h.store.arm(1, kind::after);  // it was switched off, and the answer was lost
  CHECK(code(run(h.lists.disable(account, noon), h.store)) == errc::store_unavailable);
  h.store.disarm();
  CHECK(run(h.lists.disable(account, noon), h.store));
  CHECK(h.store.calls == 1);
  edit next = only("198.51.100.0/24");
  next.expected = 2;
  h.store.arm(0, kind::before);
  CHECK(code(h.save(account, next)) == errc::store_unavailable);
  h.store.disarm();
  CHECK(h.save(account, next));
}

TEST_CASE("a switch that keeps losing races gives up and changes nothing", "[allowlists]") {
  host h;
  REQUIRE(h.save(account, only("192.0.2.0/24")));
  struct racing final : allowlists::store {
    explicit racing(memory::store& inner) : inner_(inner) {}
    result<allowlists::find::reply> answer(const allowlists::find& request) override {
      return inner_.answer(request);
    }
    result<allowlists::save::reply> answer(const allowlists::save&) override {
      ++lost;
      return lost > win_after;
    }
    memory::store& inner_;
    int lost = 0, win_after = 1000;
  } store(h.inner);
  CHECK(code(run(h.lists.disable(account, noon), store)) == errc::version_conflict);
  CHECK(store.lost == 8);
  store.lost = 0;
  store.win_after = 7;
  CHECK(run(h.lists.disable(account, noon), store));
}

TEST_CASE("a store that answers with another list is not believed", "[allowlists]") {
  host h;
  const allowlists::record others{{subject_id("acc_other")}, false, {}, noon, 1};
  const allowlists::record old{account, false, {}, noon, 1}, unborn{account, false, {}, noon, 0};
  using answer = allowlists::find::answer;
  for (const answer& given :
       {answer{1, others}, answer{2, old}, answer{0, old}, answer{0, unborn}, answer{1, {}}}) {
    lying store({given, {}});
    CHECK(code(run(h.lists.check(account, inside, noon), store)) == errc::store_corrupt);
    CHECK(code(run(h.lists.find(account, noon), store)) == errc::store_corrupt);
    CHECK(code(run(h.lists.enable(account, {}, noon), store)) == errc::store_corrupt);
    CHECK(code(run(h.lists.disable(account, noon), store)) == errc::store_corrupt);
  }
  lying store({{}, {1, old}});
  CHECK(code(run(h.lists.check(key, inside, noon), store)) == errc::store_corrupt);
}
