#include "sqlite/raw.hpp"

#include "sqlite/statements.hpp"

#include <sys/stat.h>

#include <filesystem>

using namespace records;
using ekauth::sqlite::store;
using raw::refusal;

namespace {

constexpr auto inserted = keys::insert::reply::inserted;

mode_t permissions(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

// Puts the current folder back.
class working_folder {
 public:
  explicit working_folder(const std::filesystem::path& other) : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(other);
  }
  ~working_folder() { std::filesystem::current_path(before_); }

 private:
  std::filesystem::path before_;
};

}  // namespace

TEST_CASE("what was stored is there when the file is opened again", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  {
    store db = raw::open(path);
    CHECK(*db.answer(keys::insert{full_key("key_a"), 0}) == inserted);
    CHECK(*db.answer(refresh::insert{full_session("fam_a")}) == refresh::insert::reply::inserted);
    CHECK(*db.answer(refresh::bump_epoch{subject_id("usr_1"), refresh::end_reason::admin, fixed::noon}) == 1);
  }
  // Closed well, all of it lies in the one file.
  CHECK_FALSE(std::filesystem::exists(path + "-wal"));
  store db = raw::open(path);
  CHECK(same(**db.answer(keys::find{key_id("key_a")}), full_key("key_a")));
  CHECK(same(**db.answer(refresh::find{family_id("fam_a")}),
             {full_session("fam_a"), 1, refresh::end_reason::admin}));
}

TEST_CASE("only the owner may read the file and those beside it, whatever the umask", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  const mode_t before = ::umask(0);
  store db = raw::open(path);
  CHECK(*db.answer(keys::insert{key("key_a"), 0}) == inserted);
  ::umask(before);
  for (const char* beside : {"", "-wal", "-shm"}) CHECK(permissions(path + beside) == 0600);
}

TEST_CASE("a store writes a log and waits for the disk", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  const store db = raw::open(path);
  raw::connection other(path);
  CHECK(other.ask("PRAGMA journal_mode") == "wal");
  CHECK(other.ask("PRAGMA application_id") == "1701536117");
  CHECK(other.ask("PRAGMA user_version") == "3");
  CHECK(other.ask("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%STRICT%'") ==
        "0");
}

TEST_CASE("every statement finds its rows by an index", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  const store db = raw::open(path);
  raw::connection other(path);
  using ekauth::sqlite::sql;
  for (std::size_t i = 0; i < ekauth::sqlite::all_statements; ++i) {
    if (i >= static_cast<std::size_t>(sql::begin) && i <= static_cast<std::size_t>(sql::rollback)) continue;
    const std::string text = ekauth::sqlite::statement_texts[i];
    const std::string plan = "\n" + other.ask("EXPLAIN QUERY PLAN " + text, 3);
    INFO(text << plan);
    for (const char* table : {"api_keys", "api_key_secrets", "sessions", "subjects", "f", "s", "u"})
      CHECK(plan.find("\nSCAN " + std::string(table) + "\n") == std::string::npos);
    CHECK(plan.find("AUTOMATIC") == std::string::npos);
  }
}

TEST_CASE("a path is a path: no URI, no database in memory", "[sqlite]") {
  const fixed::temporary_folder folder;
  const working_folder there(folder.path());
  for (const std::string name : {":memory:", "file:x?mode=memory", "a b", "%00"}) {
    store db = raw::open(name);
    CHECK(*db.answer(keys::insert{key("key_a"), 0}) == inserted);
    CHECK(std::filesystem::exists(folder.file(name)));
    store second = raw::open(name);
    CHECK((*second.answer(keys::find{key_id("key_a")})).has_value());
  }
}

TEST_CASE("options outside their limits are refused before anything is made", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  CHECK(refusal({.path = ""}) == errc::option_invalid);
  CHECK(refusal({.path = path + std::string("\0x", 2)}) == errc::option_invalid);
  CHECK(refusal({.path = path, .busy_timeout = duration(-1)}) == errc::option_invalid);
  CHECK(refusal({.path = path, .busy_timeout = std::chrono::hours(1) + duration(1)}) == errc::option_invalid);
  CHECK(refusal({.path = path, .readers = 0}) == errc::option_invalid);
  CHECK(refusal({.path = path, .readers = 65}) == errc::option_invalid);
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK(store::open({.path = path, .busy_timeout = std::chrono::hours(1), .readers = 64}).has_value());
  CHECK(store::open({.path = path, .busy_timeout = duration(0), .readers = 1}).has_value());
}

TEST_CASE("create decides whether a missing or an empty file becomes a store", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  CHECK(refusal({.path = path, .create = false}) == errc::store_unavailable);
  CHECK_FALSE(std::filesystem::exists(path));
  raw::write_file(path, "");
  CHECK(refusal({.path = path, .create = false}) == errc::store_corrupt);
  CHECK(raw::bytes_of(path).empty());
  CHECK(store::open({.path = path}).has_value());
  CHECK(store::open({.path = path, .create = false}).has_value());
}

TEST_CASE("a newer schema is refused and left as it is", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  static_cast<void>(raw::open(path));
  raw::connection(path).run("PRAGMA user_version = 4");
  const std::string before = raw::bytes_of(path);
  CHECK(refusal({.path = path}) == errc::store_schema_newer);
  CHECK(raw::bytes_of(path) == before);
  raw::connection(path).run("PRAGMA user_version = 3");
  CHECK(store::open({.path = path}).has_value());
}

TEST_CASE("a file of an older schema keeps its rows and gets the tables that it lacks", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  REQUIRE(*raw::open(path).answer(keys::insert{key("key_a"), 0}) == inserted);
  raw::connection(path).run(
      "DROP TABLE allowlists; ALTER TABLE api_keys RENAME COLUMN subject TO owner; DROP INDEX "
      "api_keys_of_subject;"
      "CREATE INDEX api_keys_of_owner ON api_keys (owner, id); PRAGMA user_version = 1");
  store db = *store::open({.path = path, .create = GENERATE(true, false)});
  CHECK((*db.answer(keys::find{key_id("key_a")})).has_value());
  CHECK(*db.answer(allowlists::save{{{subject_id("acc_1")}, true, {}, fixed::noon, 1}, 0}));
  CHECK(raw::connection(path).ask("PRAGMA user_version") == "3");
}

TEST_CASE("a file of somebody else is refused and left as it is", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("other.db");
  SECTION("with tables") { raw::connection(path).run("CREATE TABLE t (x); INSERT INTO t VALUES (1)"); }
  SECTION("with a log that was not folded in") {
    raw::connection(path).run("PRAGMA journal_mode = WAL; CREATE TABLE t (x)");
    const pid_t child = raw::in_child([&] {
      sqlite3* db = nullptr;
      sqlite3_open(path.c_str(), &db);
      return sqlite3_exec(db, "INSERT INTO t VALUES (1)", nullptr, nullptr, nullptr);  // and never closes
    });
    CHECK(raw::ended(child) == 0);
    CHECK_FALSE(raw::bytes_of(path + "-wal").empty());
  }
  SECTION("with an application of its own") { raw::connection(path).run("PRAGMA application_id = 7"); }
  SECTION("with a version of its own") { raw::connection(path).run("PRAGMA user_version = 1"); }
  SECTION("with another encoding") {
    raw::connection(path).run("PRAGMA encoding = 'UTF-16'; CREATE TABLE t (x); DROP TABLE t");
  }
  SECTION("with our name alone") { raw::connection(path).run("PRAGMA application_id = 1701536117"); }
  SECTION("with our marks, but other tables") {
    raw::connection(path).run(
        "PRAGMA application_id = 1701536117; PRAGMA user_version = 1; PRAGMA journal_mode = WAL");
  }
  SECTION("that is no database") { raw::write_file(path, std::string(8192, 'x')); }
  SECTION("that is a word") { raw::write_file(path, "hello"); }
  const std::string before = raw::bytes_of(path), log = raw::bytes_of(path + "-wal");
  CHECK(refusal({.path = path}) == errc::store_corrupt);
  CHECK(raw::bytes_of(path) == before);
  CHECK(raw::bytes_of(path + "-wal") == log);
}

TEST_CASE("what cannot be opened is unavailable", "[sqlite]") {
  const fixed::temporary_folder folder;
  CHECK(refusal({.path = folder.path()}) == errc::store_unavailable);
  CHECK(refusal({.path = folder.file("no/such/folder.db")}) == errc::store_unavailable);
  std::filesystem::create_symlink(folder.file("nowhere/x"), folder.file("dangling"));
  CHECK(refusal({.path = folder.file("dangling")}) == errc::store_unavailable);
}

TEST_CASE("a file that may only be read is unavailable", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  static_cast<void>(raw::open(path));
  REQUIRE(::chmod(path.c_str(), 0444) == 0);
  REQUIRE(::chmod(folder.path().c_str(), 0777) == 0);  // so that only the file is in the way
  const std::string before = raw::bytes_of(path);
  const pid_t child = raw::in_child([&] {
    if (::getuid() == 0 && ::setuid(65534) != 0) return 1;  // root may write anything
    const auto opened = store::open({.path = path});
    return !opened && opened.error().code() == errc::store_unavailable ? 0 : 2;
  });
  CHECK(raw::ended(child) == 0);
  CHECK(raw::bytes_of(path) == before);
}

TEST_CASE("a file that was cut off is damaged, not empty", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  {
    store db = raw::open(path);
    for (int i = 0; i < 200; ++i)
      CHECK(*db.answer(keys::insert{key("key_" + std::to_string(i)), 0}) == inserted);
  }
  const auto whole = std::filesystem::file_size(path);
  std::filesystem::resize_file(path, whole / 4096 / 2 * 4096);
  auto opened = store::open({.path = path});
  if (opened) {
    // The first pages may still make sense; a read that needs the missing ones must not answer "unknown".
    int found = 0, corrupt = 0, unknown = 0;
    for (int i = 0; i < 200; ++i) {
      const auto row = opened->answer(keys::find{key_id("key_" + std::to_string(i))});
      if (!row)
        ++(row.error().code() == errc::store_corrupt ? corrupt : unknown);
      else
        ++(*row ? found : unknown);
    }
    CHECK(corrupt > 0);
    CHECK(unknown == 0);
  } else {
    CHECK(opened.error().code() == errc::store_corrupt);
  }
}

TEST_CASE("a store that moved answers at its new place, and closes what it replaces", "[sqlite]") {
  const fixed::temporary_folder folder;
  store first = raw::open(folder.file("a.db"));
  CHECK(*first.answer(keys::insert{key("key_a"), 0}) == inserted);
  store second(std::move(first));
  CHECK((*second.answer(keys::find{key_id("key_a")})).has_value());
  second = raw::open(folder.file("b.db"));
  CHECK_FALSE((*second.answer(keys::find{key_id("key_a")})).has_value());
  CHECK_FALSE(std::filesystem::exists(folder.file("a.db-wal")));
  first = std::move(second);
  store& same = first;
  first = std::move(same);
  CHECK(*first.answer(keys::insert{key("key_b"), 0}) == inserted);
}
