#include "sqlite/schema.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static_assert(SQLITE_VERSION_NUMBER >= 3037000, "STRICT tables need SQLite 3.37");

namespace ekauth::inline v1::sqlite {

namespace {

constexpr std::int64_t our_application = 0x656b6175;  // "ekau"
constexpr std::int64_t our_schema = 3;

// The tables of each schema version, and the step to it from the one before. Codes: environment 1 live, 2
// test; state of a key 1 active, 2 disabled, 3 revoked; state of a session 1 active, 2 revoked; reason as
// refresh::end_reason. Times are milliseconds since 1970, UTC.
constexpr const char* to_schema_1 = R"(
CREATE TABLE api_keys (
  id          TEXT    NOT NULL PRIMARY KEY,
  environment INTEGER NOT NULL,
  name        TEXT    NOT NULL,
  owner       TEXT    NOT NULL,
  scopes      TEXT    NOT NULL,
  state       INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  not_before  INTEGER,
  expires_at  INTEGER,
  revoked_at  INTEGER,
  version     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_of_owner ON api_keys (owner, id);
CREATE INDEX api_keys_not_revoked ON api_keys (owner) WHERE state <> 3;

CREATE TABLE api_key_secrets (
  key_id     TEXT    NOT NULL,
  number     INTEGER NOT NULL,
  slot       TEXT    NOT NULL,
  digest     BLOB    NOT NULL,
  created_at INTEGER NOT NULL,
  not_after  INTEGER,
  last_used  INTEGER,
  PRIMARY KEY (key_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE subjects (
  subject    TEXT    NOT NULL PRIMARY KEY,
  epoch      INTEGER NOT NULL,
  reason     INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  id                TEXT    NOT NULL PRIMARY KEY,
  subject           TEXT    NOT NULL,
  scopes            TEXT    NOT NULL,
  client            TEXT    NOT NULL,
  epoch             INTEGER NOT NULL,
  generation        INTEGER NOT NULL,
  slot              TEXT    NOT NULL,
  current_digest    BLOB    NOT NULL,
  previous_digest   BLOB    NOT NULL,
  salt              BLOB    NOT NULL,
  created_at        INTEGER NOT NULL,
  rotated_at        INTEGER NOT NULL,
  last_ok_at        INTEGER NOT NULL,
  confirmed_at      INTEGER,
  replays           INTEGER NOT NULL,
  idle_deadline     INTEGER NOT NULL,
  absolute_deadline INTEGER,
  binding           BLOB,
  state             INTEGER NOT NULL,
  reason            INTEGER NOT NULL,
  ended_at          INTEGER,
  version           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_subject ON sessions (subject, id);
CREATE INDEX sessions_by_deadline ON sessions (min(idle_deadline, ifnull(absolute_deadline, idle_deadline)));

PRAGMA application_id = 1701536117;
PRAGMA user_version = 1;
)";

// key: '' for the account's own list. entries: allowlists::to_text.
constexpr const char* to_schema_2 = R"(
CREATE TABLE allowlists (
  account    TEXT    NOT NULL,
  key        TEXT    NOT NULL,
  enabled    INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  entries    TEXT    NOT NULL,
  version    INTEGER NOT NULL,
  PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 2;
)";

// One word for whose something is.
constexpr const char* to_schema_3 = R"(
ALTER TABLE api_keys RENAME COLUMN owner TO subject;
DROP INDEX api_keys_of_owner;
CREATE INDEX api_keys_of_subject ON api_keys (subject, id);
ALTER TABLE allowlists RENAME COLUMN account TO subject;
PRAGMA user_version = 3;
)";

constexpr const char* steps[our_schema] = {to_schema_1, to_schema_2, to_schema_3};

constexpr error foreign{errc::store_corrupt, "the file is not a store of ekauth"};

// "file:x" and ":memory:" mean something else to SQLite; behind "./" they are names like any other.
std::string plain_path(const std::string& path) { return path.front() == '/' ? path : "./" + path; }

// Makes an empty file that nobody else may read. SQLite gives the files beside it the same permissions.
//
// mknod, because it leaves no descriptor behind: closing one would drop every lock that this process holds on
// the file through another store that was faster to open it.
result<void> make_file(const std::string& path) {
  constexpr mode_t owner_only = S_IRUSR | S_IWUSR;
  if (::mknod(path.c_str(), S_IFREG | owner_only, 0) == 0 || errno == EEXIST) return {};
  if (errno == EPERM || errno == EINVAL || errno == ENOSYS || errno == ENOTSUP) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, owner_only);
    if (file >= 0) ::close(file);
    if (file >= 0 || errno == EEXIST) return {};
  }
  if (errno == ENOSPC || errno == EDQUOT) return trouble(SQLITE_FULL);
  return trouble(SQLITE_CANTOPEN);
}

// The schema version of the file, 0 for an empty one, by reading alone; called within a transaction.
result<std::int64_t> inspect(const connection& db) {
  const auto application = db.number_of("PRAGMA application_id");
  if (!application) return application.error();
  const auto schema = db.number_of("PRAGMA user_version");
  if (!schema) return schema.error();
  const auto objects = db.number_of("SELECT count(*) FROM sqlite_schema");
  if (!objects) return objects.error();
  const auto encoding = db.answer_of("PRAGMA encoding");
  if (!encoding) return encoding.error();
  if (*encoding != "UTF-8") return foreign;
  if (*application == 0 && *schema == 0 && *objects == 0) return std::int64_t{0};
  if (*application != our_application || *schema < 1) return foreign;
  if (*schema > our_schema) return error{errc::store_schema_newer, "the file was written by a newer ekauth"};
  return *schema;
}

result<std::int64_t> inspect_in(const connection& db, const char* begin) {
  if (const int code = db.execute(begin); code != SQLITE_OK) return trouble(code);
  return inspect(db);
}

// SQLite waits for some who hold the file while it changes the journal, and not for others; so this waits for
// all.
result<void> use_log(const connection& db, duration patience) {
  constexpr duration pause(5);
  db.wait_for(duration(0));
  auto mode = db.answer_of("PRAGMA journal_mode = WAL");
  for (duration waited(0); !mode && mode.error().code() == errc::store_busy && waited < patience;
       waited += pause) {
    sqlite3_sleep(static_cast<int>(pause.count()));
    mode = db.answer_of("PRAGMA journal_mode = WAL");
  }
  db.wait_for(patience);
  if (!mode) return mode.error();
  if (*mode != "wal") return error{errc::store_unavailable, "the file system cannot share SQLite's log"};
  return {};
}

result<void> make_tables(connection& db) {
  const auto now_there = inspect_in(db, "BEGIN IMMEDIATE");
  if (!now_there) return now_there.error();
  for (std::int64_t schema = *now_there; schema < our_schema; ++schema)  // unless another process was faster
    if (const int code = db.execute(steps[schema]); code != SQLITE_OK)
      return (code & 0xff) == SQLITE_ERROR ? foreign : trouble(code);
  if (auto fits = db.prepare(all_statements); !fits) {  // a file with our marks, and other tables
    static_cast<void>(db.execute("ROLLBACK"));
    return fits;
  }
  if (const int code = db.execute("COMMIT"); code != SQLITE_OK) return trouble(code);
  return {};
}

result<connection> settled(connection db, const char* settings, std::size_t statements) {
  if (const int code = db.execute(settings); code != SQLITE_OK) return trouble(code);
  if (auto ready = db.prepare(statements); !ready) return ready.error();
  return db;
}

}  // namespace

result<connection> open_writer(const options& how) {
  const std::string path = plain_path(how.path);
  if (sqlite3_libversion_number() < 3037000 || sqlite3_threadsafe() == 0)
    return error{errc::store_unavailable, "SQLite is older than 3.37, or built for one thread"};
  if (how.create)
    if (auto made = make_file(path); !made) return made.error();
  auto db = connection::open(path, how.busy_timeout);
  if (!db) return db.error();

  // A file that is not ours is only read; not even its log is folded in when we leave.
  db->configure(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
  const auto there = inspect_in(*db, "BEGIN");
  if (!there) return there.error();
  if (*there == 0 && !how.create) return foreign;
  if (const int code = db->execute("COMMIT"); code != SQLITE_OK) return trouble(code);
  db->configure(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false);

  if (auto logged = use_log(*db, how.busy_timeout); !logged) return logged.error();
  if (*there < our_schema)
    if (auto made = make_tables(*db); !made) return made.error();
  return settled(*std::move(db),
                 "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA cell_size_check = ON;"
                 "PRAGMA journal_size_limit = 16777216",
                 all_statements);
}

result<connection> open_reader(const options& how) {
  auto db = connection::open(plain_path(how.path), how.busy_timeout);
  if (!db) return db.error();
  return settled(*std::move(db),
                 "PRAGMA query_only = ON; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY",
                 reading_statements);
}

}  // namespace ekauth::inline v1::sqlite
