// The service of sessions on a store that fails, or answers what was not asked.
#include "refresh/bench.hpp"

using namespace renewed;

TEST_CASE("each storage request of each operation fails once, and every failure denies", "[refresh]") {
  using kind = fixed::fault_store<memory::store>::fault;
  const kind how = GENERATE(kind::before, kind::after);
  const bool is_web = GENERATE(false, true);
  bench b(is_web ? refresh::web() : refresh::strict());
  const auto denied = [&](auto operation, int step) {
    b.store.arm(step, how);
    const auto ended = operation();
    b.store.disarm();
    REQUIRE_FALSE(ended);
    CHECK(ended.error().code() == errc::store_unavailable);
  };
  denied([&] { return run(b.service.epoch(alice), b.store); }, 0);
  denied([&] { return run(b.service.login({.granted = {alice}, .epoch = 0}, noon), b.store); }, 0);
  denied([&] { return run(b.service.list(alice, noon), b.store); }, 0);
  denied([&] { return run(b.service.purge(noon), b.store); }, 0);

  const auto first = b.login();
  denied([&] { return b.use(first); }, 0);
  denied([&] { return b.use(first); }, 1);
  // The rotation happened or not; a retry of the only token the client has is right in both cases under web,
  // and under strict it is right unless the answer was lost after the write.
  const auto retried = b.use(first);
  if (is_web || how == kind::before) {
    REQUIRE(retried);
    const auto later = b.use(*retried, noon + 2h);
    REQUIRE(later);
    denied([&] { return b.use(first, noon + 2h); }, 0);
    denied([&] { return b.use(first, noon + 2h); }, 1);
    if (how == kind::before) CHECK(b.refusal(first, noon + 2h) == errc::refresh_token_reused);
    CHECK(b.refusal(*later, noon + 3h) == errc::refresh_token_revoked);
  } else {
    CHECK(retried.error().code() == errc::refresh_token_reused);
  }
  denied([&] { return run(b.service.end(first.token.expose(), noon), b.store); }, 0);
  denied([&] { return run(b.service.end(alice, first.session, end_reason::admin, noon), b.store); }, 0);
  denied([&] { return run(b.service.end(alice, first.session, end_reason::admin, noon), b.store); }, 1);
  denied([&] { return run(b.service.end_all(alice, end_reason::admin, noon), b.store); }, 0);
}

TEST_CASE("a store that answers with another session is not believed", "[refresh]") {
  bench b;
  const auto asked = b.login(), other = b.login();
  struct mistaken {
    memory::store& inner;
    const family_id& answered;
    int written = 0;
    result<refresh::find::reply> answer(const refresh::find&) const {
      return inner.answer(refresh::find{answered});
    }
    result<bool> answer(const refresh::advance&) { return ++written > 0; }
    result<refresh::revoke::reply> answer(const refresh::revoke&) {
      ++written;
      return refresh::revoke::reply::revoked;
    }
  } store{b.inner, other.session};
  CHECK(run(b.service.refresh(asked.token.expose(), {.now = noon}), store).error().code() ==
        errc::store_corrupt);
  CHECK(run(b.service.end(alice, asked.session, end_reason::admin, noon), store).error().code() ==
        errc::not_found);
  CHECK(store.written == 0);
}

TEST_CASE("a row that is damaged denies: another secret's digest, or an end without a reason", "[refresh]") {
  bench b;
  const auto first = b.login();
  auto row = b.row(first);
  row.current[31] ^= 1;
  memory::store damaged;
  REQUIRE(damaged.answer(refresh::insert{row}));
  const auto code = [&](memory::store& store) {
    return run(b.service.refresh(first.token.expose(), {.now = noon}), store).error();
  };
  CHECK(code(damaged).code() == errc::refresh_verifier_mismatch);
  row = b.row(first);
  row.state = refresh::status::revoked;
  memory::store ended;
  REQUIRE(ended.answer(refresh::insert{row}));
  CHECK(code(ended).code() == errc::refresh_token_revoked);
  CHECK(code(ended).text() == std::string("admin"));
}

TEST_CASE("a store that lists another subject's session is not believed", "[refresh]") {
  bench b;
  const auto first = b.login();
  const subject_id stranger("acc_stranger00");
  auto flow = b.service.list(stranger, noon);
  flow.next([&](refresh::list asked) {
    CHECK(asked.subject == stranger);
    flow.resume(asked, refresh::list::reply{**b.inner.answer(refresh::find{first.session})});
  });
  CHECK(std::move(flow).take().error().code() == errc::store_corrupt);
}
