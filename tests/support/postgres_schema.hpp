// A schema of a test's own, in the PostgreSQL that the tests were started beside.
#pragma once

#include <ekauth/postgres.hpp>

#include "catch.hpp"

#include <libpq-fe.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace fixed {

/// A connection that ekauth knows nothing of.
class postgres_connection {
 public:
  explicit postgres_connection(const std::string& conninfo) : open_(PQconnectdb(conninfo.c_str())) {
    INFO(PQerrorMessage(open_.get()));
    REQUIRE(PQstatus(open_.get()) == CONNECTION_OK);
    PQsetNoticeProcessor(
        open_.get(), [](void*, const char*) {}, nullptr);
  }

  /// The first column of all rows, one a line.
  std::string ask(const std::string& sql) const {
    INFO(sql);
    const std::unique_ptr<PGresult, decltype(&PQclear)> got(PQexec(open_.get(), sql.c_str()), &PQclear);
    INFO(PQresultErrorMessage(got.get()));
    const ExecStatusType how = PQresultStatus(got.get());
    REQUIRE((how == PGRES_TUPLES_OK || how == PGRES_COMMAND_OK));
    std::string all;
    for (int row = 0; row < PQntuples(got.get()); ++row)
      all += (row == 0 ? "" : "\n") +
             std::string(PQgetisnull(got.get(), row, 0) ? "NULL" : PQgetvalue(got.get(), row, 0));
    return all;
  }
  void run(const std::string& sql) const { static_cast<void>(ask(sql)); }

 private:
  struct closer {
    void operator()(PGconn* open) const noexcept { PQfinish(open); }
  };
  std::unique_ptr<PGconn, closer> open_;
};

/// What PostgreSQL said of its troubles.
struct words final : ekauth::postgres::log {
  std::string all;
  void write(std::string_view more) noexcept override { all += more; }
};

/// The server that tests/support/with_postgres started.
inline std::string postgres_conninfo() {
  const char* const named = std::getenv("EKAUTH_TEST_POSTGRES");
  INFO("run these tests through with_postgres");
  REQUIRE(named != nullptr);
  return named;
}

/// The tables of a fresh store. Gone with this object.
class postgres_schema {
 public:
  explicit postgres_schema(std::string conninfo = postgres_conninfo()) : conninfo_(std::move(conninfo)) {
    static int count = 0;
    name_ = "test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
    REQUIRE(ekauth::postgres::store::migrate(how()).has_value());
  }
  postgres_schema(const postgres_schema&) = delete;
  postgres_schema& operator=(const postgres_schema&) = delete;
  ~postgres_schema() { postgres_connection(conninfo_).run("DROP SCHEMA " + name_ + " CASCADE"); }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// How its stores connect; each session of theirs bears the schema's name.
  [[nodiscard]] ekauth::postgres::options how() const {
    return {.conninfo = conninfo_ + " application_name=" + name_, .schema = name_};
  }

  /// A store that must open.
  [[nodiscard]] ekauth::postgres::store open() const { return open(how()); }
  [[nodiscard]] static ekauth::postgres::store open(ekauth::postgres::options how) {
    auto opened = ekauth::postgres::store::open(std::move(how));
    INFO((opened ? "" : opened.error().text()));
    REQUIRE(opened.has_value());
    return *std::move(opened);
  }

  /// A connection that finds the tables without their schema's name.
  [[nodiscard]] postgres_connection raw() const {
    postgres_connection made(conninfo_);
    made.run("SET search_path = " + name_);
    return made;
  }

 private:
  std::string conninfo_;
  std::string name_;
};

}  // namespace fixed
