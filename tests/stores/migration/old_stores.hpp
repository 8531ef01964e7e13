// Stores that release 0.1 wrote: a copy for each test, as tests/data/stores_0_1 has them.
#pragma once

#include <ekauth/sqlite.hpp>

#include "catch.hpp"
#include "redis/server.hpp"
#include "sqlite/raw.hpp"
#include "support/postgres_schema.hpp"
#include "support/temporary.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace old {

using namespace ekauth;

inline const std::string data = EKAUTH_TEST_DATA "/stores_0_1/";

inline std::string hex(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text.push_back(digits[static_cast<unsigned char>(c) >> 4]);
    text.push_back(digits[static_cast<unsigned char>(c) & 15]);
  }
  return text;
}

/// A database of SQLite, in a folder of its own.
class sqlite_file {
 public:
  sqlite_file() { raw::write_file(path(), raw::bytes_of(data + "store.db")); }
  [[nodiscard]] std::string path() const { return folder_.file("store.db"); }
  [[nodiscard]] sqlite::store open() const { return raw::open(path()); }

 private:
  fixed::temporary_folder folder_;
};

/// The schema ekauth of the PostgreSQL server, which is not there at first. Gone with this object.
class postgres_schema {
 public:
  postgres_schema() { drop(); }
  postgres_schema(const postgres_schema&) = delete;
  postgres_schema& operator=(const postgres_schema&) = delete;
  ~postgres_schema() { drop(); }
  void load() const { raw().run(raw::bytes_of(data + "postgres.sql")); }
  [[nodiscard]] static postgres::options how() { return {.conninfo = fixed::postgres_conninfo()}; }
  [[nodiscard]] static fixed::postgres_connection raw() {
    return fixed::postgres_connection(fixed::postgres_conninfo());
  }

 private:
  static void drop() { raw().run("DROP SCHEMA IF EXISTS ekauth CASCADE"); }
};

/// A Redis server of a test's own.
class redis_server {
 public:
  redis_server()
      : folder_(with_snapshot()),
        server_({"--dir", folder_->path(), "--dbfilename", "redis.rdb", "--appendonly", "no"}) {}
  [[nodiscard]] const lane::server& server() const { return server_; }
  [[nodiscard]] redis::store open() const { return server_.open(); }

 private:
  static std::unique_ptr<fixed::temporary_folder> with_snapshot() {
    auto made = std::make_unique<fixed::temporary_folder>();
    raw::write_file(made->file("redis.rdb"), raw::bytes_of(data + "redis.rdb"));
    return made;
  }
  std::unique_ptr<fixed::temporary_folder> folder_;
  lane::server server_;
};

using every_store = storage::joined<keys::store, refresh::store, allowlists::store>;

/// What a store answers, which must be no error.
template <class Request>
typename Request::reply answer(every_store& db, const Request& request) {
  auto answered = db.answer(request);
  REQUIRE(answered.has_value());
  return *std::move(answered);
}

/// A store that was opened, which migrated it, and another handle on the same data, opened after that.
struct migrated {
  std::string_view engine;
  std::shared_ptr<void> keeper;  // owns the stores, and where their data lies
  every_store *here, *there;
  std::function<std::string(const subject_id&)> changed_at;  // of a subject's row
};

inline migrated migrate_sqlite() {
  struct all {
    sqlite_file file;
    sqlite::store here = file.open(), there = file.open();
  };
  const auto made = std::make_shared<all>();
  return {"sqlite", made, &made->here, &made->there, [made](const subject_id& id) {
            return raw::connection(made->file.path())
                .ask("SELECT changed_at FROM subjects WHERE hex(subject) = upper('" + hex(id.text()) + "')");
          }};
}

inline migrated migrate_postgres() {
  struct loaded : postgres_schema {
    loaded() {
      load();
      REQUIRE(postgres::store::migrate(how()).has_value());
    }
  };
  struct all {
    loaded tables;
    postgres::store here = fixed::postgres_schema::open(loaded::how()),
                    there = fixed::postgres_schema::open(loaded::how());
  };
  const auto made = std::make_shared<all>();
  return {"postgres", made, &made->here, &made->there, [](const subject_id& id) {
            return postgres_schema::raw().ask("SELECT changed_at FROM ekauth.subjects WHERE subject = '\\x" +
                                              hex(id.text()) + "'");
          }};
}

inline migrated migrate_redis() {
  struct all {
    redis_server server;
    redis::store here = server.open(), there = server.open();
  };
  const auto made = std::make_shared<all>();
  return {"redis", made, &made->here, &made->there, [made](const subject_id& id) {
            return made->server.server().ask({"HGET", "{ekauth}:subject:" + id.text(), "changed_at"});
          }};
}

/// Runs a test on each engine's store of 0.1.
template <class Test>
void on_each(const Test& test) {
  for (const auto& migrate : {migrate_sqlite, migrate_postgres, migrate_redis}) {
    const migrated store = migrate();
    INFO(store.engine);
    test(store);
  }
}

}  // namespace old
