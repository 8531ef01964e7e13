#include <ekauth/allowlists.hpp>
#include <ekauth/keys.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include "redis/proxy.hpp"
#include "support/fixed.hpp"
#include "support/private_redis.hpp"

using namespace ekauth;
using fixed::noon;

namespace {

constexpr scope::registry scopes{{"events:read"}};

redis::options through(const lane::proxy& way) {
  auto how = fixed::fresh_redis();
  how.unix_socket = way.socket();
  return how;
}

// A store whose every round trip passes a proxy.
struct counted {
  counted() { static_cast<void>(way.count()); }  // those of opening
  lane::proxy way{fixed::redis_socket()};
  redis::store db = fixed::open_redis(through(way));
};

}  // namespace

TEST_CASE("verifying a key takes one round trip, and refusing a forged one none", "[redis]") {
  counted here;
  const auto service = *keys::service::make(fixed::roots(), scopes);
  const auto made =
      run(service.create({.granted = {subject_id("acc_1")}, .name = "Production"}, noon), here.db);
  REQUIRE(made);
  CHECK(here.way.count() == 1);
  for (int i = 0; i < 3; ++i) REQUIRE(run(service.verify(made->token.expose(), {.now = noon}), here.db));
  CHECK(here.way.count() == 3);
  std::string forged(made->token.expose());
  forged[20] = forged[20] == 'a' ? 'b' : 'a';
  CHECK_FALSE(run(service.verify(forged, {.now = noon}), here.db));
  CHECK(here.way.count() == 0);
}

TEST_CASE("a rotation takes two round trips, a login one besides the epoch's", "[redis]") {
  counted here;
  const auto service = *refresh::service::make(fixed::roots());
  const subject_id alice("acc_1");
  REQUIRE(run(service.epoch(alice), here.db));
  CHECK(here.way.count() == 1);
  auto session = run(service.login({.granted = {alice}, .epoch = 0}, noon), here.db);
  REQUIRE(session);
  CHECK(here.way.count() == 1);
  for (int i = 0; i < 3; ++i) {
    session = run(service.refresh(session->token.expose(), {.now = noon}), here.db);
    REQUIRE(session);
    CHECK(here.way.count() == 2);
  }
}

TEST_CASE("an account's and a key's allowlist come in one round trip", "[redis]") {
  counted here;
  REQUIRE(here.db.answer(allowlists::find{{subject_id("acc_1"), key_id("key_a")}}));
  CHECK(here.way.count() == 1);
}

TEST_CASE("all of a store's requests in turn use one connection", "[redis]") {
  counted here;
  for (int i = 0; i < 10; ++i) REQUIRE(here.db.answer(keys::find{key_id("key_a")}));
  CHECK(here.way.connections() == 1);
}
