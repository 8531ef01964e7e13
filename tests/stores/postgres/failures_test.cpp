#include "postgres/blocking.hpp"

using namespace records;
using ekauth::postgres::options;
using ekauth::postgres::store;
using fixed::postgres_connection;
using fixed::postgres_schema;

namespace {

const subject_id user("usr_1");

// Makes every change of the sessions fail with an SQLSTATE, and counts them.
void fail_with(const postgres_connection& raw, const std::string& state,
               const std::string& when = "BEFORE UPDATE") {
  raw.run(
      "CREATE SEQUENCE tries; CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM "
      "nextval('" +
      raw.ask("SELECT current_schema") + ".tries'); RAISE EXCEPTION 'as told' USING ERRCODE = '" + state +
      "'; END $$");
  if (when.empty())
    raw.run(
        "CREATE CONSTRAINT TRIGGER at_commit AFTER UPDATE ON sessions DEFERRABLE INITIALLY DEFERRED FOR EACH "
        "ROW EXECUTE FUNCTION fail()");
  else
    raw.run("CREATE TRIGGER at_once " + when + " ON sessions FOR EACH ROW EXECUTE FUNCTION fail()");
}

std::string tries(const postgres_connection& raw) { return raw.ask("SELECT last_value FROM tries"); }

// The ways in which a timeout reaches the server: with the connection, or with each statement.
options with_each_statement(options how) {
  how.conninfo += " options='-c geqo=on'";  // in place of the store's own
  return how;
}

}  // namespace

TEST_CASE("each of PostgreSQL's errors is the error it should be, and denies", "[postgres]") {
  struct row {
    const char* state;
    errc code;
  };
  const row expected = GENERATE(row{"53100", errc::store_full}, row{"55P03", errc::store_busy},
                                row{"57014", errc::store_busy}, row{"53200", errc::store_unavailable},
                                row{"53300", errc::store_unavailable}, row{"58030", errc::store_unavailable},
                                row{"25006", errc::store_unavailable}, row{"42501", errc::store_unavailable},
                                row{"54000", errc::store_unavailable}, row{"57P01", errc::store_unavailable},
                                row{"08006", errc::store_unavailable}, row{"P0001", errc::store_unavailable},
                                row{"22003", errc::store_corrupt}, row{"23502", errc::store_corrupt},
                                row{"23505", errc::store_corrupt}, row{"42P01", errc::store_corrupt},
                                row{"XX001", errc::store_corrupt}, row{"XX002", errc::store_corrupt});
  const postgres_schema schema;
  fixed::words said;
  options how = schema.how();
  how.to_log = &said;
  store db = schema.open(how);
  REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == refresh::insert::reply::inserted);
  fail_with(schema.raw(), expected.state);
  INFO(expected.state);
  const auto refused = db.answer(refresh::advance{session("fam_a"), 1});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == expected.code);
  CHECK(tries(schema.raw()) == "1");
  CHECK(said.all == std::string(expected.state) + " as told");
  CHECK((*db.answer(refresh::find{family_id("fam_a")}))->row.version == 1);
  schema.raw().run("DROP TRIGGER at_once ON sessions");
  CHECK(*db.answer(refresh::advance{session("fam_a"), 1}));
}

TEST_CASE("what lost against another transaction is asked again, and not for ever", "[postgres]") {
  const std::string state = GENERATE("40001", "40P01");
  const postgres_schema schema;
  store db = schema.open();
  REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == refresh::insert::reply::inserted);
  fail_with(schema.raw(), state);
  const auto refused = db.answer(refresh::advance{session("fam_a"), 1});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == errc::store_busy);
  CHECK(tries(schema.raw()) == "8");
}

TEST_CASE("in stricter transactions a request that met another is asked again", "[postgres]") {
  const postgres_schema schema;
  options how = schema.how();
  how.conninfo += GENERATE(" options='-c default_transaction_isolation=serializable'",
                           " options='-c default_transaction_isolation=repeatable\\\\ read'");
  store db = schema.open(how);
  REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == refresh::insert::reply::inserted);
  CHECK(*blocking::answer_during(schema, "UPDATE sessions SET client = 'another'", [&] {
    return db.answer(refresh::advance{session("fam_a"), 1});
  }));
  CHECK_FALSE(*blocking::answer_during(schema, "UPDATE subjects SET epoch = 1", [&] {
    return db.answer(refresh::advance{session("fam_a"), 2});
  }));
  CHECK(*blocking::answer_during(schema, "INSERT INTO subjects VALUES ('usr_2', 0, 0, 0)", [&] {
    return db.answer(refresh::insert{session("fam_b", "usr_2")});
  }) == refresh::insert::reply::inserted);
}

TEST_CASE("a commit that fails denies what the statement had answered", "[postgres]") {
  const postgres_schema schema;
  const bool each = GENERATE(false, true), prepare = GENERATE(false, true);
  options how = each ? with_each_statement(schema.how()) : schema.how();
  how.prepare = prepare;
  store db = schema.open(how);
  REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == refresh::insert::reply::inserted);
  fail_with(schema.raw(), "53100", "");
  const auto refused = db.answer(refresh::advance{session("fam_a"), 1});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == errc::store_full);
  CHECK((*db.answer(refresh::find{family_id("fam_a")}))->row.version == 1);
  const auto kept = db.answer(refresh::revoke{family_id("fam_a"), refresh::end_reason::admin, fixed::noon});
  REQUIRE_FALSE(kept.has_value());
  CHECK((*db.answer(refresh::find{family_id("fam_a")}))->row.state == refresh::status::active);
  schema.raw().run("DROP TRIGGER at_commit ON sessions");
  CHECK(*db.answer(refresh::advance{session("fam_a"), 1}));
}

TEST_CASE("who holds a row beyond the timeout makes others busy, and nothing is done later", "[postgres]") {
  const postgres_schema schema;
  const bool each = GENERATE(false, true), prepare = GENERATE(false, true);
  options how = each ? with_each_statement(schema.how()) : schema.how();
  how.statement_timeout = duration(200);
  how.prepare = prepare;
  store db = schema.open(how);
  REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == refresh::insert::reply::inserted);
  const postgres_connection other = schema.raw();
  other.run("BEGIN; SELECT FROM sessions FOR UPDATE");
  const auto refused = db.answer(refresh::advance{session("fam_a"), 1});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == errc::store_busy);
  CHECK((*db.answer(refresh::find{family_id("fam_a")}))->row.version == 1);  // reading waits for nobody
  other.run("COMMIT");
  CHECK(*db.answer(refresh::advance{session("fam_a"), 1}));
  CHECK((*db.answer(refresh::find{family_id("fam_a")}))->row.version == 2);
}

TEST_CASE("a store leaves no setting of its own behind in the session", "[postgres]") {
  const postgres_schema schema;
  options how = with_each_statement(schema.how());
  how.connections = 1;
  how.statement_timeout = duration(1234);
  store db = schema.open(how);
  // A trigger tells what holds while a statement runs, and what did before it.
  schema.raw().run(
      "CREATE TABLE seen (timeout text); CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "INSERT INTO " +
      schema.name() +
      ".seen VALUES (current_setting('statement_timeout') || ' ' || "
      "(SELECT reset_val FROM pg_settings WHERE name = 'statement_timeout')); RETURN NEW; END $$;"
      "CREATE TRIGGER note BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION note()");
  REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == refresh::insert::reply::inserted);
  CHECK(schema.raw().ask("SELECT * FROM seen") == "1234ms 0");
  CHECK(schema.raw().ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "0");
}

TEST_CASE("a text that no index holds is refused whole", "[postgres]") {
  const postgres_schema schema;
  store db = schema.open();
  std::string noise;
  fixed::counting_random random;
  noise.resize(65'536);
  random.fill(noise.data(), noise.size());
  CHECK(*db.answer(keys::insert{key("key_a", "acc_2"), 1}) == keys::insert::reply::inserted);
  const auto refused = db.answer(keys::insert{key(noise, "acc_2"), 2});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == errc::store_unavailable);
  CHECK(*db.answer(keys::insert{key("key_b", "acc_2"), 2}) == keys::insert::reply::inserted);
  keys::record named = key("key_c");
  named.name = noise;  // what is in no index may be of any size
  CHECK(*db.answer(keys::insert{named, 0}) == keys::insert::reply::inserted);
  CHECK((*db.answer(keys::find{named.id}))->name == noise);
}
