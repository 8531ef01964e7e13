// Servers that die: killed and started again, or replaced by their standby.
#include "postgres/writers.hpp"
#include "support/crashes.hpp"
#include "support/postgres_schema.hpp"
#include "support/postgres_server.hpp"

#include <thread>

using namespace records;
using ekauth::postgres::options;
using ekauth::postgres::store;
using fixed::postgres_connection;
using fixed::postgres_schema;
using fixed::postgres_server;

namespace {

constexpr auto added = refresh::insert::reply::inserted;

// A store with the tables it needs.
store open_on(const std::string& conninfo) {
  const options how{.conninfo = conninfo};
  REQUIRE(store::migrate(how).has_value());
  return postgres_schema::open(how);
}

errc failure(const result<refresh::find::reply>& answer) {
  REQUIRE_FALSE(answer.has_value());
  return answer.error().code();
}

}  // namespace

TEST_CASE("a server that was killed denies, and what it had answered is there when it is back",
          "[postgres]") {
  postgres_server server;
  store db = open_on(server.conninfo());
  const auto versions = writers::versions_until(db, [&] { server.kill(); });
  CHECK(failure(db.answer(refresh::find{family_id("fam_0")})) == errc::store_unavailable);
  const auto refused =
      db.answer(refresh::revoke{family_id("fam_0"), refresh::end_reason::admin, fixed::noon});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == errc::store_unavailable);
  server.start();
  writers::check_versions(db, versions);
  CHECK(*db.answer(refresh::revoke{family_id("fam_0"), refresh::end_reason::admin, fixed::noon}) ==
        refresh::revoke::reply::revoked);
}

TEST_CASE("a server that is stopped and started between two requests is not noticed", "[postgres]") {
  postgres_server server;
  store db = open_on(server.conninfo());
  REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == added);
  server.stop();
  server.start();
  CHECK(*db.answer(refresh::advance{session("fam_a"), 1}));
}

TEST_CASE("a standby that takes over is found, with all that the primary had answered", "[postgres]") {
  postgres_server primary;
  const std::string first = primary.conninfo();
  const postgres_connection raw(first);
  postgres_server standby = postgres_server::standby_of(primary);
  // What a failover keeps: an answer waits for the standby.
  raw.run("ALTER SYSTEM SET synchronous_standby_names = '*'");
  raw.run("SELECT pg_reload_conf()");
  while (raw.ask("SELECT sync_state FROM pg_stat_replication") != "sync") std::this_thread::yield();

  const std::string both = "host=127.0.0.1,127.0.0.1 port=" + std::to_string(standby.port()) + "," +
                           std::to_string(primary.port()) + " user=ekauth dbname=postgres";
  store db = open_on(both);
  const auto opened = store::open({.conninfo = standby.conninfo()});
  REQUIRE_FALSE(opened.has_value());  // its rows may be old ones
  CHECK(opened.error().code() == errc::store_unavailable);

  const auto versions = writers::versions_until(db, [&] { primary.kill(); });
  CHECK(failure(db.answer(refresh::find{family_id("fam_0")})) == errc::store_unavailable);
  standby.promote();
  writers::check_versions(db, versions);
  CHECK(*db.answer(refresh::revoke{family_id("fam_0"), refresh::end_reason::admin, fixed::noon}) ==
        refresh::revoke::reply::revoked);
}

TEST_CASE("20 crashes of a client, and of its server, spend no token twice and forget no revocation",
          "[postgres]") {
  postgres_server server;
  const options how{.conninfo = server.conninfo()};
  REQUIRE(store::migrate(how).has_value());
  static_cast<void>(crashes::crash_often(
      20, 5, [&] { return store::open(how); }, server, [] {}));
}

TEST_CASE("1,000 crashes of a client, 100 with its server, spend no token twice and forget no revocation",
          "[postgres][.long]") {
  postgres_server server;
  const options how{.conninfo = server.conninfo()};
  REQUIRE(store::migrate(how).has_value());
  crashes::tell("1,000 crashes of a client, 100 with its server",
                crashes::crash_often(
                    1000, 10, [&] { return store::open(how); }, server, [] {}));
}
