#include "sqlite/faulty_calls.hpp"
#include "sqlite/faulty_files.hpp"
#include "sqlite/writes.hpp"

#include <sys/resource.h>

#include <csignal>

using namespace writing;

TEST_CASE("a write that fails at any access changes nothing, and succeeds once the trouble is over",
          "[sqlite]") {
  const int code = GENERATE(SQLITE_FULL, SQLITE_IOERR);
  for (const write_request& one : writes) {
    INFO(one.name);
    bool has_failed = true;
    for (int access = 0; has_failed; ++access) {
      INFO("access " << access);
      const fixed::temporary_folder folder;
      faulty::files files;
      const std::string path = folder.file("store.db");
      {
        store db = raw::open(path);
        fill(db);
        const picture before = picture_of(db);
        files.fail_from(access, code);
        const auto answer = one.act(db);
        has_failed = files.has_failed();
        files.heal();
        if (!answer) {
          const errc why = answer.error().code();
          CHECK((why == errc::store_unavailable || (code == SQLITE_FULL && why == errc::store_full)));
          CHECK(same(picture_of(db), before));
          const auto again = one.act(db);
          REQUIRE(again.has_value());
          CHECK(*again);
        } else {
          CHECK_FALSE(has_failed);
          CHECK(*answer);
        }
      }
      CHECK(raw::connection(path).ask("PRAGMA integrity_check") == "ok");
      REQUIRE(access < 100);
    }
  }
}

TEST_CASE("a write in which any call of SQLite fails changes nothing, and succeeds the next time",
          "[sqlite]") {
  const fixed::temporary_folder folder;
  for (const write_request& one : writes) {
    INFO(one.name);
    bool has_failed = true;
    for (int number = 0; has_failed; ++number) {
      INFO("call " << number);
      store db = raw::open(folder.file(one.name + std::to_string(number)));
      fill(db);
      const picture before = picture_of(db);
      result<bool> answer = false;
      {
        const faulty::calls failing(number, SQLITE_NOMEM);
        answer = one.act(db);
        has_failed = failing.has_failed();
      }
      CHECK(answer.has_value() != has_failed);
      if (!answer) {
        CHECK(answer.error().code() == errc::store_unavailable);
        CHECK(same(picture_of(db), before));
        answer = one.act(db);
        REQUIRE(answer.has_value());
      }
      CHECK(*answer);
      REQUIRE(number < 100);
    }
  }
}

TEST_CASE("whether a session that is not there was ended is not guessed when the question fails",
          "[sqlite]") {
  const fixed::temporary_folder folder;
  store db = raw::open(folder.file("store.db"));
  const refresh::revoke request{family_id("unknown"), refresh::end_reason::admin, fixed::noon};
  bool has_failed = true;
  for (int number = 0; has_failed; ++number) {
    INFO("call " << number);
    const faulty::calls failing(number, SQLITE_IOERR);
    const auto answer = db.answer(request);
    has_failed = failing.has_failed();
    if (has_failed)
      CHECK(answer.error().code() == errc::store_unavailable);
    else
      CHECK(*answer == refresh::revoke::reply::missing);
  }
}

TEST_CASE("opening in which any call of SQLite fails is refused, and works the next time", "[sqlite]") {
  const fixed::temporary_folder folder;
  bool has_failed = true;
  for (int number = 0; has_failed; ++number) {
    INFO("call " << number);
    const std::string path = folder.file(std::to_string(number));
    {
      const faulty::calls failing(number, SQLITE_NOMEM);
      const auto opened = store::open({.path = path, .readers = 1});
      has_failed = failing.has_failed();
      CHECK(opened.has_value() != has_failed);
      if (!opened) CHECK(opened.error().code() == errc::store_unavailable);
    }
    store db = raw::open(path);
    fill(db);
    REQUIRE(number < 500);
  }
}

TEST_CASE("each kind of trouble that SQLite has is named", "[sqlite]") {
  const fixed::temporary_folder folder;
  store db = raw::open(folder.file("store.db"));
  const std::pair<int, errc> kinds[] = {{SQLITE_BUSY, errc::store_busy},
                                        {SQLITE_LOCKED, errc::store_busy},
                                        {SQLITE_PROTOCOL, errc::store_busy},
                                        {SQLITE_BUSY_SNAPSHOT, errc::store_busy},
                                        {SQLITE_FULL, errc::store_full},
                                        {SQLITE_NOTADB, errc::store_corrupt},
                                        {SQLITE_CORRUPT, errc::store_corrupt},
                                        {SQLITE_CONSTRAINT, errc::store_corrupt},
                                        {SQLITE_READONLY, errc::store_unavailable},
                                        {SQLITE_CANTOPEN, errc::store_unavailable},
                                        {SQLITE_IOERR, errc::store_unavailable},
                                        {SQLITE_TOOBIG, errc::store_unavailable},
                                        {SQLITE_NOMEM, errc::store_unavailable},
                                        {SQLITE_MISUSE, errc::store_unavailable}};
  for (const auto& [code, named] : kinds) {
    INFO(code);
    const faulty::calls failing(0, code);
    CHECK(db.answer(keys::find{key_id("a")}).error().code() == named);
  }
}

TEST_CASE("a text for which SQLite has no memory is no empty text", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  store db = raw::open(path);
  fill(db);
  faulty::no_texts = true;
  const auto found = db.answer(keys::find{key_id("a")});
  const auto opened = store::open({.path = path});
  faulty::no_texts = false;
  CHECK(found.error().code() == errc::store_corrupt);
  CHECK(opened.error().code() == errc::store_corrupt);
  CHECK((*db.answer(keys::find{key_id("a")})).has_value());
}

TEST_CASE("an SQLite that is too old, or built for one thread, opens nothing", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  faulty::version = 3036000;
  CHECK(raw::refusal({.path = path}) == errc::store_unavailable);
  faulty::version = SQLITE_VERSION_NUMBER;
  faulty::threads = 0;
  CHECK(raw::refusal({.path = path}) == errc::store_unavailable);
  faulty::threads = 1;
  CHECK(raw::bytes_of(path).empty());
  CHECK(store::open({.path = path}).has_value());
}

TEST_CASE("a file is made for its owner alone where the system makes none by mknod", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  faulty::node_error = GENERATE(EPERM, EINVAL, ENOSYS, ENOTSUP);
  SECTION("and it is there then") {
    CHECK(store::open({.path = path}).has_value());
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
  }
  SECTION("unless somebody else was faster") {
    faulty::is_made_meanwhile = true;
    CHECK(store::open({.path = path}).has_value());
    faulty::is_made_meanwhile = false;
  }
  SECTION("unless there is no folder for it") {
    CHECK(raw::refusal({.path = folder.file("no/store.db")}) == errc::store_unavailable);
  }
  faulty::node_error = 0;
}

TEST_CASE("a file for which there is no space is told from one that cannot be opened", "[sqlite]") {
  const fixed::temporary_folder folder;
  for (const auto& [why, code] : {std::pair{ENOSPC, errc::store_full}, std::pair{EDQUOT, errc::store_full},
                                  std::pair{EACCES, errc::store_unavailable}}) {
    faulty::node_error = why;
    CHECK(raw::refusal({.path = folder.file("store.db")}) == code);
  }
  faulty::node_error = 0;
}

TEST_CASE("a file on which processes could not share the log is refused", "[sqlite]") {
  const fixed::temporary_folder folder;
  faulty::files files;
  files.share_nothing();
  CHECK(raw::refusal({.path = folder.file("store.db")}) == errc::store_unavailable);
}

TEST_CASE("a full disk is named as such", "[sqlite]") {
  const fixed::temporary_folder folder;
  faulty::files files;
  store db = raw::open(folder.file("store.db"));
  files.fail_from(0, SQLITE_FULL);
  for (const write_request& one : writes) {
    INFO(one.name);
    if (std::string_view(one.name) == "insert_key" || std::string_view(one.name) == "bump_subject_epoch")
      CHECK(one.act(db).error().code() == errc::store_full);
  }
}

TEST_CASE("opening fails at any access without harm to a later opening", "[sqlite]") {
  const int code = GENERATE(SQLITE_FULL, SQLITE_IOERR);
  bool has_failed = true;
  for (int access = 0; has_failed; ++access) {
    INFO("access " << access);
    const fixed::temporary_folder folder;
    faulty::files files;
    const std::string path = folder.file("store.db");
    files.fail_from(access, code);
    {
      const auto opened = store::open({.path = path});
      has_failed = files.has_failed();
      if (!opened) {
        const errc why = opened.error().code();
        CHECK((why == errc::store_unavailable || (code == SQLITE_FULL && why == errc::store_full)));
      }
    }
    files.heal();
    store db = raw::open(path);
    fill(db);
    REQUIRE(access < 200);
  }
}

TEST_CASE("a read that fails is an error, not an absence", "[sqlite]") {
  const fixed::temporary_folder folder;
  faulty::files files;
  const std::string path = folder.file("store.db");
  store db = raw::open(path);
  fill(db);
  files.fail_reads(true);
  CHECK(db.answer(keys::find{key_id("a")}).error().code() == errc::store_unavailable);
  CHECK(db.answer(keys::find{key_id("unknown")}).error().code() == errc::store_unavailable);
  CHECK(db.answer(keys::list{subject_id("acc_1"), {}, all}).error().code() == errc::store_unavailable);
  CHECK(db.answer(refresh::find{family_id("unknown")}).error().code() == errc::store_unavailable);
  CHECK(db.answer(refresh::list{subject_id("usr_1"), {}, all}).error().code() == errc::store_unavailable);
  CHECK(db.answer(refresh::read_epoch{subject_id("usr_1")}).error().code() == errc::store_unavailable);
  CHECK(db.answer(allowlists::find{account}).error().code() == errc::store_unavailable);
  files.heal();
  CHECK((*db.answer(keys::find{key_id("a")})).has_value());
  CHECK_FALSE((*db.answer(keys::find{key_id("unknown")})).has_value());
  CHECK(*db.answer(refresh::read_epoch{subject_id("usr_1")}) == 0);
}

TEST_CASE("a file that may grow no more refuses writes, serves reads, and recovers with its space",
          "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  const pid_t child = raw::in_child([&]() -> int {
    ::signal(SIGXFSZ, SIG_IGN);
    auto opened = store::open({.path = path});
    if (!opened) return 1;
    store& db = *opened;
    struct rlimit limit {};
    if (::getrlimit(RLIMIT_FSIZE, &limit) != 0) return 2;
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 200'000;
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 3;
    int added = 0;
    for (; added < 10'000; ++added) {
      const auto answer = db.answer(keys::insert{key(std::to_string(added)), 0});
      if (answer) continue;
      if (answer.error().code() != errc::store_unavailable && answer.error().code() != errc::store_full)
        return 4;
      break;
    }
    if (added == 0 || added == 10'000) return 5;
    const auto rows = db.answer(keys::list{subject_id("acc_1"), {}, 20'000});
    if (!rows || rows->size() != static_cast<std::size_t>(added)) return 6;
    limit.rlim_cur = before;
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 7;
    const auto again = db.answer(keys::insert{key(std::to_string(added)), 0});
    return again && *again == keys::insert::reply::inserted ? 0 : 8;
  });
  CHECK(raw::ended(child) == 0);
  CHECK(raw::connection(path).ask("PRAGMA integrity_check") == "ok");
}
