#include "postgres/by_hand.hpp"
#include "support/postgres_schema.hpp"
#include "support/records.hpp"

#include <thread>
#include <vector>

using namespace records;
using ekauth::postgres::options;
using ekauth::postgres::store;
using fixed::postgres_connection;
using fixed::postgres_conninfo;
using fixed::postgres_schema;

namespace {

errc refusal(const options& how) {
  const auto opened = store::open(how);
  REQUIRE_FALSE(opened.has_value());
  return opened.error().code();
}

errc migration_refusal(const options& how) {
  const auto made = store::migrate(how);
  REQUIRE_FALSE(made.has_value());
  return made.error().code();
}

/// A role without rights, gone with this object.
class role {
 public:
  explicit role(const postgres_connection& db, const std::string& name) : db_(db), name_(name) {
    db_.run("CREATE ROLE " + name_ + " LOGIN");
  }
  ~role() { db_.run("DROP OWNED BY " + name_ + "; DROP ROLE " + name_); }
  [[nodiscard]] options of(options how) const {
    how.conninfo += " user=" + name_;
    return how;
  }

 private:
  const postgres_connection& db_;
  std::string name_;
};

std::string tables_of(const postgres_connection& db, const std::string& schema) {
  return db.ask("SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('" + schema +
                "') ORDER BY 1");
}

}  // namespace

TEST_CASE("a schema is made once, and migrating it again changes nothing", "[postgres]") {
  const postgres_schema schema;
  store db = schema.open();
  REQUIRE(*db.answer(keys::insert{key("key_a"), 0}) == keys::insert::reply::inserted);
  const std::string before = tables_of(schema.raw(), schema.name());
  CHECK(store::migrate(schema.how()).has_value());
  CHECK(tables_of(schema.raw(), schema.name()) == before);
  CHECK((*db.answer(keys::find{key_id("key_a")})).has_value());
  CHECK(schema.raw().ask("SELECT version FROM schema_version") == "2");
}

TEST_CASE("of many who migrate at once all succeed", "[postgres]") {
  const postgres_connection raw(postgres_conninfo());
  options how{.conninfo = postgres_conninfo(), .schema = "made_at_once"};
  SECTION("as the server is set up") {}
  SECTION("where transactions are stricter") {
    how.conninfo += " options='-c default_transaction_isolation=serializable'";
  }
  std::vector<std::thread> all;
  std::atomic<int> made = 0;
  for (int i = 0; i < 6; ++i) all.emplace_back([&] { made += store::migrate(how).has_value() ? 1 : 0; });
  for (std::thread& one : all) one.join();
  CHECK(made == 6);
  CHECK(store::open(how).has_value());
  raw.run("DROP SCHEMA made_at_once CASCADE");
}

TEST_CASE("a newer schema is refused and left as it is", "[postgres]") {
  const postgres_schema schema;
  schema.raw().run("UPDATE schema_version SET version = 3; DROP TABLE allowlists");
  CHECK(refusal(schema.how()) == errc::store_schema_newer);
  CHECK(migration_refusal(schema.how()) == errc::store_schema_newer);
  CHECK(schema.raw().ask("SELECT version, to_regclass('allowlists') FROM schema_version") == "3");
  CHECK(schema.raw().ask("SELECT to_regclass('allowlists')") == "NULL");
}

TEST_CASE("where migrate was not called, open says so and makes nothing", "[postgres]") {
  const options how{.conninfo = postgres_conninfo(), .schema = "not_there"};
  const auto opened = store::open(how);
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().code() == errc::store_unavailable);
  CHECK(std::string(opened.error().text()).find("call migrate") != std::string::npos);
  CHECK(postgres_connection(how.conninfo).ask("SELECT to_regnamespace('not_there')") == "NULL");
}

TEST_CASE("a schema with tables of somebody else is refused and left as it is", "[postgres]") {
  const postgres_connection raw(postgres_conninfo());
  const options how{.conninfo = postgres_conninfo(), .schema = "of_others"};
  raw.run("CREATE SCHEMA of_others");
  SECTION("a table of the same name") {
    raw.run("CREATE TABLE of_others.sessions (id integer)");
    const std::string before = tables_of(raw, "of_others");
    CHECK(migration_refusal(how) == errc::store_corrupt);
    CHECK(tables_of(raw, "of_others") == before);
  }
  SECTION("a version that is none") {
    const std::string version =
        GENERATE("VALUES (0)", "VALUES (-1)", "VALUES (1), (1)", "SELECT 1 WHERE false");
    raw.run("CREATE TABLE of_others.schema_version (version bigint); INSERT INTO of_others.schema_version " +
            version);
    INFO(version);
    CHECK(migration_refusal(how) == errc::store_corrupt);
    CHECK_FALSE(store::open(how).has_value());
    CHECK(tables_of(raw, "of_others") == "schema_version");
  }
  SECTION("tables of the host's own stay") {
    raw.run("CREATE TABLE of_others.users (id integer)");
    CHECK(store::migrate(how).has_value());
    CHECK(store::open(how).has_value());
    CHECK(tables_of(raw, "of_others").find("users") != std::string::npos);
  }
  raw.run("DROP SCHEMA of_others CASCADE");
}

TEST_CASE("requests need no right to create, and migrate says when it lacks it", "[postgres]") {
  const postgres_schema schema;
  const postgres_connection raw = schema.raw();
  const role app(raw, "app_role");
  CHECK(migration_refusal(app.of({.conninfo = postgres_conninfo(), .schema = "not_there"})) ==
        errc::store_unavailable);
  CHECK(refusal(app.of(schema.how())) == errc::store_unavailable);
  // What docs/STORAGE.md says it needs.
  raw.run("GRANT USAGE ON SCHEMA " + schema.name() +
          " TO app_role; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA " + schema.name() +
          " TO app_role");
  store db = schema.open(app.of(schema.how()));
  CHECK(*db.answer(keys::insert{full_key("key_a"), 1}) == keys::insert::reply::inserted);
  CHECK(*db.answer(keys::replace{full_key("key_a"), 9}));
  CHECK(*db.answer(keys::touch{{{key_id("key_a"), 1, fixed::noon}}}) == 1);
  CHECK(*db.answer(refresh::insert{session("fam_a")}) == refresh::insert::reply::inserted);
  CHECK(*db.answer(refresh::advance{session("fam_a"), 1}));
  CHECK(*db.answer(refresh::bump_epoch{subject_id("usr_1"), refresh::end_reason::admin, fixed::noon}) == 1);
  CHECK(*db.answer(refresh::purge{time_point::max(), 1}) == 1);
  CHECK(*db.answer(allowlists::save{{{subject_id("acc_1")}, true, {}, fixed::noon, 1}, 0}));
  CHECK(store::migrate(app.of(schema.how())).has_value());  // there is nothing to make
  raw.run("REVOKE INSERT ON sessions FROM app_role");
  const auto refused = db.answer(refresh::insert{session("fam_b")});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == errc::store_unavailable);
}

TEST_CASE("options outside their limits are refused", "[postgres]") {
  const options good{.conninfo = postgres_conninfo()};
  std::vector<options> bad(24, good);
  bad[0].conninfo = "host=127.0.0.1 nonsense=1";
  bad[1].conninfo = "host='";
  bad[2].conninfo = std::string("host=a\0b", 8);
  bad[3].schema = "";
  bad[4].schema = "Ekauth";
  bad[5].schema = "1ekauth";
  bad[6].schema = "a;b";
  bad[7].schema = std::string(64, 'a');
  bad[8].connections = 0;
  bad[9].connections = 1001;
  bad[10].wait_timeout = duration(-1);
  bad[11].statement_timeout = duration(0);
  bad[12].statement_timeout = std::chrono::hours(1) + duration(1);
  bad[13].schema = "pg_ekauth";  // a prefix that PostgreSQL keeps for itself
  bad[14].schema = "pg_catalog";
  bad[15].conninfo = "postgres://app:aB3/xyz@db1/auth";  // of which libpq's words would tell a part
  bad[16].conninfo = "postgresql://app:s3c@ret@db1/auth";
  bad[17].conninfo = "postgres://app:p@/x@db1/auth";
  bad[18].conninfo = "postgres://app:x?y@z@db1/auth";
  bad[19].conninfo = "postgres://app:12/x@db1/auth";
  bad[20].conninfo = "postgres://db1?password=s3c@ret";
  bad[21].conninfo = "postgres://db1?user=app@corp&password=hunter2";
  bad[22].conninfo = "postgres://CORP/app:secret@db1/auth";
  bad[23].conninfo = "postgres://127.0.0.1:1/a@b";
  for (const options& how : bad) {
    CHECK(refusal(how) == errc::option_invalid);
    CHECK(migration_refusal(how) == errc::option_invalid);
  }
  for (const char* uri :
       {"postgresql://a%40b:c%2Fd%3F@127.0.0.1:1/e", "postgres://127.0.0.1/?dbname=a@b&port=1",
        "postgres://127.0.0.1/a@b?port=1", "postgres://a:b@127.0.0.1:1/c:d", "postgres://127.0.0.1:1"}) {
    options how = good;
    how.conninfo = uri;
    INFO(uri);
    CHECK(refusal(how) == errc::store_unavailable);
  }
}

TEST_CASE("a server that cannot be reached, or knows no such user, is unavailable and says why to the log",
          "[postgres]") {
  fixed::words said;
  options how{.conninfo = postgres_conninfo(), .to_log = &said};
  how.conninfo +=
      GENERATE(" port=1", " user=stranger", " dbname=nowhere", " host=127.0.0.1,127.0.0.1 port=1,1");
  CHECK(refusal(how) == errc::store_unavailable);
  CHECK(migration_refusal(how) == errc::store_unavailable);
  CHECK_FALSE(said.all.empty());
}

TEST_CASE("a server that may only be read, forgets what it answered, or would not say so, is refused",
          "[postgres]") {
  const postgres_schema schema;
  options how = schema.how();
  how.conninfo += GENERATE(" options='-c default_transaction_read_only=on'",
                           " options='-c synchronous_commit=off'", " options='-c client_min_messages=error'",
                           " target_session_attrs=any options='-c default_transaction_read_only=on'");
  CHECK(refusal(how) == errc::store_unavailable);
}

TEST_CASE("a role that hides warnings does not hide them from a store", "[postgres]") {
  const postgres_schema schema;
  const postgres_connection raw = schema.raw();
  raw.run("ALTER ROLE CURRENT_USER SET client_min_messages = error");
  const bool opened = store::open(schema.how()).has_value();
  raw.run("ALTER ROLE CURRENT_USER RESET client_min_messages");
  CHECK(opened);
}

TEST_CASE("a reserved word will do as the name of a schema", "[postgres]") {
  const options how{.conninfo = postgres_conninfo(), .schema = GENERATE("user", "order", "table", "select")};
  CHECK(store::migrate(how).has_value());
  CHECK(store::migrate(how).has_value());
  store db = postgres_schema::open(how);
  CHECK(*db.answer(keys::insert{full_key("key_a"), 1}) == keys::insert::reply::inserted);
  CHECK((*db.answer(keys::find{key_id("key_a")})).has_value());
  const by_hand::connection link = by_hand::connect(how.conninfo);
  CHECK((*by_hand::ask(link.get(), how.schema, keys::find{key_id("key_a")})).has_value());
  postgres_connection(how.conninfo).run("DROP SCHEMA \"" + how.schema + "\" CASCADE");
}

TEST_CASE("who asks by hand is refused the names that a store is refused", "[postgres]") {
  const by_hand::connection link = by_hand::connect(postgres_conninfo());
  for (const char* name : {"", "pg_ekauth", "Ekauth", "a\"; DROP TABLE api_keys; --"})
    CHECK(by_hand::ask(link.get(), name, keys::find{key_id("key_a")}).error().code() == errc::option_invalid);
}

TEST_CASE("the longest name of a schema will do", "[postgres]") {
  const options how{.conninfo = postgres_conninfo(), .schema = "_" + std::string(62, '9')};
  CHECK(store::migrate(how).has_value());
  CHECK(store::open(how).has_value());
  postgres_connection(how.conninfo).run("DROP SCHEMA " + how.schema + " CASCADE");
}
