// Calls that a host does not mean: they answer an error, and touch nothing.
#include <ekauth/memory.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include "catch.hpp"
#include "support/fault_store.hpp"
#include "support/fixed.hpp"

#include <string>

using namespace ekauth;
using namespace std::chrono_literals;
using fixed::noon;
using refresh::end_reason;

namespace {

const subject_id alice("acc_9i8h7g6f5e");

struct host {
  fixed::counting_random random;
  memory::store inner;
  fixed::fault_store<memory::store> store{inner};
  refresh::service service = *refresh::service::make(fixed::roots(), refresh::strict(), random);
  refresh::issued first = *run(service.login({.granted = {alice}, .epoch = 0}, noon), inner);

  template <class Flow>
  errc code(Flow flow) {
    const auto ended = run(std::move(flow), store);
    return ended ? errc{} : ended.error().code();
  }
};

}  // namespace

TEST_CASE("no operation on sessions takes an empty or overlong subject or id, or asks storage about it",
          "[refresh]") {
  host h;
  for (const std::size_t size : {0u, 256u, 100'000u}) {
    const subject_id subject(std::string(size, 's'));
    const family_id session(std::string(size, 'f'));
    for (const auto code :
         {h.code(h.service.epoch(subject)), h.code(h.service.login({.granted = {subject}, .epoch = 0}, noon)),
          h.code(h.service.end(subject, h.first.session, end_reason::admin, noon)),
          h.code(h.service.end(alice, session, end_reason::admin, noon)),
          h.code(h.service.end_all(subject, end_reason::password_changed, noon)),
          h.code(h.service.list(subject, noon))})
      CHECK(code == errc::validation_failed);
  }
  CHECK(h.code(h.service.list(alice, noon, family_id(std::string(256, 'f')))) == errc::validation_failed);
  CHECK(h.store.calls == 0);
}

TEST_CASE("a subject or session of one byte, or of 255, is looked up", "[refresh]") {
  host h;
  const subject_id longest(std::string(255, 's'));
  const family_id session(std::string(255, 'f'));
  CHECK(h.code(h.service.epoch(longest)) == errc{});
  CHECK(h.code(h.service.end_all(subject_id("s"), end_reason::admin, noon)) == errc{});
  CHECK(h.code(h.service.list(longest, noon, session)) == errc{});
  CHECK(h.code(h.service.end(longest, session, end_reason::admin, noon)) == errc::not_found);
  CHECK(h.code(h.service.end(longest, family_id("f"), end_reason::admin, noon)) == errc::not_found);
  CHECK(h.store.calls == 5);
}

TEST_CASE("a service of sessions that was moved from goes on", "[refresh]") {
  host h;
  const refresh::service moved = std::move(h.service);
  const auto second =
      run(h.service.refresh(h.first.token.expose(), {.now = noon + 1h}), h.store);  // NOLINT: a move copies
  REQUIRE(second);
  CHECK(h.code(moved.refresh(second->token.expose(), {.now = noon + 2h})) == errc{});
}
