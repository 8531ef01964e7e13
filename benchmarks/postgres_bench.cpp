// What the PostgreSQL store costs over libpq used by hand: the same statements with the same parameters,
// whose answers are thrown away. Run it beside a server:
//
//   build/release/tests/with_postgres build/release/benchmarks/postgres_bench
//       --benchmark_enable_random_interleaving=true --benchmark_repetitions=15 --benchmark_min_time=0.2
//       --benchmark_report_aggregates_only=true
#include <ekauth/keys.hpp>
#include <ekauth/postgres.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include <benchmark/benchmark.h>
#include <libpq-fe.h>

#include "postgres/acts.hpp"
#include "support/fixed.hpp"

#include <cstdlib>
#include <memory>

using namespace ekauth;
using fixed::noon;

namespace {

constexpr scope::registry scopes{{"events:read"}, {"events:write"}};

std::string conninfo() {
  const char* const named = std::getenv("EKAUTH_TEST_POSTGRES");
  if (named == nullptr) std::abort();
  return named;
}

// One connection, as libpq is used by hand: parsed and planned each time, or once.
class by_hand {
 public:
  explicit by_hand(bool prepare) : prepare_(prepare), link_(PQconnectdb(conninfo().c_str()), PQfinish) {}

  using row = std::unique_ptr<PGresult, void (*)(PGresult*)>;
  row ask(postgres::sql which, const postgres::parameters::table& with) {
    const auto at = static_cast<std::size_t>(which);
    const std::string name = "by_hand_" + std::to_string(at);
    if (prepare_ && !named_[at]) {
      PQclear(
          PQprepare(link_.get(), name.c_str(), postgres::statement_texts[at], with.count, with.types.data()));
      named_[at] = true;
    }
    row answer(prepare_
                   ? PQexecPrepared(link_.get(), name.c_str(), with.count, with.values.data(),
                                    with.lengths.data(), with.formats.data(), 1)
                   : PQexecParams(link_.get(), postgres::statement_texts[at], with.count, with.types.data(),
                                  with.values.data(), with.lengths.data(), with.formats.data(), 1),
               PQclear);
    const ExecStatusType how = PQresultStatus(answer.get());
    if (how != PGRES_TUPLES_OK && how != PGRES_COMMAND_OK) std::abort();
    return answer;
  }

 private:
  bool prepare_;
  std::unique_ptr<PGconn, void (*)(PGconn*)> link_;
  std::array<bool, postgres::all_statements> named_{};
};

// Two stores on one key, and the services that made it.
struct shared {
  postgres::store plain = open(false), prepared = open(true);
  keys::service api_keys = *keys::service::make(fixed::roots(), scopes);
  refresh::service sessions = *refresh::service::make(fixed::roots());
  std::optional<keys::created> made;

  shared() {
    auto answer =
        run(api_keys.create({.granted = {subject_id("acc_1"), *scope::list::parse_spaced("events:read")},
                             .name = "Production"},
                            noon),
            plain);
    if (!answer) std::abort();
    made = *std::move(answer);
  }
  [[nodiscard]] postgres::store& of(bool prepare) { return prepare ? prepared : plain; }

 private:
  static postgres::store open(bool prepare) {
    const postgres::options how{.conninfo = conninfo(), .prepare = prepare};
    if (!postgres::store::migrate(how)) std::abort();
    auto opened = postgres::store::open(how);
    if (!opened) std::abort();
    return *std::move(opened);
  }
};

shared& here() {
  static shared one;
  return one;
}

void find_key_by_hand(benchmark::State& state, bool prepare) {
  by_hand link(prepare);
  const auto asked = postgres::parameters::of(here().made->key.id);
  const auto with = asked.for_libpq();
  for (auto _ : state) benchmark::DoNotOptimize(link.ask(postgres::sql::find_key, with));
}

void find_key(benchmark::State& state, bool prepare) {
  postgres::store& db = here().of(prepare);
  const keys::find asked{here().made->key.id};
  for (auto _ : state) benchmark::DoNotOptimize(db.find_key(asked));
}

void verify_key(benchmark::State& state, bool prepare) {
  postgres::store& db = here().of(prepare);
  for (auto _ : state) {
    auto who = run(here().api_keys.verify(here().made->token.expose(), {.now = noon}), db);
    if (!who) std::abort();
    benchmark::DoNotOptimize(who);
  }
}

refresh::record fresh_session() {
  static int count = 0;
  refresh::record row;
  row.id = family_id("family" + std::to_string(1'000'000'000 + count++));
  row.granted = {subject_id("usr_1"), *scope::list::parse_spaced("events:read")};
  row.created_at = row.rotated_at = row.last_ok_at = noon;
  row.idle_deadline = noon + std::chrono::hours(720);
  const auto added = here().plain.insert_session({row});
  if (!added || *added != refresh::insert::reply::inserted) std::abort();
  return row;
}

// find and advance, as one rotation asks them.
void rotate_by_hand(benchmark::State& state, bool prepare) {
  by_hand link(prepare);
  const refresh::record row = fresh_session();
  const auto id = postgres::parameters::of(row.id);
  const auto find = id.for_libpq();
  std::uint64_t version = 1;
  for (auto _ : state) {
    benchmark::DoNotOptimize(link.ask(postgres::sql::find_session, find));
    const auto next = postgres::parameters::of(row.id, version, row.generation, row.slot, row.current,
                                               row.previous, row.salt, row.rotated_at, row.last_ok_at,
                                               row.confirmed_at, row.replays, row.idle_deadline, version + 1);
    if (PQcmdTuples(link.ask(postgres::sql::advance_session, next.for_libpq()).get())[0] != '1') std::abort();
    ++version;
  }
}

void rotate(benchmark::State& state, bool prepare) {
  postgres::store& db = here().of(prepare);
  const refresh::record row = fresh_session();
  for (auto _ : state) {
    auto found = db.find_session({row.id});
    if (!found || !*found) std::abort();
    const std::uint64_t version = (*found)->row.version;
    const auto stored = db.advance_session({std::move((*found)->row), version});
    if (!stored || !*stored) std::abort();
  }
}

void refresh_token(benchmark::State& state, bool prepare) {
  postgres::store& db = here().of(prepare);
  auto session = run(here().sessions.login({.granted = {subject_id("usr_1")}, .epoch = 0}, noon), db);
  for (auto _ : state) {
    session = run(here().sessions.refresh(session->token.expose(), {.now = noon}), db);
    if (!session) std::abort();
  }
}

BENCHMARK_CAPTURE(find_key_by_hand, planned_each_time, false);
BENCHMARK_CAPTURE(find_key, planned_each_time, false);
BENCHMARK_CAPTURE(verify_key, planned_each_time, false);
BENCHMARK_CAPTURE(rotate_by_hand, planned_each_time, false);
BENCHMARK_CAPTURE(rotate, planned_each_time, false);
BENCHMARK_CAPTURE(refresh_token, planned_each_time, false);
BENCHMARK_CAPTURE(find_key_by_hand, prepared, true);
BENCHMARK_CAPTURE(find_key, prepared, true);
BENCHMARK_CAPTURE(verify_key, prepared, true);
BENCHMARK_CAPTURE(rotate_by_hand, prepared, true);
BENCHMARK_CAPTURE(rotate, prepared, true);
BENCHMARK_CAPTURE(refresh_token, prepared, true);

}  // namespace
