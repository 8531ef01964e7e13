#include "postgres/blocking.hpp"
#include "support/tcp_proxy.hpp"

#include <ekauth/keys.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include <future>
#include <thread>

using namespace records;
using ekauth::postgres::options;
using ekauth::postgres::store;
using fixed::postgres_connection;
using fixed::postgres_schema;
using fixed::tcp_proxy;

namespace {

int port_of(const postgres_connection& db) { return std::stoi(db.ask("SELECT inet_server_port()")); }

// A store whose every byte goes through a wire.
class wired {
 public:
  explicit wired(const postgres_schema& schema, options how = {.conninfo = ""})
      : wire(port_of(schema.raw())), db(schema.open(through(schema, std::move(how)))) {}
  tcp_proxy wire;
  store db;

 private:
  options through(const postgres_schema& schema, options how) const {
    how.conninfo = schema.how().conninfo + " port=" + std::to_string(wire.port()) + " " + how.conninfo;
    how.schema = schema.name();
    return how;
  }
};

std::string sessions_of(const postgres_schema& schema) {
  return postgres_connection(fixed::postgres_conninfo())
      .ask("SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + schema.name() + "'");
}

// Ends the sessions of the schema's stores, and waits until they are gone.
void terminate(const postgres_schema& schema) {
  schema.raw().run(
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = '" +
      schema.name() + "'");
}

const family_id family("fam_a");
constexpr auto added = refresh::insert::reply::inserted;

}  // namespace

TEST_CASE("a key's verification is one round trip, a rotation two", "[postgres]") {
  const postgres_schema schema;
  const bool prepare = GENERATE(false, true);
  wired store_(schema, {.conninfo = "", .prepare = prepare});
  static constexpr scope::registry scopes{{"events:read"}};
  const auto api_keys = keys::service::make(fixed::roots(), scopes);
  const auto sessions = refresh::service::make(fixed::roots());
  const auto made =
      run(api_keys->create({.granted = {subject_id("acc_1"), {}}, .name = "k"}, fixed::noon), store_.db);
  REQUIRE(made.has_value());
  auto login = run(sessions->login({.granted = {subject_id("usr_1")}, .epoch = 0}, fixed::noon), store_.db);
  REQUIRE(login.has_value());
  const auto verify = [&] {
    return run(api_keys->verify(made->token.expose(), {.now = fixed::noon}), store_.db);
  };
  const auto rotate = [&] {
    login = run(sessions->refresh(login->token.expose(), {.now = fixed::noon + duration(1)}), store_.db);
  };
  REQUIRE(verify().has_value());  // which may name its statement first
  rotate();
  REQUIRE(login.has_value());

  int before = store_.wire.round_trips();
  REQUIRE(verify().has_value());
  CHECK(store_.wire.round_trips() == before + 1);
  before = store_.wire.round_trips();
  rotate();
  REQUIRE(login.has_value());
  CHECK(store_.wire.round_trips() == before + 2);
  CHECK(store_.wire.connections() == 1);
}

TEST_CASE("a write whose answer was lost is an error, and is not written again", "[postgres]") {
  const postgres_schema schema;
  fixed::words said;
  wired store_(schema, {.conninfo = "", .to_log = &said});
  REQUIRE(*store_.db.answer(refresh::insert{session("fam_a")}) == added);
  const bool arrives = GENERATE(false, true);
  const int before = store_.wire.round_trips();
  if (arrives)
    store_.wire.lose_answer();
  else
    store_.wire.lose_request();
  const auto lost =
      store_.db.answer(refresh::bump_epoch{subject_id("usr_1"), refresh::end_reason::admin, fixed::noon});
  REQUIRE_FALSE(lost.has_value());
  CHECK(lost.error().code() == errc::store_unavailable);
  CHECK(said.all.starts_with("08006 "));
  CHECK(said.all.size() > 20);  // in libpq's words
  CHECK(store_.wire.round_trips() == before + 1);
  CHECK(*store_.db.answer(refresh::read_epoch{subject_id("usr_1")}) == (arrives ? 1 : 0));
}

TEST_CASE("a rotation whose answer was lost is denied, and its token is not good for a second one",
          "[postgres]") {
  const postgres_schema schema;
  wired store_(schema);
  const bool is_web = GENERATE(false, true);
  const auto sessions = *refresh::service::make(fixed::roots(), is_web ? refresh::web() : refresh::strict());
  const auto login =
      run(sessions.login({.granted = {subject_id("usr_1")}, .epoch = 0}, fixed::noon), store_.db);
  REQUIRE(login.has_value());
  const refresh::context at{.now = fixed::noon + duration(1000)};

  auto flow = sessions.refresh(login->token.expose(), at);
  while (!flow.done())
    flow.next([&](auto request) {
      if (std::is_same_v<decltype(request), refresh::advance>) store_.wire.lose_answer();
      flow.resume(request, store_.db.answer(request));
    });
  const auto lost = std::move(flow).take();
  REQUIRE_FALSE(lost.has_value());
  CHECK(lost.error().code() == errc::store_unavailable);

  const auto again = run(sessions.refresh(login->token.expose(), at), store_.db);
  if (is_web) {
    REQUIRE(again.has_value());
    CHECK(again->kind == refresh::issue_kind::replayed);
  } else {
    REQUIRE_FALSE(again.has_value());
    CHECK(again.error().code() == errc::refresh_token_reused);
  }
  CHECK((*store_.db.answer(refresh::find{login->session}))->row.generation == 1);
}

TEST_CASE("a read whose answer was lost is read again, once", "[postgres]") {
  const postgres_schema schema;
  wired store_(schema);
  REQUIRE(*store_.db.answer(refresh::insert{session("fam_a")}) == added);
  store_.wire.lose_answer();
  CHECK((*store_.db.answer(refresh::find{family})).has_value());
  CHECK(store_.wire.connections() == 2);
  const tcp_proxy nowhere(1);
  store_.wire.lead_to(nowhere.port());
  store_.wire.lose_request();
  const auto lost = store_.db.answer(refresh::find{family});
  REQUIRE_FALSE(lost.has_value());
  CHECK(lost.error().code() == errc::store_unavailable);
}

TEST_CASE("a server that does not answer is given up", "[postgres]") {
  const postgres_schema schema;
  const bool each = GENERATE(false, true);
  fixed::words said;
  wired store_(
      schema,
      {.conninfo = each ? "options='-c geqo=on'" : "", .statement_timeout = duration(250), .to_log = &said});
  REQUIRE(*store_.db.answer(refresh::insert{session("fam_a")}) == added);
  store_.wire.keep_silent();
  const auto silent = store_.db.answer(refresh::advance{session("fam_a"), 1});
  REQUIRE_FALSE(silent.has_value());
  CHECK(said.all == "08006 no answer");
  CHECK(silent.error().code() == errc::store_unavailable);
  store_.wire.forward();
  CHECK((*store_.db.answer(refresh::find{family})).has_value());
}

TEST_CASE("a store makes no more connections than it may, and who finds none is busy", "[postgres]") {
  const postgres_schema schema;
  options how = schema.how();
  how.connections = 2;
  how.wait_timeout = duration(30);
  store db = schema.open(how);
  REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == added);
  const postgres_connection other = schema.raw();
  other.run("BEGIN; SELECT FROM sessions FOR UPDATE");
  std::vector<std::future<result<bool>>> waiting;
  for (int i = 0; i < 2; ++i)
    waiting.push_back(std::async(std::launch::async, [&] {
      return db.answer(refresh::advance{session("fam_a"), 1});
    }));
  blocking::until_waiting(2);
  const auto refused = db.answer(refresh::find{family});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == errc::store_busy);
  CHECK(sessions_of(schema) == "2");
  other.run("COMMIT");
  int stored = 0;
  for (auto& one : waiting) stored += *one.get() ? 1 : 0;
  CHECK(stored == 1);
  CHECK((*db.answer(refresh::find{family})).has_value());
}

TEST_CASE("connections that the server ended while they were idle are replaced, for writes too",
          "[postgres]") {
  const postgres_schema schema;
  const bool prepare = GENERATE(false, true);
  options how = schema.how();
  how.prepare = prepare;
  store db = schema.open(how);
  REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == added);
  terminate(schema);
  CHECK(sessions_of(schema) == "0");
  CHECK(*db.answer(refresh::advance{session("fam_a"), 1}));
  CHECK(sessions_of(schema) == "1");
}

TEST_CASE("a statement whose session is ended by the server is denied, and the next one works",
          "[postgres]") {
  const postgres_schema schema;
  store db = schema.open();
  REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == added);
  const postgres_connection other = schema.raw();
  other.run("BEGIN; SELECT FROM sessions FOR UPDATE");
  auto answer = std::async(std::launch::async, [&] {
    return db.answer(refresh::advance{session("fam_a"), 1});
  });
  blocking::until_waiting();
  terminate(schema);
  const auto ended = answer.get();
  REQUIRE_FALSE(ended.has_value());
  CHECK(ended.error().code() == errc::store_unavailable);
  other.run("COMMIT");
  CHECK((*db.answer(refresh::find{family}))->row.version == 1);
  CHECK(*db.answer(refresh::advance{session("fam_a"), 1}));
}

TEST_CASE("a setting that the server reports while a connection is idle leaves it usable", "[postgres]") {
  const postgres_schema schema;
  wired store_(schema);
  REQUIRE(*store_.db.answer(refresh::insert{session("fam_a")}) == added);
  const postgres_connection raw = schema.raw();
  raw.run("ALTER SYSTEM SET work_mem = '5MB'");
  raw.run("SELECT pg_reload_conf()");
  for (int i = 0; i < 20; ++i) CHECK((*store_.db.answer(refresh::find{family})).has_value());
  raw.run("ALTER SYSTEM RESET work_mem");
  CHECK(store_.wire.connections() == 1);
}

TEST_CASE("a store that moved answers at its new place, and ends its sessions when it ends", "[postgres]") {
  const postgres_schema schema;
  {
    store first = schema.open();
    store second(std::move(first));
    CHECK(*second.answer(refresh::insert{session("fam_a")}) == added);
    first = schema.open();
    first = std::move(second);
    CHECK((*first.answer(refresh::find{family})).has_value());
  }
  while (sessions_of(schema) != "0") {
  }
}

TEST_CASE("a store that was open before a fork serves the parent alone", "[postgres]") {
  const postgres_schema schema;
  store db = schema.open();
  CHECK(*db.answer(refresh::insert{session("fam_a")}) == added);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto read = db.answer(refresh::find{family});
    const auto written = db.answer(refresh::advance{session("fam_a"), 1});
    store taken(std::move(db));  // and its end leaves the parent's session alone
    const bool refused = !read && !written && read.error().code() == errc::store_unavailable;
    ::_exit(refused ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(*db.answer(refresh::advance{session("fam_a"), 1}));
  CHECK(sessions_of(schema) == "1");
}
