// How the tables of release 0.1 become those of today in PostgreSQL: by migrate alone, whole, once.
#include "migration/old_stores.hpp"
#include "migration/tokens.hpp"
#include "support/records.hpp"

#include <atomic>
#include <thread>

using namespace records;
using ekauth::postgres::options;
using ekauth::postgres::store;
using old::answer;
using old::postgres_schema;
using tokens::written;

namespace {

/// What the catalogue says of the schema: tables and their settings, columns, indexes, constraints. From
/// PostgreSQL 18 on, NOT NULL is a constraint too, whose name nobody gave.
std::string catalogue_of_schema() {
  const char* const questions[] = {
      "SELECT concat_ws(' ', relkind, relname, reloptions) FROM pg_class c WHERE",
      "SELECT concat_ws(' ', relname, attnum, attname, format_type(atttypid, atttypmod), attnotnull, "
      "atthasdef)"
      " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0 AND relkind = 'r' WHERE",
      "SELECT pg_get_indexdef(indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE",
      ("SELECT concat_ws(' ', relname, conname, pg_get_constraintdef(k.oid))"
       " FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid AND contype <> 'n' WHERE")};
  const auto db = postgres_schema::raw();
  std::string all;
  for (const char* question : questions)
    all += db.ask(std::string(question) + " relnamespace = to_regnamespace('ekauth') ORDER BY 1") + "\n";
  return all;
}

/// Each value of each row.
std::string rows_of(const char* subjects_of_keys) {
  const auto db = postgres_schema::raw();
  std::string all;
  for (const char* table :
       {"api_keys", "api_key_secrets", subjects_of_keys, "subjects", "sessions", "allowlists"})
    all += db.ask("SELECT t::text FROM ekauth." + std::string(table) + " t ORDER BY 1") + "\n";
  return all;
}

bool has_all_keys(store& db) {
  for (const keys::record& row : written().keys) {
    const auto found = db.answer(keys::find{row.id});
    if (!found || !*found || !same(**found, row)) return false;
  }
  return true;
}

class old_schema : public postgres_schema {
 public:
  old_schema() { load(); }
};

}  // namespace

TEST_CASE("a migrated PostgreSQL schema has the tables, columns, indexes and constraints of a new one",
          "[migration]") {
  std::string fresh;
  {
    const postgres_schema schema;
    REQUIRE(store::migrate(schema.how()).has_value());
    fresh = catalogue_of_schema();
  }
  const old_schema schema;
  REQUIRE(catalogue_of_schema() != fresh);
  REQUIRE(store::migrate(schema.how()).has_value());
  CHECK(catalogue_of_schema() == fresh);
  CHECK(schema.raw().ask("SELECT version FROM ekauth.schema_version") == "2");
}

TEST_CASE("nothing in a migrated PostgreSQL schema is named for an owner or an account", "[migration]") {
  const old_schema schema;
  REQUIRE(store::migrate(schema.how()).has_value());
  const std::string catalogue = catalogue_of_schema();
  CHECK(catalogue.find("owner") == std::string::npos);
  CHECK(catalogue.find("account") == std::string::npos);
}

TEST_CASE("a migration changes no value of a PostgreSQL schema", "[migration]") {
  const old_schema schema;
  const std::string before = rows_of("api_key_owners");
  REQUIRE(store::migrate(schema.how()).has_value());
  CHECK(rows_of("api_key_subjects") == before);
}

TEST_CASE("tables of 0.1 are refused by open, which says to call migrate and changes nothing",
          "[migration]") {
  const old_schema schema;
  const std::string before = catalogue_of_schema();
  const auto opened = store::open(schema.how());
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().code() == errc::store_unavailable);
  CHECK(std::string(opened.error().text()).find("call migrate") != std::string::npos);
  CHECK(catalogue_of_schema() == before);
  CHECK(schema.raw().ask("SELECT version FROM ekauth.schema_version") == "1");
}

TEST_CASE("a PostgreSQL schema that is migrated again stays as it is", "[migration]") {
  const old_schema schema;
  REQUIRE(store::migrate(schema.how()).has_value());
  const std::string before = catalogue_of_schema(), rows = rows_of("api_key_subjects");
  CHECK(store::migrate(schema.how()).has_value());
  CHECK(catalogue_of_schema() == before);
  CHECK(rows_of("api_key_subjects") == rows);
}

TEST_CASE("callers that migrate one PostgreSQL schema of 0.1 at once all succeed", "[migration]") {
  const old_schema schema;
  const options how = schema.how();  // which asks Catch2, so not on many threads
  std::vector<std::thread> all;
  std::atomic<int> made = 0;
  for (int i = 0; i < 6; ++i) all.emplace_back([&] { made += store::migrate(how).has_value() ? 1 : 0; });
  for (std::thread& one : all) one.join();
  CHECK(made == 6);
  store db = fixed::postgres_schema::open(schema.how());
  CHECK(has_all_keys(db));
  CHECK(schema.raw().ask("SELECT version FROM ekauth.schema_version") == "2");
}

TEST_CASE("a schema of 0.1 with another name than ekauth is migrated", "[migration]") {
  const old_schema schema;
  const auto db = schema.raw();
  db.run("ALTER SCHEMA ekauth RENAME TO tenant");
  options how = schema.how();
  how.schema = "tenant";
  const bool is_migrated = store::migrate(how).has_value();
  const auto opened = store::open(how);
  db.run("ALTER SCHEMA tenant RENAME TO ekauth");
  REQUIRE(is_migrated);
  CHECK(opened.has_value());
  store here = fixed::postgres_schema::open(schema.how());
  CHECK(has_all_keys(here));
}

TEST_CASE("a migration that waits too long for others changes nothing", "[migration]") {
  const old_schema schema;
  const std::string before = catalogue_of_schema(), rows = rows_of("api_key_owners");
  const auto other = schema.raw();
  other.run("BEGIN; SELECT count(*) FROM ekauth.allowlists");  // which is the last table to be changed
  options how = schema.how();
  how.statement_timeout = duration(100);
  const auto refused = store::migrate(how);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == errc::store_busy);
  CHECK(catalogue_of_schema() == before);
  other.run("COMMIT");
  CHECK(rows_of("api_key_owners") == rows);
  CHECK(store::migrate(schema.how()).has_value());
}

TEST_CASE("a role of 0.1 keeps its rights on the tables of a migrated schema", "[migration]") {
  const old_schema schema;
  const auto db = schema.raw();
  // What docs/STORAGE.md says it needs.
  db.run(
      "CREATE ROLE app LOGIN; GRANT USAGE ON SCHEMA ekauth TO app;"
      "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ekauth TO app");
  REQUIRE(store::migrate(schema.how()).has_value());
  options how = schema.how();
  how.conninfo += " user=app";
  {
    store opened = fixed::postgres_schema::open(how);
    CHECK(has_all_keys(opened));
    CHECK(answer(opened, keys::insert{key("key_a"), 1}) == keys::insert::reply::inserted);
    CHECK(answer(opened, allowlists::save{{{subject_id("acc_1")}, true, {}, fixed::noon, 1}, 0}));
  }
  db.run("DROP OWNED BY app; DROP ROLE app");
}

TEST_CASE("a PostgreSQL schema of 0.1 that lacks a table is refused and left as it is", "[migration]") {
  const old_schema schema;
  schema.raw().run("DROP TABLE ekauth.allowlists");
  const std::string before = catalogue_of_schema();
  const auto refused = store::migrate(schema.how());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == errc::store_corrupt);
  CHECK(catalogue_of_schema() == before);
}
