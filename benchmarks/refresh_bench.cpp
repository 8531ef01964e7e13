// Sessions: a rotation on SQLite beside its statements issued by hand, on a file of the same tables with the
// same durability; on the store in memory, where our own work is left; and what is refused offline. A
// rotation is a find, and a compare-and-set in a transaction. By hand the same rows are read and bound, and
// thrown away.
//
// Files lie in the folder that the program is started in, which should be a disk: the point is to wait for
// it.
//
//   cmake --preset release -DEKAUTH_BUILD_BENCHMARKS=ON && cmake --build --preset release --target
//   refresh_bench build/release/benchmarks/refresh_bench
#include <ekauth/memory.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>
#include <ekauth/sqlite.hpp>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>
#include <sqlite3.h>
#include <unistd.h>

#include "beside.hpp"
#include "jwt_peers/floor.hpp"
#include "sqlite/statements.hpp"
#include "support/fixed.hpp"

namespace {

using namespace ekauth;
using beside::must;
using fixed::noon;

// A folder that is gone with the program.
const std::string& folder() {
  struct temporary {
    std::string path = (std::filesystem::current_path() / "refresh_bench-XXXXXX").string();
    temporary() { must(::mkdtemp(path.data()) != nullptr); }
    ~temporary() {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
  };
  static const temporary made;
  return made.path;
}

const refresh::new_session alice{
    .granted = {subject_id("acc_9i8h7g6f5e0"), *scope::list::parse_spaced("events:read events:write")},
    .epoch = 0,
    .client = "Firefox on Linux"};
constexpr int sessions_stored = 1000;

// A store with a thousand sessions, one of which is rotated again and again.
template <class Store>
struct host {
  fixed::counting_random random;
  refresh::service sessions = *refresh::service::make(fixed::roots(), refresh::strict(), random);
  Store store;
  std::string token;
  time_point at = noon;

  explicit host(Store opened) : store(std::move(opened)) {
    for (int i = 0; i < sessions_stored; ++i) token = (*run(sessions.login(alice, at), store)).token.expose();
  }
  bool rotate() {
    at += std::chrono::seconds(1);
    auto renewed = run(sessions.refresh(token, {.now = at}), store);
    must(renewed.has_value());
    token = renewed->token.expose();
    return true;
  }
};

host<sqlite::store> make_on_sqlite(const std::string& path) {
  auto opened = sqlite::store::open({.path = path});
  must(opened.has_value());
  return host<sqlite::store>(*std::move(opened));
}
host<sqlite::store>& on_sqlite() {
  static host<sqlite::store> made = make_on_sqlite(folder() + "/ours.db");
  return made;
}
host<memory::store>& in_memory() {
  static host<memory::store> made{memory::store()};
  return made;
}

// The statements of a rotation by SQLite's own functions, prepared once.
class by_hand {
 public:
  by_hand() {
    const std::string path = folder() + "/hand.db";
    const host<sqlite::store> made = make_on_sqlite(path);  // its tables and rows; then closed
    family_ = made.token.substr(3, 16);
    must(sqlite3_open_v2(path.c_str(), &writer_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) ==
         SQLITE_OK);
    must(sqlite3_open_v2(path.c_str(), &reader_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) ==
         SQLITE_OK);
    const auto set = [](sqlite3* db, const char* text) {
      must(sqlite3_exec(db, text, nullptr, nullptr, nullptr) == SQLITE_OK);
    };
    set(writer_,
        "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA cell_size_check = ON;"
        "PRAGMA journal_size_limit = 16777216");
    set(reader_, "PRAGMA query_only = ON; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY");
    find_ = prepare(reader_, sqlite::sql::find_session);
    begin_ = prepare(writer_, sqlite::sql::begin);
    advance_ = prepare(writer_, sqlite::sql::advance_session);
    commit_ = prepare(writer_, sqlite::sql::commit);
  }
  by_hand(const by_hand&) = delete;
  by_hand& operator=(const by_hand&) = delete;
  ~by_hand() {
    for (sqlite3_stmt* each : {find_, begin_, advance_, commit_}) sqlite3_finalize(each);
    sqlite3_close(writer_);
    sqlite3_close(reader_);
  }

  int rotate() {
    const int read = find();
    at_ += 1000;
    step(begin_);
    int i = 0;
    text(++i, family_);
    sqlite3_bind_int64(advance_, ++i, version_);
    sqlite3_bind_int64(advance_, ++i, ++generation_);
    text(++i, "1");
    blob(++i, 32);
    blob(++i, 32);
    blob(++i, 16);
    sqlite3_bind_int64(advance_, ++i, at_);
    sqlite3_bind_int64(advance_, ++i, at_);
    sqlite3_bind_null(advance_, ++i);
    sqlite3_bind_int64(advance_, ++i, 0);
    sqlite3_bind_int64(advance_, ++i, at_ + 2592000000);
    sqlite3_bind_int64(advance_, ++i, ++version_);
    step(advance_);
    must(sqlite3_changes(writer_) == 1);
    step(commit_);
    return read;
  }

  int find() {
    sqlite3_bind_text(find_, 1, family_.data(), static_cast<int>(family_.size()), SQLITE_STATIC);
    must(sqlite3_step(find_) == SQLITE_ROW);
    int read = 0;
    for (int i = 0; i < sqlite3_column_count(find_); ++i)
      read += sqlite3_column_type(find_, i) == SQLITE_INTEGER
                  ? static_cast<int>(sqlite3_column_int64(find_, i))
                  : sqlite3_column_bytes(find_, i);
    must(sqlite3_step(find_) == SQLITE_DONE);
    sqlite3_reset(find_);
    return read;
  }

 private:
  static sqlite3_stmt* prepare(sqlite3* db, sqlite::sql which) {
    sqlite3_stmt* made = nullptr;
    must(sqlite3_prepare_v3(db, sqlite::statement_texts[static_cast<std::size_t>(which)], -1,
                            SQLITE_PREPARE_PERSISTENT, &made, nullptr) == SQLITE_OK);
    return made;
  }
  static void step(sqlite3_stmt* what) {
    must(sqlite3_step(what) == SQLITE_DONE);
    sqlite3_reset(what);
  }
  void text(int at, std::string_view bytes) {
    sqlite3_bind_text(advance_, at, bytes.data(), static_cast<int>(bytes.size()), SQLITE_STATIC);
  }
  void blob(int at, int size) {
    sqlite3_bind_blob(advance_, at, "0123456789abcdef0123456789abcdef", size, SQLITE_STATIC);
  }

  sqlite3 *writer_ = nullptr, *reader_ = nullptr;
  sqlite3_stmt *find_ = nullptr, *begin_ = nullptr, *advance_ = nullptr, *commit_ = nullptr;
  std::string family_;
  std::int64_t version_ = 1, generation_ = 0, at_ = noon.time_since_epoch().count();
};

by_hand& raw() {
  static by_hand made;
  return made;
}

// Each waits for the disk, so a turn is one call.
void rotate_on_sqlite(benchmark::State& state) {
  beside::measure<1>(
      state, [] { return on_sqlite().rotate(); }, beside::other{"by hand", [] { return raw().rotate(); }});
}
void find_on_sqlite(benchmark::State& state) {
  const refresh::find asked{family_id(on_sqlite().token.substr(3, 16))};
  beside::measure(
      state,
      [&] {
        const auto found = on_sqlite().store.find_session(asked);
        return found->has_value();
      },
      beside::other{"by hand", [] { return raw().find(); }});
}
void rotate_in_memory(benchmark::State& state) {
  static const floor_of::bare_hmac bare(std::string_view("0123456789abcdef0123456789abcdef"));
  // Tag and digest of the presented token; the successor, its digest and its tag; the name of its access
  // token.
  beside::measure(
      state, [] { return in_memory().rotate(); },
      beside::other{"six macs", [] {
                      const std::string_view text = in_memory().token;
                      int sum = 0;
                      for (const std::size_t size : {50, 59, 65, 59, 50, 29})
                        sum += bare.mac(text.substr(0, size))[0];
                      return sum;
                    }});
}

struct none {
  result<refresh::find::reply> answer(const refresh::find&) { std::abort(); }
  result<refresh::advance::reply> answer(const refresh::advance&) { std::abort(); }
  result<refresh::revoke::reply> answer(const refresh::revoke&) { std::abort(); }
};

void refuse(benchmark::State& state, const std::string& bad, errc expected) {
  none nobody;
  const auto once = [&] {
    return run(in_memory().sessions.refresh(bad, {.now = noon}), nobody).error().code();
  };
  must(once() == expected);
  beside::measure(state, once);
}
std::string typo() {
  std::string bad = in_memory().token;
  bad[30] = bad[30] == 'a' ? 'b' : 'a';
  return bad;
}

BENCHMARK(rotate_on_sqlite)->UseManualTime()->Iterations(1000);
BENCHMARK(find_on_sqlite)->Apply(beside::in_turns);
BENCHMARK(rotate_in_memory)->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, other_text, std::string("eyJhbGciOiJIUzI1NiJ9.e30.x"), errc::refresh_malformed)
    ->Apply(beside::in_turns);
BENCHMARK_CAPTURE(refuse, typo, typo(), errc::refresh_checksum_mismatch)->Apply(beside::in_turns);

}  // namespace
