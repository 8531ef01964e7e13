#include "redis/proxy.hpp"
#include "redis/server.hpp"
#include "support/private_redis.hpp"
#include "support/records.hpp"

#include <thread>

using namespace records;
using lane::trick;

namespace {

template <class T>
errc code(const result<T>& answer) {
  REQUIRE_FALSE(answer.has_value());
  return answer.error().code();
}

constexpr auto inserted = keys::insert::reply::inserted;

// Two stores on the same names: one behind a proxy that breaks things, one beside it.
struct between {
  std::string prefix = fixed::fresh_redis().prefix;
  lane::proxy way{fixed::redis_socket()};
  redis::store sure = fixed::open_redis(same(fixed::redis_socket()));
  redis::store db = fixed::open_redis(same(way.socket()));

  redis::options same(const std::string& socket) const {
    redis::options how = fixed::fresh_redis();
    how.unix_socket = socket;
    how.prefix = prefix;
    return how;
  }
};

}  // namespace

TEST_CASE("a write whose answer was lost says so, and is not repeated", "[redis]") {
  between here;
  const trick how = GENERATE(trick::cut_after, trick::cut_within);
  here.way.play(how);
  CHECK(code(here.db.answer(keys::insert{key("key_a"), 0})) == errc::store_unavailable);
  CHECK((*here.sure.answer(keys::find{key_id("key_a")})).has_value());
  here.way.play(how);
  CHECK(code(here.db.answer(refresh::bump_epoch{subject_id("usr_1"), refresh::end_reason::admin,
                                                fixed::noon})) == errc::store_unavailable);
  CHECK(*here.sure.answer(refresh::read_epoch{subject_id("usr_1")}) == 1);

  REQUIRE(here.sure.answer(refresh::insert{session("fam_a", "usr_2")}));
  here.way.play(how);
  CHECK(code(here.db.answer(refresh::advance{session("fam_a", "usr_2"), 1})) == errc::store_unavailable);
  CHECK((*here.sure.answer(refresh::find{family_id("fam_a")}))->row.version == 2);
  CHECK_FALSE(*here.db.answer(refresh::advance{session("fam_a", "usr_2"), 1}));  // and the next request works
}

TEST_CASE("a write that was lost on its way says the same, and changed nothing", "[redis]") {
  between here;
  here.way.play(trick::cut_before);
  CHECK(code(here.db.answer(keys::insert{key("key_a"), 0})) == errc::store_unavailable);
  CHECK_FALSE((*here.sure.answer(keys::find{key_id("key_a")})).has_value());
  CHECK(*here.db.answer(keys::insert{key("key_a"), 0}) == inserted);
}

TEST_CASE("a read is asked once more when its connection breaks, and not for ever", "[redis]") {
  between here;
  REQUIRE(*here.sure.answer(keys::insert{key("key_a"), 0}) == inserted);
  for (const trick how : {trick::cut_before, trick::cut_after, trick::cut_within}) {
    static_cast<void>(here.way.count());
    here.way.play(how);
    CHECK((*here.db.answer(keys::find{key_id("key_a")})).has_value());
    CHECK(here.way.count() == 2);
  }
  lane::server gone;
  redis::store lost = gone.open();
  gone.kill();
  CHECK(code(lost.answer(keys::find{key_id("key_a")})) == errc::store_unavailable);
  CHECK(code(lost.answer(keys::insert{key("key_a"), 0})) == errc::store_unavailable);
}

TEST_CASE("a server that keeps silent is given up after the timeout", "[redis]") {
  lane::proxy way(fixed::redis_socket());
  auto how = fixed::fresh_redis();
  how.unix_socket = way.socket();
  how.command_timeout = duration(500);
  auto db = redis::store::open(std::move(how));
  REQUIRE(db.has_value());
  way.play(trick::say_nothing);
  CHECK(code(db->answer(keys::insert{key("key_a"), 0})) == errc::store_unavailable);
}

TEST_CASE("a connection that broke while nobody used it costs no request", "[redis]") {
  lane::server server;
  redis::options how = server.options();
  // Over TCP, what is sent first after the other side has closed seems to arrive.
  if (GENERATE(false, true)) {
    how.unix_socket = "";
    how.port = static_cast<std::uint16_t>(server.port());
  }
  redis::store db = fixed::open_redis(std::move(how));
  REQUIRE(*db.answer(keys::insert{key("key_a"), 0}) == inserted);
  server.ask({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  CHECK(*db.answer(keys::insert{key("key_b"), 0}) == inserted);
  server.restart();
  CHECK(*db.answer(keys::insert{key("key_c"), 0}) == inserted);
  CHECK((*db.answer(keys::list{subject_id("acc_1"), {}, 10})).size() == 3);
}

TEST_CASE("a write that could not be sent whole is sent again, and raises no signal", "[redis]") {
  between here;
  keys::record large = key("key_a");
  large.name.assign(8'000'000, 'n');  // more than the way takes at once
  here.way.play(trick::cut_before);
  CHECK(*here.db.answer(keys::insert{large, 0}) == inserted);
  CHECK(same(**here.sure.answer(keys::find{large.id}), large));
}

TEST_CASE("scripts that the server forgot are sent again", "[redis]") {
  lane::server server;
  redis::store db = server.open();
  const auto forget = [&] { CHECK(server.ask({"SCRIPT", "FLUSH"}) == "OK"); };
  forget();
  CHECK(*db.answer(keys::insert{key("key_a"), 0}) == inserted);
  forget();
  CHECK((*db.answer(keys::find{key_id("key_a")})).has_value());
  forget();
  CHECK(*db.answer(refresh::insert{session("fam_a")}) == refresh::insert::reply::inserted);
  forget();
  CHECK(*db.answer(refresh::advance{session("fam_a"), 1}));
  CHECK(*db.answer(refresh::advance{session("fam_a"), 2}));
}

TEST_CASE("answers that no script gives are refused, and do no harm", "[redis]") {
  between here;
  REQUIRE(*here.sure.answer(keys::insert{key("key_a"), 0}) == inserted);
  const std::string answer =
      GENERATE("+OK\r\n", ":-1\r\n", ":4294967296\r\n", "$-1\r\n", "*-1\r\n", "*1\r\n:1\r\n",
               "*2\r\n*0\r\n*0\r\n", "*2\r\n*0\r\n*2\r\n:1\r\n:2\r\n", "*1\r\n*2\r\n:1\r\n:1\r\n",
               "?what\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n");
  INFO(answer);
  const auto lied = [&](const auto& ask) {
    here.way.play(trick::say_instead, answer);
    return ask();
  };
  // A protocol that is not Redis's breaks the connection; a read then gets its true answer from the next one.
  const bool is_protocol = std::string("+:$*").find(answer[0]) != std::string::npos;
  redis::store& db = here.db;
  CHECK_FALSE(lied([&] { return db.answer(keys::insert{key("key_b"), 0}); }));
  CHECK_FALSE(lied([&] { return db.answer(keys::replace{key("key_a"), 1}); }));
  CHECK_FALSE(lied([&] { return db.answer(keys::touch{{{key_id("key_a"), 1, fixed::noon}}}); }));
  CHECK_FALSE(lied([&] { return db.answer(refresh::insert{session("fam_b")}); }));
  CHECK_FALSE(lied([&] { return db.answer(refresh::advance{session("fam_a"), 1}); }));
  CHECK_FALSE(lied([&] {
    return db.answer(refresh::revoke{family_id("fam_a"), refresh::end_reason::admin, {}});
  }));
  CHECK_FALSE(lied([&] {
    return db.answer(refresh::bump_epoch{subject_id("u"), refresh::end_reason::admin, {}});
  }));
  CHECK_FALSE(lied([&] { return db.answer(refresh::purge{fixed::noon, 10}); }));
  CHECK_FALSE(lied([&] { return db.answer(allowlists::save{{{subject_id("a")}, true, {}, {}, 1}, 0}); }));
  if (!is_protocol) {
    CHECK((*lied([&] { return db.answer(keys::find{key_id("key_a")}); })).has_value());
    return;
  }
  CHECK_FALSE(lied([&] { return db.answer(keys::find{key_id("key_a")}); }));
  CHECK_FALSE(lied([&] { return db.answer(keys::list{subject_id("acc_1"), {}, 10}); }));
  CHECK_FALSE(lied([&] { return db.answer(refresh::list{subject_id("usr_1"), {}, 10}); }));
  CHECK_FALSE(lied([&] { return db.answer(allowlists::find{{subject_id("a"), key_id("key_a")}}); }));
  if (answer != "$-1\r\n" && answer != "*-1\r\n") {  // none, which is what a missing row or epoch reads as
    CHECK_FALSE(lied([&] { return db.answer(refresh::find{family_id("fam_a")}); }));
    CHECK_FALSE(lied([&] { return db.answer(refresh::read_epoch{subject_id("u")}); }));
  }
}

TEST_CASE("error replies mean what their first word says", "[redis]") {
  between here;
  const auto said = [&](const std::string& text) {
    here.way.play(trick::say_instead, "-" + text + "\r\n");
    return code(here.db.answer(keys::find{key_id("key_a")}));
  };
  CHECK(said("LOADING Redis is loading the dataset in memory") == errc::store_busy);
  CHECK(said("BUSY Redis is busy running a script.") == errc::store_busy);
  CHECK(said("OOM command not allowed when used memory > 'maxmemory'.") == errc::store_full);
  CHECK(said("EKAUTH anything") == errc::store_corrupt);
  CHECK(said("WRONGTYPE Operation against a key holding the wrong kind of value") == errc::store_corrupt);
  for (const char* text :
       {"READONLY You can't", "MASTERDOWN Link", "NOREPLICAS Not enough", "MISCONF Errors", "CLUSTERDOWN",
        "MOVED 1 127.0.0.1:1", "NOAUTH", "WRONGPASS", "NOPERM this", "ERR", "OOMPH"})
    CHECK(said(text) == errc::store_unavailable);
}

TEST_CASE("a server out of memory takes nothing in, reads on, and lets go of what ends", "[redis]") {
  lane::server server;
  redis::store db = server.open();
  REQUIRE(*db.answer(keys::insert{key("key_a"), 0}) == inserted);
  REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == refresh::insert::reply::inserted);
  CHECK(server.ask({"CONFIG", "SET", "maxmemory", "1"}) == "OK");
  const std::string before = server.ask({"DBSIZE"});
  CHECK(code(db.answer(keys::insert{key("key_b"), 0})) == errc::store_full);
  CHECK(code(db.answer(refresh::insert{session("fam_b")})) == errc::store_full);
  CHECK(code(db.answer(allowlists::save{{{subject_id("acc_1")}, true, {}, {}, 1}, 0})) == errc::store_full);
  CHECK(code(db.answer(keys::touch{{{key_id("key_a"), 1, fixed::noon}}})) == errc::store_full);
  CHECK(server.ask({"DBSIZE"}) == before);
  CHECK(same(**db.answer(keys::find{key_id("key_a")}), key("key_a")));
  CHECK((*db.answer(keys::list{subject_id("acc_1"), {}, 10})).size() == 1);

  CHECK(*db.answer(refresh::advance{session("fam_a"), 1}));
  CHECK(*db.answer(refresh::bump_epoch{subject_id("usr_1"), refresh::end_reason::admin, fixed::noon}) == 1);
  CHECK(*db.answer(refresh::revoke{family_id("fam_a"), refresh::end_reason::admin, fixed::noon}) ==
        refresh::revoke::reply::revoked);
  keys::record ended = key("key_a");
  ended.state = keys::status::revoked;
  CHECK(*db.answer(keys::replace{ended, 1}));
  CHECK(*db.answer(refresh::purge{time_point::max(), 10}) == 1);

  CHECK(server.ask({"CONFIG", "SET", "maxmemory", "0"}) == "OK");
  CHECK(*db.answer(keys::insert{key("key_b"), 0}) == inserted);
}

TEST_CASE("who finds all connections taken waits, then is told that the store is busy", "[redis]") {
  between here;
  auto how = fixed::fresh_redis();
  how.unix_socket = here.way.socket();
  how.connections = 1;
  how.busy_timeout = duration(0);
  auto db = redis::store::open(std::move(how));
  REQUIRE(db.has_value());
  static_cast<void>(here.way.count());
  here.way.play(trick::say_nothing);
  std::thread slow([&] { static_cast<void>(db->answer(keys::find{key_id("key_a")})); });
  lane::until([&] { return here.way.count() > 0; });
  CHECK(code(db->answer(keys::find{key_id("key_b")})) == errc::store_busy);
  here.way.cut();
  slow.join();
  CHECK(db->answer(keys::find{key_id("key_b")}).has_value());
}

TEST_CASE("a store that was open before a fork serves the parent alone", "[redis]") {
  redis::store db = fixed::fresh_redis_store();
  REQUIRE(*db.answer(keys::insert{key("key_a"), 0}) == inserted);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto read = db.answer(keys::find{key_id("key_a")});
    const auto written = db.answer(keys::insert{key("key_b"), 0});
    { const redis::store taken(std::move(db)); }  // and its end leaves the parent's connections alone
    ::_exit(!read && !written && read.error().code() == errc::store_unavailable ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK((*db.answer(keys::find{key_id("key_a")})).has_value());
  CHECK(*db.answer(keys::insert{key("key_b"), 0}) == inserted);
}

TEST_CASE("a store that moved answers at its new place", "[redis]") {
  redis::store first = fixed::fresh_redis_store();
  REQUIRE(*first.answer(keys::insert{key("key_a"), 0}) == inserted);
  redis::store second(std::move(first));
  CHECK((*second.answer(keys::find{key_id("key_a")})).has_value());
  first = fixed::fresh_redis_store();
  CHECK_FALSE((*first.answer(keys::find{key_id("key_a")})).has_value());
  second = std::move(first);
  CHECK_FALSE((*second.answer(keys::find{key_id("key_a")})).has_value());
}
