// A host on Asio coroutines and PostgreSQL: no thread waits for the database. Waiting is libpq's non-blocking
// calls; what to say, and what an answer means, is postgres::act.
//
//   DATABASE="host=db1,db2 dbname=auth user=app" asio_postgres

#include <ekauth/co_run.hpp>
#include <ekauth/keys.hpp>
#include <ekauth/postgres.hpp>
#include <ekauth/postgres_act.hpp>
#include <ekauth/refresh.hpp>

#include <libpq-fe.h>
#include <asio.hpp>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

using namespace ekauth;
using namespace std::chrono_literals;
using asio::posix::stream_descriptor;

namespace {

/// One connection: made when it is needed, and again after it broke.
class connection {
 public:
  connection(asio::any_io_executor on, std::string conninfo)
      : conninfo_(std::move(conninfo)), socket_(on), patience_(on) {}
  ~connection() { close(); }

  /// Sends an act and takes its answers. false: they did not all come, and the act knows no more than that.
  template <class Request>
  asio::awaitable<bool> ask(postgres::act<Request>& act) {
    patience_.expires_after(6s);  // a second longer than the server's own
    patience_.async_wait([this](asio::error_code) {
      if (patience_.expiry() <= asio::steady_timer::clock_type::now()) socket_.cancel();
    });
    bool stands = open_ != nullptr;
    if (!stands) stands = co_await connect();
    if (stands) PQsetNoticeReceiver(open_.get(), pass_on<Request>, &act);
    if (stands) stands = act.send(open_.get());
    if (stands) stands = co_await receive(act);
    if (open_) PQsetNoticeReceiver(open_.get(), ignore, nullptr);  // the act is its asker's
    if (!stands) act.lose();
    if (!stands || !act.keeps_connection()) close();
    patience_.cancel();
    co_return stands;
  }

 private:
  template <class Request>
  asio::awaitable<bool> receive(postgres::act<Request>& act) {
    for (;;) {
      const int unsent = PQflush(open_.get());
      if (unsent < 0) co_return false;
      if (unsent > 0 || PQisBusy(open_.get()) != 0) {
        const bool is_ready =
            co_await ready(unsent > 0 ? stream_descriptor::wait_write : stream_descriptor::wait_read);
        if (!is_ready || PQconsumeInput(open_.get()) == 0) co_return false;
      } else if (PGresult* const one = PQgetResult(open_.get())) {
        act.take(one);
      } else {
        co_return true;
      }
    }
  }

  template <class Request>
  static void pass_on(void* act, const PGresult* said) {
    static_cast<postgres::act<Request>*>(act)->take_notice(said);
  }

  static void ignore(void*, const PGresult*) {}

  asio::awaitable<bool> connect() {
    open_.reset(PQconnectStart(conninfo_.c_str()));
    for (auto next = PGRES_POLLING_WRITING; next != PGRES_POLLING_OK; next = PQconnectPoll(open_.get())) {
      if (next == PGRES_POLLING_FAILED || PQstatus(open_.get()) == CONNECTION_BAD) co_return false;
      watch();  // another host has another socket
      const bool is_ready = co_await ready(next == PGRES_POLLING_WRITING ? stream_descriptor::wait_write
                                                                         : stream_descriptor::wait_read);
      if (!is_ready) co_return false;
    }
    watch();
    co_return PQsetnonblocking(open_.get(), 1) == 0;
  }

  asio::awaitable<bool> ready(stream_descriptor::wait_type what) {
    asio::error_code failed;
    auto waiting = socket_.async_wait(what, asio::redirect_error(asio::use_awaitable, failed));
    co_await std::move(waiting);
    co_return !failed;
  }

  // Asio waits on the socket; it stays libpq's to close.
  void watch() {
    if (socket_.is_open()) socket_.release();
    socket_.assign(PQsocket(open_.get()));
  }
  void close() {
    if (socket_.is_open()) socket_.release();
    open_.reset();
  }

  struct closer {
    void operator()(PGconn* open) const noexcept { PQfinish(open); }
  };
  std::string conninfo_;
  stream_descriptor socket_;
  asio::steady_timer patience_;
  std::unique_ptr<PGconn, closer> open_;
};

/// Answers every request by an awaitable. For one thread.
class async_store {
 public:
  async_store(asio::any_io_executor on, const std::string& conninfo, std::size_t connections)
      : freed_(on, asio::steady_timer::time_point::max()) {
    for (std::size_t i = 0; i < connections; ++i) idle_.push_back(std::make_unique<connection>(on, conninfo));
  }
  template <class Request>
  asio::awaitable<result<typename Request::reply>> answer(Request request) {
    while (idle_.empty()) {
      asio::error_code woken;
      auto waiting = freed_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
      co_await std::move(waiting);
    }
    std::unique_ptr<connection> taken = std::move(idle_.back());
    idle_.pop_back();
    postgres::act<Request> act(std::move(request));
    bool asked = false;
    do {
      asked = co_await taken->ask(act);
    } while (asked && act.is_open());
    idle_.push_back(std::move(taken));
    freed_.cancel_one();
    co_return act.answer();
  }

 private:
  std::vector<std::unique_ptr<connection>> idle_;
  asio::steady_timer freed_;
};

constexpr scope::registry scopes{{"events:read"}};

struct server {
  keys::service api_keys;
  refresh::service sessions;
  async_store store;
  int verified = 0;
};

asio::awaitable<void> verify(server& here, std::string token) {
  auto task = co_run<asio::awaitable>(here.api_keys.verify(token, {.now = now()}), here.store);
  const result<keys::principal> who = co_await std::move(task);
  if (who) ++here.verified;
}

/// A key is made and verified by many at once; a session is made, refreshed, and ended by a token that comes
/// again.
asio::awaitable<void> walk(server& here, bool& passed) {
  const subject_id owner("acc_9i8h7g6f5e");
  auto making = co_run<asio::awaitable>(here.api_keys.create({.granted = {owner}, .name = "Worker"}, now()),
                                        here.store);
  const result<keys::created> made = co_await std::move(making);
  if (!made) co_return;
  for (int i = 0; i < 20; ++i)
    asio::co_spawn(co_await asio::this_coro::executor, verify(here, std::string(made->token.expose())),
                   asio::detached);

  auto entering =
      co_run<asio::awaitable>(here.sessions.login({.granted = {owner}, .epoch = 0}, now()), here.store);
  const result<refresh::issued> login = co_await std::move(entering);
  if (!login) co_return;
  auto renewing =
      co_run<asio::awaitable>(here.sessions.refresh(login->token.expose(), {.now = now()}), here.store);
  const result<refresh::issued> renewed = co_await std::move(renewing);
  auto reusing =
      co_run<asio::awaitable>(here.sessions.refresh(login->token.expose(), {.now = now()}), here.store);
  const result<refresh::issued> reused = co_await std::move(reusing);
  passed = renewed && !reused && reused.error().code() == errc::refresh_token_reused;
}

}  // namespace

int main() {
  const char* const database = std::getenv("DATABASE");  // not an argument: it may hold a password
  if (database == nullptr || !postgres::store::migrate({.conninfo = database})) return 1;

  char root[32];
  os_random().fill(root, sizeof root);  // in a server: read from where its secrets are kept
  server_keys roots;
  if (!roots.add('1', secret(std::string_view(root, sizeof root)))) return 1;
  auto api_keys = keys::service::make(roots, scopes);
  auto sessions = refresh::service::make(roots);
  if (!api_keys || !sessions) return 1;

  asio::io_context loop;
  const std::string conninfo =
      std::string(database) + " target_session_attrs=read-write options='-c statement_timeout=5000'";
  server here{*std::move(api_keys), *std::move(sessions), async_store(loop.get_executor(), conninfo, 3)};
  bool passed = false;
  asio::co_spawn(loop, walk(here, passed), asio::detached);
  loop.run();
  std::printf("%d of 20 requests verified a key, and a token that came again was %s\n", here.verified,
              passed ? "refused" : "not refused");
  return passed && here.verified == 20 ? 0 : 1;
}
