#include "postgres/schema.hpp"

#include "postgres/columns.hpp"

namespace ekauth::inline v1::postgres {

namespace {

constexpr std::int64_t our_schema = 2;

// The step to each schema version from the one before. Texts are bytea: any byte, compared byte by byte.
// Codes: environment 1 live, 2 test; state of a key 1 active, 2 disabled, 3 revoked; state of a session 1
// active, 2 revoked; reason as refresh::end_reason. Times are milliseconds since 1970, UTC. live: an owner's
// keys that are not revoked. key: '' for the account's own list. entries: allowlists::to_text.
constexpr const char* steps[our_schema] = {R"(
CREATE TABLE ekauth.api_keys (
  id          bytea    NOT NULL PRIMARY KEY,
  environment smallint NOT NULL,
  name        bytea    NOT NULL,
  owner       bytea    NOT NULL,
  scopes      bytea    NOT NULL,
  state       smallint NOT NULL,
  created_at  bigint   NOT NULL,
  not_before  bigint,
  expires_at  bigint,
  revoked_at  bigint,
  version     bigint   NOT NULL
);
CREATE INDEX api_keys_of_owner ON ekauth.api_keys (owner, id);

CREATE TABLE ekauth.api_key_secrets (
  key_id     bytea  NOT NULL,
  number     bigint NOT NULL,
  slot       bytea  NOT NULL,
  digest     bytea  NOT NULL,
  created_at bigint NOT NULL,
  not_after  bigint,
  last_used  bigint,
  PRIMARY KEY (key_id, number)
) WITH (fillfactor = 80);

CREATE TABLE ekauth.api_key_owners (
  owner bytea  NOT NULL PRIMARY KEY,
  live  bigint NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE ekauth.subjects (
  subject    bytea    NOT NULL PRIMARY KEY,
  epoch      bigint   NOT NULL,
  reason     smallint NOT NULL,
  changed_at bigint   NOT NULL
);

CREATE TABLE ekauth.sessions (
  id                bytea    NOT NULL PRIMARY KEY,
  subject           bytea    NOT NULL,
  scopes            bytea    NOT NULL,
  client            bytea    NOT NULL,
  epoch             bigint   NOT NULL,
  generation        bigint   NOT NULL,
  slot              bytea    NOT NULL,
  current_digest    bytea    NOT NULL,
  previous_digest   bytea    NOT NULL,
  salt              bytea    NOT NULL,
  created_at        bigint   NOT NULL,
  rotated_at        bigint   NOT NULL,
  last_ok_at        bigint   NOT NULL,
  confirmed_at      bigint,
  replays           bigint   NOT NULL,
  idle_deadline     bigint   NOT NULL,
  absolute_deadline bigint,
  binding           bytea,
  state             smallint NOT NULL,
  reason            smallint NOT NULL,
  ended_at          bigint,
  version           bigint   NOT NULL
);
CREATE INDEX sessions_of_subject ON ekauth.sessions (subject, id);
CREATE INDEX sessions_by_deadline ON ekauth.sessions (least(idle_deadline, absolute_deadline));

CREATE TABLE ekauth.allowlists (
  account    bytea    NOT NULL,
  key        bytea    NOT NULL,
  enabled    smallint NOT NULL,
  changed_at bigint   NOT NULL,
  entries    bytea    NOT NULL,
  version    bigint   NOT NULL,
  PRIMARY KEY (account, key)
);

CREATE TABLE ekauth.schema_version (version bigint NOT NULL);
INSERT INTO ekauth.schema_version VALUES (1);
)",
                                               // One word for whose something is.
                                               R"(
ALTER TABLE ekauth.api_keys RENAME COLUMN owner TO subject;
ALTER INDEX ekauth.api_keys_of_owner RENAME TO api_keys_of_subject;
ALTER TABLE ekauth.api_key_owners RENAME TO api_key_subjects;
ALTER TABLE ekauth.api_key_subjects RENAME COLUMN owner TO subject;
ALTER INDEX ekauth.api_key_owners_pkey RENAME TO api_key_subjects_pkey;
ALTER TABLE ekauth.allowlists RENAME COLUMN account TO subject;
UPDATE ekauth.schema_version SET version = 2;
)"};

constexpr error newer{errc::store_schema_newer, "the tables were made by a newer ekauth"};
constexpr error outdated{errc::store_unavailable, "no tables, or those of an older ekauth: call migrate"};

// Two who migrate take turns. The number is ours, and means nothing.
constexpr const char* take_turn = "SELECT pg_advisory_xact_lock(7306921648291)";

result<std::int64_t> number_in(const received& got) {
  if (PQntuples(got.rows()) != 1) return corrupt_row;
  columns row(got.rows(), 0);
  const std::int64_t number = row.integer();
  if (!row.good()) return corrupt_row;
  return number;
}

// Asks for one number; 0 where there is no table to ask.
result<std::int64_t> ask_number(connection& db, const settings& told, const std::string& text) {
  const received got = db.ask_once(text);
  if (got.how() == fate::done) return number_in(got);
  if (got.state() == "42P01") return std::int64_t{0};
  told.log(got.words());
  return got.why();
}

result<void> run(connection& db, const settings& told, const std::string& script) {
  const received got = db.run_script(script);
  if (got.how() == fate::done) return {};
  told.log(got.words());
  return got.why();
}

// Whether something of that name is there, as PostgreSQL's function "to_reg…" tells.
result<bool> is_there(connection& db, const settings& told, const std::string& function,
                      const std::string& name) {
  const auto found =
      ask_number(db, told, "SELECT (" + function + "('" + name + "') IS NOT NULL)::integer::bigint");
  if (!found) return found.error();
  return *found == 1;
}

}  // namespace

result<void> check_schema(connection& db, const settings& told) {
  const auto version = ask_number(db, told, told.placed("SELECT version FROM ekauth.schema_version"));
  if (!version) return version.error();
  if (*version > our_schema) return newer;
  if (*version < our_schema) return outdated;
  return {};
}

// A transaction that is left early is undone with its connection.
result<void> migrate_schema(connection& db, const settings& told) {
  if (auto ok = run(db, told, std::string("BEGIN ISOLATION LEVEL READ COMMITTED; ") + take_turn); !ok)
    return ok;
  const std::string schema = '"' + told.how.schema + '"';
  const auto has_schema = is_there(db, told, "to_regnamespace", schema);
  if (!has_schema) return has_schema.error();
  if (!*has_schema)  // which needs a right that only its maker needs
    if (auto ok = run(db, told, "CREATE SCHEMA " + schema); !ok) return ok;

  const auto has_version = is_there(db, told, "to_regclass", told.placed("ekauth.schema_version"));
  if (!has_version) return has_version.error();
  std::int64_t version = 0;
  if (*has_version) {
    const auto stored = ask_number(db, told, told.placed("SELECT version FROM ekauth.schema_version"));
    if (!stored) return stored.error();
    version = *stored;
  }
  if (version > our_schema) return newer;
  if (version < 0 || (*has_version && version == 0)) return corrupt_row;
  for (; version < our_schema; ++version)
    if (auto ok = run(db, told, told.placed(steps[version])); !ok) return ok;
  return run(db, told, "COMMIT");
}

}  // namespace ekauth::inline v1::postgres
