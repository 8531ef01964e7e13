#include "support/pgbouncer.hpp"
#include "support/postgres_schema.hpp"
#include "support/records.hpp"

using namespace records;
using ekauth::postgres::options;
using ekauth::postgres::store;
using fixed::pgbouncer;
using fixed::postgres_connection;
using fixed::postgres_conninfo;
using fixed::postgres_schema;

namespace {

options through(const pgbouncer& pooler, options how) {
  how.conninfo = pooler.conninfo();
  return how;
}

}  // namespace

TEST_CASE("behind PgBouncer a store migrates, opens, and leaves no setting behind", "[postgres]") {
  const bool ignores = GENERATE(false, true);  // the options, instead of refusing a client that has some
  const pgbouncer pooler(postgres_conninfo(), 1, ignores ? "ignore_startup_parameters = options\n" : "");
  const postgres_schema schema(pooler.conninfo());
  store db = schema.open();
  CHECK(*db.answer(keys::insert{full_key("key_a"), 1}) == keys::insert::reply::inserted);
  CHECK(same(**db.answer(keys::find{key_id("key_a")}), full_key("key_a")));
  const postgres_connection same_server(pooler.conninfo());
  CHECK(same_server.ask("SHOW statement_timeout") == "0");
  CHECK(same_server.ask("SELECT count(*) FROM pg_prepared_statements") == "0");
  CHECK(same_server.ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "0");
}

TEST_CASE("behind PgBouncer the statement timeout holds", "[postgres]") {
  const postgres_schema schema;
  const pgbouncer pooler(postgres_conninfo(), 4);
  options how = through(pooler, schema.how());
  how.statement_timeout = duration(200);
  store db = schema.open(how);
  REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == refresh::insert::reply::inserted);
  const postgres_connection other = schema.raw();
  other.run("BEGIN; SELECT FROM sessions FOR UPDATE");
  const auto refused = db.answer(refresh::advance{session("fam_a"), 1});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == errc::store_busy);
  other.run("COMMIT");
  CHECK(*db.answer(refresh::advance{session("fam_a"), 1}));
}

TEST_CASE("behind PgBouncer a commit that fails denies", "[postgres]") {
  const postgres_schema schema;
  const pgbouncer pooler(postgres_conninfo(), 1);
  store db = schema.open(through(pooler, schema.how()));
  REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == refresh::insert::reply::inserted);
  schema.raw().run(
      "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING "
      "ERRCODE = "
      "'53100'; END $$; CREATE CONSTRAINT TRIGGER at_commit AFTER UPDATE ON sessions DEFERRABLE INITIALLY "
      "DEFERRED "
      "FOR EACH ROW EXECUTE FUNCTION fail()");
  const auto refused = db.answer(refresh::advance{session("fam_a"), 1});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == errc::store_full);
  CHECK((*db.answer(refresh::find{family_id("fam_a")}))->row.version == 1);
}

TEST_CASE("named statements behind a pooler that mixes them are unavailable, never corrupt", "[postgres]") {
  const postgres_schema schema;
  const pgbouncer pooler(postgres_conninfo(), 1);
  options how = through(pooler, schema.how());
  how.prepare = true;
  store first = schema.open(how), second = schema.open(how);
  REQUIRE(first.answer(keys::find{key_id("key_a")}).has_value());
  const auto mixed = second.answer(keys::find{key_id("key_a")});  // newer ones keep names apart
  CHECK((mixed || mixed.error().code() == errc::store_unavailable));
}
