// How an SQLite file of release 0.1 becomes one of today: whole, once, whoever is there at the same time.
#include "migration/old_stores.hpp"
#include "migration/tokens.hpp"
#include "sqlite/faulty_files.hpp"
#include "support/records.hpp"

#include <array>
#include <csignal>

using namespace records;
using ekauth::sqlite::store;
using old::answer;
using old::sqlite_file;
using tokens::written;

namespace {

std::string schema_of(const std::string& path) {
  return raw::connection(path).ask(
      "SELECT type || ' ' || name || ' of ' || tbl_name || ': ' || ifnull(sql, '') FROM sqlite_schema ORDER "
      "BY 1");
}

std::string fresh_schema() {
  const fixed::temporary_folder folder;
  static_cast<void>(raw::open(folder.file("store.db")));
  return schema_of(folder.file("store.db"));
}

/// Each value of each row, whatever the names of its column.
std::string rows_of(const std::string& path) {
  raw::connection db(path);
  std::string all;
  for (const std::string table : {"api_keys", "api_key_secrets", "subjects", "sessions", "allowlists"}) {
    std::string values;
    for (int i = 1; i <= std::stoi(db.ask("SELECT count(*) FROM pragma_table_info('" + table + "')")); ++i)
      values += (i == 1 ? "" : "||' '||") + std::string("quote(c") + std::to_string(i) + ")";
    std::string names;
    for (int i = 1; i <= static_cast<int>(std::count(values.begin(), values.end(), '(')); ++i)
      names += (i == 1 ? "c" : ",c") + std::to_string(i);
    all += table + "\n" +
           db.ask("WITH t(" + names + ") AS (SELECT * FROM " + table + ") SELECT " + values + " FROM t") +
           "\n";
  }
  return all;
}

bool has_all_keys(store& db) {
  for (const keys::record& row : written().keys) {
    const auto found = db.answer(keys::find{row.id});
    if (!found || !*found || !same(**found, row)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("a migrated SQLite file has the tables, columns and indexes of a new one", "[migration]") {
  const sqlite_file old_file;
  REQUIRE(schema_of(old_file.path()) != fresh_schema());
  static_cast<void>(old_file.open());
  const std::string schema = schema_of(old_file.path());
  CHECK(schema == fresh_schema());
  CHECK(schema.find("owner") == std::string::npos);
  CHECK(schema.find("account") == std::string::npos);
  raw::connection db(old_file.path());
  CHECK(db.ask("PRAGMA user_version") == "3");
  CHECK(db.ask("PRAGMA application_id") == "1701536117");
  CHECK(db.ask("PRAGMA integrity_check") == "ok");
}

TEST_CASE("a migration changes no value of an SQLite file", "[migration]") {
  const sqlite_file old_file;
  const std::string before = rows_of(old_file.path());
  static_cast<void>(old_file.open());
  CHECK(rows_of(old_file.path()) == before);
}

TEST_CASE("a migrated SQLite file keeps its log", "[migration]") {
  const sqlite_file old_file;
  store db = old_file.open();
  raw::connection beside(old_file.path());
  CHECK(beside.ask("PRAGMA journal_mode") == "wal");
  CHECK(answer(db, keys::insert{key("key_a"), 0}) == keys::insert::reply::inserted);
  CHECK_FALSE(raw::bytes_of(old_file.path() + "-wal").empty());
  CHECK(beside.ask("SELECT count(*) FROM api_keys") == std::to_string(written().keys.size() + 1));
}

TEST_CASE("an SQLite file is migrated where none may be made", "[migration]") {
  const sqlite_file old_file;
  auto opened = store::open({.path = old_file.path(), .create = false});
  REQUIRE(opened.has_value());
  CHECK(has_all_keys(*opened));
}

TEST_CASE("a migrated SQLite file is opened again as it is", "[migration]") {
  const sqlite_file old_file;
  static_cast<void>(old_file.open());
  const std::string before = raw::bytes_of(old_file.path());
  static_cast<void>(old_file.open());
  CHECK(raw::bytes_of(old_file.path()) == before);
}

TEST_CASE("an SQLite file of 0.1 that lacks a table is refused and left as it is", "[migration]") {
  const sqlite_file old_file;
  raw::connection(old_file.path()).run("DROP TABLE allowlists");
  const std::string before = raw::bytes_of(old_file.path());
  CHECK(raw::refusal({.path = old_file.path()}) == errc::store_corrupt);
  CHECK(raw::bytes_of(old_file.path()) == before);
}

TEST_CASE("a statement of 0.1 that was prepared before a migration fails after it", "[migration]") {
  const sqlite_file old_file;
  sqlite3* before = nullptr;
  REQUIRE(sqlite3_open(old_file.path().c_str(), &before) == SQLITE_OK);
  sqlite3_stmt* asked = nullptr;
  REQUIRE(sqlite3_prepare_v2(before, "SELECT owner FROM api_keys", -1, &asked, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_step(asked) == SQLITE_ROW);
  sqlite3_reset(asked);
  static_cast<void>(old_file.open());
  CHECK(sqlite3_step(asked) == SQLITE_ERROR);
  sqlite3_finalize(asked);
  sqlite3_close(before);
}

TEST_CASE("processes that open one SQLite file of 0.1 at once all succeed", "[migration]") {
  for (int round = 0; round < 5; ++round) {
    const sqlite_file old_file;
    std::array<pid_t, 4> children{};
    for (std::size_t i = 0; i < children.size(); ++i)
      children[i] = raw::in_child([&] {
        auto opened = store::open({.path = old_file.path(), .busy_timeout = std::chrono::seconds(60)});
        if (!opened) return 1;
        if (!has_all_keys(*opened)) return 2;
        const auto added = opened->answer(keys::insert{key("key_" + std::to_string(i)), 0});
        return added && *added == keys::insert::reply::inserted ? 0 : 3;
      });
    for (const pid_t child : children) CHECK(raw::ended(child) == 0);
    store db = old_file.open();
    CHECK(has_all_keys(db));
    CHECK(answer(db, keys::list{subject_id("acc_1"), {}, 100}).size() == children.size());
    CHECK(schema_of(old_file.path()) == fresh_schema());
  }
}

TEST_CASE("a migration that fails at any access is done whole or not at all, and by the next opening",
          "[migration]") {
  const std::string today = fresh_schema();
  const int code = GENERATE(SQLITE_FULL, SQLITE_IOERR);
  bool has_failed = true;
  int unchanged = 0;
  for (int access = 0; has_failed; ++access) {
    INFO("access " << access);
    const sqlite_file old_file;
    const std::string rows = rows_of(old_file.path()), before = schema_of(old_file.path());
    {
      faulty::files files;
      files.fail_from(access, code);
      const auto opened = store::open({.path = old_file.path()});
      has_failed = files.has_failed();
      if (!opened) {
        const errc why = opened.error().code();
        CHECK((why == errc::store_unavailable || (code == SQLITE_FULL && why == errc::store_full)));
      }
    }
    const std::string left = schema_of(old_file.path());
    CHECK((left == before || left == today));
    unchanged += left == before ? 1 : 0;
    CHECK(rows_of(old_file.path()) == rows);
    store db = old_file.open();
    CHECK(has_all_keys(db));
    CHECK(schema_of(old_file.path()) == today);
    REQUIRE(access < 200);
  }
  CHECK(unchanged > 1);
}

TEST_CASE("a migration whose process is killed at any access is done whole or not at all", "[migration]") {
  const std::string today = fresh_schema();
  bool is_killed = true;
  for (int access = 0; is_killed; ++access) {
    INFO("access " << access);
    const sqlite_file old_file;
    const std::string rows = rows_of(old_file.path()), before = schema_of(old_file.path());
    const pid_t child = raw::in_child([&]() -> int {
      faulty::files files;
      int left = access;
      files.on_sync = files.on_write_lock = [&left] {
        if (left-- == 0) ::raise(SIGKILL);
      };
      return store::open({.path = old_file.path()}).has_value() ? 0 : 1;
    });
    const int end = raw::ended(child);
    is_killed = end == 128 + SIGKILL;
    if (!is_killed) CHECK(end == 0);
    const std::string left = schema_of(old_file.path());
    CHECK((left == before || left == today));
    CHECK(rows_of(old_file.path()) == rows);
    store db = old_file.open();
    CHECK(has_all_keys(db));
    REQUIRE(access < 100);
    if (!is_killed) CHECK(access > 3);
  }
}
