// Servers that may hold old rows: a standby that a pooler or a switchover puts behind a connection, and a
// primary whose standby may lack what it committed.
#include "postgres/by_hand.hpp"
#include "support/pgbouncer.hpp"
#include "support/postgres_schema.hpp"
#include "support/postgres_server.hpp"
#include "support/records.hpp"

#include <ekauth/keys.hpp>
#include <ekauth/run.hpp>

#include <future>
#include <chrono>
#include <thread>

using namespace records;
using ekauth::postgres::act;
using ekauth::postgres::options;
using ekauth::postgres::store;
using fixed::pgbouncer;
using fixed::postgres_connection;
using fixed::postgres_schema;
using fixed::postgres_server;

namespace {

constexpr scope::registry known_scopes{{"events:read"}};

template <class T>
errc failure(const result<T>& answer) {
  REQUIRE_FALSE(answer.has_value());
  return answer.error().code();
}

// A primary with the tables, a standby of it, and a pooler whose connections are led to either.
struct pair {
  postgres_server primary;
  const options direct{.conninfo = primary.conninfo()};
  pgbouncer pooler{primary.conninfo(), 2};
  const options pooled{.conninfo = pooler.conninfo()};
  postgres_server standby = standby_with_tables();

  void to_primary() const { pooler.lead_to(primary.conninfo()); }
  void to_standby() const { pooler.lead_to(standby.conninfo()); }

  // From now on the standby holds what there is, and nothing later.
  void hold_back() const {
    const postgres_connection here(primary.conninfo()), there(standby.conninfo());
    const std::string end = here.ask("SELECT pg_current_wal_lsn()");
    while (there.ask("SELECT pg_last_wal_replay_lsn() >= '" + end + "'") != "t") std::this_thread::yield();
    there.run("SELECT pg_wal_replay_pause()");
    while (there.ask("SELECT pg_get_wal_replay_pause_state()") != "paused") std::this_thread::yield();
  }

 private:
  postgres_server standby_with_tables() const {
    REQUIRE(store::migrate(direct).has_value());
    return postgres_server::standby_of(primary);
  }
};

// Each request by itself, of rows that are there and of rows that are not.
template <class Ask>
void ask_each(const Ask& ask) {
  ask(keys::find{key_id("key_a")});
  ask(keys::find{key_id("key_none")});
  ask(keys::list{subject_id("acc_1"), {}, 10});
  ask(keys::list{subject_id("acc_none"), {}, 10});
  ask(refresh::find{family_id("fam_a")});
  ask(refresh::find{family_id("fam_none")});
  ask(refresh::list{subject_id("usr_1"), {}, 10});
  ask(refresh::list{subject_id("usr_none"), {}, 10});
  ask(refresh::read_epoch{subject_id("usr_1")});
  ask(refresh::read_epoch{subject_id("usr_none")});
  ask(allowlists::find{{subject_id("acc_1")}});
  ask(allowlists::find{{subject_id("acc_none")}});

  ask(keys::insert{key("key_b"), 9});
  ask(keys::insert{key("key_b"), 1});  // no room
  ask(keys::replace{key("key_a"), 1});
  ask(keys::replace{key("key_none"), 1});
  ask(keys::touch{{{key_id("key_none"), 1, fixed::noon}}});
  ask(refresh::insert{session("fam_b")});
  ask(refresh::insert{session("fam_b", "usr_none")});
  ask(refresh::advance{session("fam_a"), 1});
  ask(refresh::advance{session("fam_a"), 2});
  ask(refresh::revoke{family_id("fam_a"), refresh::end_reason::admin, fixed::noon});
  ask(refresh::revoke{family_id("fam_none"), refresh::end_reason::admin, fixed::noon});
  ask(refresh::bump_epoch{subject_id("usr_1"), refresh::end_reason::admin, fixed::noon});
  ask(refresh::purge{fixed::noon, 10});
  ask(allowlists::save{{{subject_id("acc_1")}, true, {}, fixed::noon, 1}, 0});
  ask(allowlists::save{{{subject_id("acc_1")}, true, {}, fixed::noon, 2}, 1});
}

void fill(store& db) {
  REQUIRE(*db.answer(keys::insert{key("key_a"), 0}) == keys::insert::reply::inserted);
  REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == refresh::insert::reply::inserted);
  REQUIRE(*db.answer(allowlists::save{{{subject_id("acc_1")}, true, {}, fixed::noon, 1}, 0}));
}

}  // namespace

TEST_CASE("a connection that is moved to a standby never verifies a key that was revoked", "[postgres]") {
  const pair servers;
  const auto api_keys = *keys::service::make(fixed::roots(), known_scopes);
  store moved = postgres_schema::open(servers.pooled), direct = postgres_schema::open(servers.direct);
  const by_hand::connection link = by_hand::connect(servers.pooled.conninfo);
  const subject_id owner("acc_1");
  const auto made = run(api_keys.create({.granted = {owner, {}}, .name = "k"}, fixed::noon), moved);
  REQUIRE(made.has_value());
  const auto verify = [&] { return run(api_keys.verify(made->token.expose(), {.now = fixed::noon}), moved); };
  const auto verify_by_hand = [&] {
    auto flow = api_keys.verify(made->token.expose(), {.now = fixed::noon});
    while (!flow.done())
      flow.next([&](auto request) { flow.resume(request, by_hand::ask(link.get(), "ekauth", request)); });
    return std::move(flow).take();
  };
  REQUIRE(verify().has_value());
  REQUIRE(verify_by_hand().has_value());

  servers.hold_back();
  REQUIRE(run(api_keys.revoke(owner, made->key.id, fixed::noon), direct).has_value());
  REQUIRE(postgres_connection(servers.standby.conninfo()).ask("SELECT state FROM ekauth.api_keys") == "1");
  servers.to_standby();
  CHECK(failure(verify()) == errc::store_unavailable);
  CHECK(failure(verify()) == errc::store_unavailable);  // on a connection that was made anew
  CHECK(failure(verify_by_hand()) == errc::store_unavailable);
  CHECK(failure(store::open(servers.pooled)) == errc::store_unavailable);
  CHECK(failure(store::migrate(servers.pooled)) == errc::store_unavailable);

  servers.to_primary();
  CHECK(failure(verify()) == errc::api_key_revoked);
  CHECK(failure(verify_by_hand()) == errc::api_key_revoked);
}

TEST_CASE("a standby's answer to each request is refused, and its connection given up", "[postgres]") {
  const pair servers;
  store direct = postgres_schema::open(servers.direct);
  fill(direct);
  servers.hold_back();
  ask_each([&](const auto& request) {
    servers.to_primary();
    const by_hand::connection link = by_hand::connect(servers.pooled.conninfo);
    fixed::words said;
    options how = servers.pooled;
    how.to_log = &said;
    store moved = postgres_schema::open(how);
    servers.to_standby();
    CHECK(failure(moved.answer(request)) == errc::store_unavailable);
    CHECK(said.all.starts_with("25006 "));
    act by_hand(request);
    by_hand::exchange(link.get(), by_hand);
    CHECK(failure(by_hand.answer()) == errc::store_unavailable);
    CHECK_FALSE(by_hand.keeps_connection());
  });
  CHECK((*direct.answer(refresh::find{family_id("fam_a")}))->row.version == 1);
}

TEST_CASE("a server that turns read-only under its connections is refused, and taken again later",
          "[postgres]") {
  const postgres_schema schema;
  const bool each = GENERATE(false, true), prepare = GENERATE(false, true);
  options how = schema.how();
  if (each) how.conninfo += " options='-c geqo=on'";  // in place of the store's own timeout
  how.prepare = prepare;
  store db = schema.open(how);
  fill(db);
  const postgres_connection raw = schema.raw();
  const auto turn = [&](const std::string& to) {
    raw.run("ALTER SYSTEM SET default_transaction_read_only = " + to);
    raw.run("SELECT pg_reload_conf()");
    while (raw.ask("SHOW default_transaction_read_only") != to) std::this_thread::yield();
  };
  // The server tells each of its processes by a signal, so the store's may hear of it later than this one's.
  const auto ask_until = [&](bool is_answered) {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    auto answer = db.answer(keys::find{key_id("key_a")});
    while (answer.has_value() != is_answered && std::chrono::steady_clock::now() < patience)
      answer = db.answer(keys::find{key_id("key_a")});
    return answer;
  };
  const auto found = db.answer(keys::find{key_id("key_a")});
  turn("on");
  const auto refused = ask_until(false);
  turn("off");
  const auto again = ask_until(true);
  raw.run("ALTER SYSTEM RESET default_transaction_read_only");
  CHECK(found.has_value());
  CHECK(failure(refused) == errc::store_unavailable);
  REQUIRE(again.has_value());
  CHECK(again->has_value());
}

TEST_CASE("a pooler that remembers its server as one that may be written is not believed", "[postgres]") {
  const postgres_server server;
  const pgbouncer pooler(server.conninfo(), 1);
  REQUIRE(store::migrate({.conninfo = pooler.conninfo()}).has_value());
  const postgres_connection raw(pooler.conninfo());  // the one that it has of the server
  raw.run("ALTER SYSTEM SET default_transaction_read_only = on");
  raw.run("SELECT pg_reload_conf()");
  while (raw.ask("SHOW default_transaction_read_only") != "on") std::this_thread::yield();
  CHECK(failure(store::open({.conninfo = pooler.conninfo()})) == errc::store_unavailable);
}

TEST_CASE("a commit whose wait for a standby is cancelled is done or not", "[postgres]") {
  const postgres_server server({"synchronous_standby_names=nobody"});
  const pgbouncer pooler(server.conninfo(), 2);
  const std::string alone = " options='-c synchronous_commit=local'";
  REQUIRE(store::migrate({.conninfo = server.conninfo() + alone}).has_value());
  store setup = postgres_schema::open({.conninfo = server.conninfo() + alone});
  const postgres_connection raw(server.conninfo());
  const auto cancelled = [&](const auto& request) {
    auto answer = std::async(std::launch::async, request);
    const std::string waiting = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    while (raw.ask("SELECT count(*) " + waiting) != "1") std::this_thread::yield();
    raw.run("SELECT pg_cancel_backend(pid) " + waiting);
    return answer.get();
  };
  const refresh::revoke end{family_id("fam_a"), refresh::end_reason::admin, fixed::noon};
  const auto begin_again = [&] {
    raw.run("SET synchronous_commit = local; DELETE FROM ekauth.sessions");
    REQUIRE(*setup.answer(refresh::insert{session("fam_a")}) == refresh::insert::reply::inserted);
  };

  fixed::words said;
  const options plain{.conninfo = server.conninfo(), .to_log = &said};
  options prepared = plain, each = plain, pooled = plain;
  prepared.prepare = true;
  each.conninfo += " options='-c geqo=on'";  // in place of the store's own timeout
  pooled.conninfo = pooler.conninfo();
  for (const options& how : {plain, prepared, each, pooled}) {
    begin_again();
    said.all.clear();
    store db = postgres_schema::open(how);
    CHECK(failure(cancelled([&] { return db.answer(end); })) == errc::store_unavailable);
    CHECK(said.all.starts_with("01000 "));
    CHECK((*db.answer(refresh::find{end.id}))->row.state == refresh::status::revoked);
  }

  begin_again();
  const by_hand::connection link = by_hand::connect(server.conninfo());
  act asked(end);
  cancelled([&] {
    by_hand::exchange(link.get(), asked);
    return 0;
  });
  CHECK(failure(asked.answer()) == errc::store_unavailable);
  CHECK_FALSE(asked.keeps_connection());
}
