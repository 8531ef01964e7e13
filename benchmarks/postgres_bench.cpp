// What the PostgreSQL store costs over libpq used by hand: the same statements with the same parameters. Both
// planned each time, which is the default, and prepared. Run it beside a server, on one processor:
//
//   taskset -c 0 build/release/tests/with_postgres build/release/benchmarks/postgres_bench
#include <ekauth/postgres.hpp>

#include <array>
#include <cstdlib>
#include <memory>

#include <libpq-fe.h>

#include "postgres/acts.hpp"
#include "stores.hpp"

namespace {

using namespace ekauth;
using beside::must;
using host = beside::host<postgres::store>;

std::string conninfo() {
  const char* const named = std::getenv("EKAUTH_TEST_POSTGRES");
  must(named != nullptr);
  return named;
}

postgres::store open(bool prepare) {
  const postgres::options how{.conninfo = conninfo(), .prepare = prepare};
  must(postgres::store::migrate(how).has_value());
  auto opened = postgres::store::open(how);
  must(opened.has_value());
  return *std::move(opened);
}

template <bool Prepare>
host& ours() {
  static host one(open(Prepare));
  return one;
}

// One connection, as libpq is used by hand.
class by_hand {
 public:
  by_hand(host& whose, bool prepare)
      : prepare_(prepare), key_(postgres::parameters::of(whose.key())), row_(whose.add_session()) {}

  bool find_key() { return ask(postgres::sql::find_key, key_) != nullptr; }
  bool rotate() {
    ask(postgres::sql::find_session, session_);
    const auto next = postgres::parameters::of(
        row_.id, version_, row_.generation, row_.slot, row_.current, row_.previous, row_.salt,
        row_.rotated_at, row_.last_ok_at, row_.confirmed_at, row_.replays, row_.idle_deadline, version_ + 1);
    ++version_;
    return PQcmdTuples(ask(postgres::sql::advance_session, next).get())[0] == '1';
  }

 private:
  using row = std::unique_ptr<PGresult, void (*)(PGresult*)>;
  row ask(postgres::sql which, const postgres::parameters& values) {
    const postgres::parameters::table with = values.for_libpq();
    const auto at = static_cast<std::size_t>(which);
    const std::string name = "by_hand_" + std::to_string(at);
    const char* const text = postgres::statement_texts[at];
    if (prepare_ && !named_[at]) {
      PQclear(PQprepare(link_.get(), name.c_str(), text, with.count, with.types.data()));
      named_[at] = true;
    }
    row answer(prepare_ ? PQexecPrepared(link_.get(), name.c_str(), with.count, with.values.data(),
                                         with.lengths.data(), with.formats.data(), 1)
                        : PQexecParams(link_.get(), text, with.count, with.types.data(), with.values.data(),
                                       with.lengths.data(), with.formats.data(), 1),
               PQclear);
    const ExecStatusType how = PQresultStatus(answer.get());
    must(how == PGRES_TUPLES_OK || how == PGRES_COMMAND_OK);
    return answer;
  }

  bool prepare_;
  std::unique_ptr<PGconn, void (*)(PGconn*)> link_{PQconnectdb(conninfo().c_str()), PQfinish};
  std::array<bool, postgres::all_statements> named_{};
  postgres::parameters key_;
  refresh::record row_;
  postgres::parameters session_ = postgres::parameters::of(row_.id);
  std::uint64_t version_ = 1;
};

template <bool Prepare, int Which>
by_hand& hand() {
  static by_hand one(ours<Prepare>(), Prepare);
  return one;
}

constexpr int turns = 3000;
const bool added =
    beside::add_operations("/planned_each_time", turns, ours<false>, hand<false, 1>, hand<false, 2>) &&
    beside::add_operations("/prepared", turns, ours<true>, hand<true, 1>, hand<true, 2>);

}  // namespace
