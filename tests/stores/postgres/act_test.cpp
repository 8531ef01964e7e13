// Requests sent by hand, as a server does that waits in its own way.
#include <ekauth/testing_async.hpp>

#include "postgres/blocking.hpp"
#include "postgres/by_hand.hpp"
#include "postgres/parameters.hpp"
#include "support/whole_kit.hpp"

#include <mutex>

using namespace records;
using by_hand::ask;
using by_hand::connect;
using by_hand::connection;
using ekauth::postgres::act;
using fixed::postgres_schema;

namespace {

// A store that answers by callback, on whichever connection is free.
struct callback_store {
  const postgres_schema& schema;
  std::string conninfo = fixed::postgres_conninfo();
  std::mutex lock = {};
  std::vector<connection> free = {};

  connection take() {
    {
      const std::lock_guard held(lock);
      if (!free.empty()) {
        connection one = std::move(free.back());
        free.pop_back();
        return one;
      }
    }
    return connect(conninfo);
  }
  template <class Request, class Done>
  void answer(const Request& request, const Done& done) {
    connection one = take();
    auto reply = ask(one.get(), schema.name(), request);
    {
      const std::lock_guard held(lock);
      free.push_back(std::move(one));
    }
    done(std::move(reply));
  }
};

void expect_none(const std::vector<testing::finding>& findings) {
  for (const testing::finding& broken : findings) FAIL_CHECK(testing::to_string(broken));
}

}  // namespace

TEST_CASE("acts sent by hand keep what is asked of a store", "[postgres]") {
  const postgres_schema schema;
  callback_store db{schema};
  auto keys = testing::blocking<keys::store>(db, testing::by_callback{});
  expect_none(whole_kit::check_keys(keys, {.rounds = 5}));
  auto sessions = testing::blocking<refresh::store>(db, testing::by_callback{});
  expect_none(whole_kit::check_sessions(sessions, {.rounds = 5}));
  auto lists = testing::blocking<allowlists::store>(db, testing::by_callback{});
  expect_none(whole_kit::check_allowlists(lists, {.rounds = 5}));
}

TEST_CASE("an act larger than a packet is sent whole", "[postgres]") {
  const postgres_schema schema;
  const connection db = connect(fixed::postgres_conninfo());
  keys::record made = full_key("key_a");
  made.name = std::string(5'000'000, 'n');
  CHECK(*ask(db.get(), schema.name(), keys::insert{made, 1}) == keys::insert::reply::inserted);
  CHECK(same(**ask(db.get(), schema.name(), keys::find{made.id}), made));
}

TEST_CASE("an act that another transaction overtook is sent again, at most seven times", "[postgres]") {
  const postgres_schema schema;
  const connection db = connect(fixed::postgres_conninfo());
  REQUIRE(*ask(db.get(), schema.name(), refresh::insert{session("fam_a")}) ==
          refresh::insert::reply::inserted);
  const refresh::revoke end{family_id("fam_a"), refresh::end_reason::admin, fixed::noon};
  CHECK(*blocking::answer_during(schema, "UPDATE sessions SET state = 2", [&] {
    return ask(db.get(), schema.name(), end);
  }) == refresh::revoke::reply::already);

  schema.raw().run(
      "UPDATE sessions SET state = 1; CREATE SEQUENCE tries; CREATE FUNCTION fail() RETURNS trigger "
      "LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('" +
      schema.name() +
      ".tries'); RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$; CREATE TRIGGER fail BEFORE UPDATE "
      "ON sessions FOR EACH ROW EXECUTE FUNCTION fail()");
  const auto refused = ask(db.get(), schema.name(), end);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == errc::store_busy);
  CHECK(schema.raw().ask("SELECT last_value FROM tries") == "8");
}

TEST_CASE("an act without its answers is denied, and its connection given up", "[postgres]") {
  const postgres_schema schema;
  const connection db = connect(fixed::postgres_conninfo());
  act<refresh::bump_epoch> lost({subject_id("usr_1"), refresh::end_reason::admin, fixed::noon},
                                schema.name());
  CHECK(lost.keeps_connection());
  CHECK_FALSE(lost.answer().has_value());
  REQUIRE(lost.send(db.get()));
  CHECK_FALSE(lost.is_open());
  CHECK_FALSE(lost.keeps_connection());
  CHECK(lost.answer().error().code() == errc::store_unavailable);

  // The rows came, and whether their commit did is not known.
  const connection other = connect(fixed::postgres_conninfo());
  act<refresh::bump_epoch> half({subject_id("usr_2"), refresh::end_reason::admin, fixed::noon},
                                schema.name());
  by_hand::exchange(other.get(), half);
  REQUIRE(half.answer().has_value());
  half.lose();
  CHECK_FALSE(half.is_open());
  CHECK_FALSE(half.keeps_connection());
  CHECK(half.answer().error().code() == errc::store_unavailable);
  PQsetNoticeReceiver(
      other.get(), [](void*, const PGresult*) {}, nullptr);

  act<keys::find> second({key_id("key_a")}, schema.name());  // while the connection is busy
  CHECK_FALSE(second.send(db.get()));
  CHECK_FALSE(second.is_open());
  CHECK_FALSE(second.keeps_connection());
  CHECK(second.answer().error().code() == errc::store_unavailable);
}

TEST_CASE("what may not be stored is not sent", "[postgres]") {
  const connection db = connect(fixed::postgres_conninfo());
  refresh::record row = session("fam_a");
  row.slot = '-';
  act<refresh::insert> bad({row});
  CHECK_FALSE(bad.send(db.get()));
  CHECK(bad.keeps_connection());
  CHECK(bad.answer().error().code() == errc::internal_error);
  act<refresh::advance> large({session("fam_a"), ~std::uint64_t{0}});
  CHECK_FALSE(large.send(db.get()));
  CHECK(large.answer().error().code() == errc::store_unavailable);
  act<refresh::advance> moved(std::move(large));
  CHECK_FALSE(moved.send(db.get()));

  const std::size_t gigabyte = std::size_t{1} << 30;  // of which nothing is read
  CHECK_FALSE(postgres::parameters::of(std::string_view("x", gigabyte)).fit());
  CHECK_FALSE(postgres::parameters::of(std::string_view("x", 4 * gigabyte + 1)).fit());
}
