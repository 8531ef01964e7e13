// The service of keys on a store that fails, lets others win, or answers what was not asked.
#include "keys/bench.hpp"

#include <thread>
#include <vector>

using namespace keyed;

TEST_CASE("each storage request of each operation fails once, and every failure denies", "[keys]") {
  using kind = fixed::fault_store<memory::store>::fault;
  const kind how = GENERATE(kind::before, kind::after);
  bench b;
  const auto made = b.create();
  const auto fails_at_each_step = [&](auto operation) {
    for (int step = 0;; ++step) {
      b.store.arm(step, how);
      const auto ended = operation();
      const bool reached = b.store.calls > step;
      b.store.disarm();
      if (!reached) {
        CHECK(ended);
        return step;
      }
      REQUIRE_FALSE(ended);
      CHECK(ended.error().code() == errc::store_unavailable);
    }
  };
  CHECK(fails_at_each_step(
            [&] { return run(b.service.verify(made.token.expose(), {.now = noon}), b.store); }) == 1);
  CHECK(fails_at_each_step(
            [&] { return run(b.service.create({.granted = {b.owner}, .name = "n"}, noon), b.store); }) == 1);
  CHECK(fails_at_each_step([&] { return run(b.service.find(b.owner, made.key.id), b.store); }) == 1);
  CHECK(fails_at_each_step([&] { return run(b.service.list(b.owner), b.store); }) == 1);
  CHECK(fails_at_each_step([&] { return run(b.service.roll(b.owner, made.key.id, 0ms, noon), b.store); }) ==
        2);
  // An unknown outcome of the write is settled by asking again: the key is revoked either way.
  (void)fails_at_each_step([&] { return run(b.service.revoke(b.owner, made.key.id, noon), b.store); });
  CHECK(b.refusal(made.token.expose()) != errc{});
}

TEST_CASE("two changes at once lose nothing: both take effect", "[keys]") {
  bench b;
  const auto made = b.create();
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i)
    callers.emplace_back([&, i] {
      if (i % 2 == 0)
        (void)run(b.service.roll(b.owner, made.key.id, 0ms, noon), b.inner);
      else
        (void)run(b.service.revoke(b.owner, made.key.id, noon), b.inner);
    });
  for (std::thread& caller : callers) caller.join();
  const auto row = **b.inner.answer(keys::find{made.key.id});
  CHECK(row.state == keys::status::revoked);
  CHECK(run(b.service.verify(made.token.expose(), {.now = noon}), b.inner).error().code() !=
        errc::store_unavailable);
  CHECK_FALSE(run(b.service.verify(made.token.expose(), {.now = noon}), b.inner));
}

TEST_CASE("a change that keeps losing races gives up, and one that wins in time is made", "[keys]") {
  bench b;
  const auto made = b.create();
  struct racing {
    memory::store& inner;
    int tries = 0, lost = 1000;
    result<keys::find::reply> answer(const keys::find& request) const { return inner.answer(request); }
    result<bool> answer(const keys::replace& request) {
      return ++tries > lost ? inner.answer(request) : result<bool>(false);
    }
  } store{b.inner};
  CHECK(run(b.service.disable(b.owner, made.key.id, noon), store).error().code() == errc::version_conflict);
  CHECK(store.tries == 8);
  CHECK(run(b.service.roll(b.owner, made.key.id, 0ms, noon), store).error().code() == errc::version_conflict);
  CHECK(store.tries == 16);
  CHECK(b.verify(made.token));
  store.tries = 0;
  store.lost = 7;
  const auto fresh = run(b.service.roll(b.owner, made.key.id, 0ms, noon), store);
  REQUIRE(fresh);
  CHECK((*b.verify(fresh->token)).secret_number() == 2);
  store.tries = 0;
  CHECK(run(b.service.disable(b.owner, made.key.id, noon), store));
  CHECK(b.refusal(fresh->token.expose()) == errc::api_key_disabled);
}

TEST_CASE("a store that turns a test key into a live one is not believed", "[keys]") {
  bench b;
  const auto made = b.create({.granted = {b.owner}, .name = "t", .env = keys::environment::test});
  auto flow = b.service.verify(made.token.expose(), {.now = noon});
  flow.next([&](keys::find asked) {
    auto row = *b.inner.answer(asked);
    REQUIRE(row);
    row->env = keys::environment::live;
    flow.resume(asked, std::move(row));
  });
  CHECK(std::move(flow).take().error().code() == errc::store_corrupt);
}

TEST_CASE("a store that answers with another key's row is not believed", "[keys]") {
  bench b;
  const auto made = b.create(), other = b.create();
  struct mistaken {
    memory::store& inner;
    const key_id& answered;
    int written = 0;
    result<keys::find::reply> answer(const keys::find&) const { return inner.answer(keys::find{answered}); }
    result<bool> answer(const keys::replace&) { return ++written > 0; }
  } store{b.inner, other.key.id};
  const key_id& asked = made.key.id;
  const auto code = [&](auto flow) { return run(std::move(flow), store).error().code(); };
  CHECK(code(b.service.verify(made.token.expose(), {.now = noon})) == errc::store_corrupt);
  CHECK(code(b.service.find(b.owner, asked)) == errc::not_found);
  CHECK(code(b.service.revoke(b.owner, asked, noon)) == errc::not_found);
  CHECK(code(b.service.roll(b.owner, asked, 0ms, noon)) == errc::not_found);
  CHECK(store.written == 0);
}

TEST_CASE("a row whose id no key has cannot be rolled", "[keys]") {
  bench b;
  auto row = **b.inner.answer(keys::find{b.create().key.id});
  row.id = key_id("key_short");
  REQUIRE(b.inner.answer(keys::insert{row, 0}));
  b.store.calls = 0;
  CHECK(run(b.service.roll(b.owner, row.id, 0ms, noon), b.store).error().code() == errc::store_corrupt);
  CHECK(b.store.calls == 1);
}

TEST_CASE("a store that lists another owner's key is not believed", "[keys]") {
  bench b;
  const auto made = b.create();
  const subject_id stranger("acc_stranger00");
  auto flow = b.service.list(stranger);
  flow.next([&](keys::list asked) {
    CHECK(asked.owner == stranger);
    flow.resume(asked, keys::list::reply{**b.inner.answer(keys::find{made.key.id})});
  });
  CHECK(std::move(flow).take().error().code() == errc::store_corrupt);
}
