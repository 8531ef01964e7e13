// Writers and readers that wait: for the locks of others, and for the disk.
#include "sqlite/faulty_files.hpp"
#include "sqlite/writes.hpp"

#include <atomic>
#include <future>
#include <latch>

using namespace writing;

TEST_CASE("a file that others keep locked is busy for writes, and after the timeout only", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  store db = raw::open(path, duration(GENERATE(0, 30)));
  fill(db);
  const picture before = picture_of(db);
  {
    raw::connection other(path);
    other.run("BEGIN IMMEDIATE; UPDATE subjects SET epoch = 5");
    for (const write_request& one : writes) {
      INFO(one.name);
      CHECK(one.act(db).error().code() == errc::store_busy);
    }
    CHECK(same(picture_of(db), before));  // readers do not wait for writers
    other.run("ROLLBACK");
  }
  for (const write_request& one : writes) {
    INFO(one.name);
    if (std::string_view(one.name) == "insert_session") break;  // the rest depend on each other
    CHECK(*one.act(db));
  }
}

TEST_CASE("a write sees what another process committed just before it, and does not fail over it",
          "[sqlite]") {
  const fixed::temporary_folder folder;
  faulty::files files;
  const std::string path = folder.file("store.db");
  store db = raw::open(path);
  raw::connection other(path);
  const auto meanwhile = [&](const std::string& sql) {
    files.on_write_lock = [&other, sql, done = false]() mutable {
      if (std::exchange(done, true)) return;  // its own locks
      other.run(sql);
    };
  };
  meanwhile("INSERT INTO subjects VALUES ('usr_1', 1, 1, 0)");
  CHECK(*db.answer(refresh::insert{session("a")}) == refresh::insert::reply::epoch_changed);
  REQUIRE(*db.answer(keys::insert{key("a"), 0}) == keys::insert::reply::inserted);
  meanwhile("UPDATE api_keys SET state = 3");
  CHECK(*db.answer(keys::insert{key("b"), 1}) == keys::insert::reply::inserted);
}

TEST_CASE("a store that another one makes at the same moment is opened", "[sqlite]") {
  const fixed::temporary_folder folder;
  faulty::files files;
  const std::string path = folder.file("store.db");
  int locks = 0;
  const int at = GENERATE(range(1, 9));
  INFO("before lock " << at);
  files.on_write_lock = [&] {
    // What it answers itself depends on what is held at that moment.
    if (++locks == at) static_cast<void>(store::open({.path = path, .busy_timeout = duration(0)}));
  };
  CHECK(store::open({.path = path}).has_value());
  CHECK(locks > 0);
  CHECK(store::open({.path = path}).has_value());
}

TEST_CASE("a new file that others hold is busy after the timeout, or opened when they let go", "[sqlite]") {
  const fixed::temporary_folder folder;
  int locks = 0;  // counted until the last connection has closed
  faulty::files files;
  const std::string path = folder.file("store.db");
  raw::connection other(path);
  other.run(GENERATE("BEGIN IMMEDIATE", "BEGIN; SELECT * FROM sqlite_schema"));
  const auto start = std::chrono::steady_clock::now();
  CHECK(raw::refusal({.path = path, .busy_timeout = duration(200)}) == errc::store_busy);
  CHECK(std::chrono::steady_clock::now() - start <
        std::chrono::seconds(5));  // once the timeout, not its square

  files.on_write_lock = [&] {
    if (++locks == 3) other.run("ROLLBACK");
  };
  CHECK(store::open({.path = path}).has_value());
}

TEST_CASE("every write waits for the disk before it answers", "[sqlite]") {
  const fixed::temporary_folder folder;
  int waits = 0;  // counted until the store has closed
  faulty::files files;
  store db = raw::open(folder.file("store.db"));
  fill(db);
  files.on_sync = [&] { ++waits; };
  for (const write_request& one : writes) {
    INFO(one.name);
    const int before = waits;
    CHECK(*one.act(db));
    CHECK(waits > before);
  }
}

TEST_CASE("a writer that waits for the disk makes others busy, and no reader wait", "[sqlite]") {
  const fixed::temporary_folder folder;
  std::latch reached(1), go_on(1);
  faulty::files files;
  store db = raw::open(folder.file("store.db"), duration(20));
  fill(db);
  files.on_sync = [&] {
    reached.count_down();
    go_on.wait();
  };
  auto slow = std::async(std::launch::async, [&] { return db.answer(refresh::insert{session("slow")}); });
  reached.wait();
  CHECK(db.answer(refresh::insert{session("other")}).error().code() == errc::store_busy);
  CHECK((*db.answer(refresh::find{family_id("a")})).has_value());
  CHECK_FALSE((*db.answer(refresh::find{family_id("slow")})).has_value());  // not on disk, not there
  go_on.count_down();
  CHECK(*slow.get() == refresh::insert::reply::inserted);
  files.on_sync = nullptr;
  CHECK((*db.answer(refresh::find{family_id("slow")})).has_value());
}

TEST_CASE("when all readers are taken, one more waits for its turn or is busy", "[sqlite]") {
  const fixed::temporary_folder folder;
  std::latch reached(1), go_on(1);
  std::atomic<bool> first = true;
  faulty::files files;
  auto opened = store::open({.path = folder.file("store.db"), .busy_timeout = duration(20), .readers = 1});
  REQUIRE(opened.has_value());
  fill(*opened);
  files.on_read = [&] {
    if (!first.exchange(false)) return;
    reached.count_down();
    go_on.wait();
  };
  auto slow = std::async(std::launch::async, [&] { return opened->answer(keys::find{key_id("a")}); });
  reached.wait();
  CHECK(opened->answer(keys::find{key_id("b")}).error().code() == errc::store_busy);
  go_on.count_down();
  CHECK((*slow.get()).has_value());
  CHECK((*opened->answer(keys::find{key_id("b")})).has_value());
}
