#include "postgres/connection.hpp"

#include "postgres/columns.hpp"

#include <cerrno>

#include <poll.h>

namespace ekauth::inline v1::postgres {

namespace {

// What a server gets on top of statement_timeout before it is given up.
constexpr duration grace = std::chrono::seconds(1);
constexpr error unreachable{errc::store_unavailable, "no server that may be written could be reached"};

int poll_once(int socket, short events, int milliseconds) {
  pollfd one{socket, events, 0};
  int ready = 0;
  do {
    ready = ::poll(&one, 1, milliseconds);
  } while (ready < 0 && errno == EINTR);
  return ready;
}

// A notice would be printed.
void ignore(void*, const PGresult*) {}
void take_notice(void* into, const PGresult* said) { static_cast<received*>(into)->take_notice(said); }

std::string timeout_text(const options& how) { return std::to_string(how.statement_timeout.count()); }

}  // namespace

settings::settings(const options& given) : how(given) {
  set_timeout = "SELECT set_config('statement_timeout', '" + timeout_text(how) + "', true)";
  for (std::size_t i = 0; i < all_statements; ++i) texts[i] = placed(statement_texts[i]);
}

// ---- Connecting

connection::handle connection::dial(const settings& told, bool with_options) {
  // What a session sets for itself, a change of the server's configuration leaves alone.
  const std::string session = "-c client_min_messages=warning -c statement_timeout=" + timeout_text(told.how);
  // A later word counts more: conninfo may say otherwise than what stands before it, not than what follows.
  const char* const names[] = {"options", "connect_timeout",      "fallback_application_name",
                               "dbname",  "target_session_attrs", nullptr};
  const char* const values[] = {with_options ? session.c_str() : nullptr,
                                "5",
                                "ekauth",
                                told.how.conninfo.c_str(),
                                "read-write",
                                nullptr};
  handle made(PQconnectdbParams(names, values, 1));
  if (PQstatus(made.get()) == CONNECTION_OK && PQsetnonblocking(made.get(), 1) == 0) {
    PQsetNoticeReceiver(made.get(), ignore, nullptr);
    return made;
  }
  // Poolers that do not pass options on say so.
  const std::string_view why = PQerrorMessage(made.get());
  if (with_options && why.find("option") != why.npos) return dial(told, false);
  told.log(why);
  return nullptr;
}

result<connection> connection::open(const settings& told) {
  handle made = dial(told, true);
  if (!made) return unreachable;
  connection opened(told, std::move(made));
  if (auto ok = opened.check_session(); !ok) return ok.error();
  return opened;
}

// Whether the session is as it was asked to be: a pooler may have kept the timeout from it, or conninfo's own
// options replaced it; and a pooler may tell from memory whether its server may be written.
result<void> connection::check_session() {
  if (PQserverVersion(open_.get()) < 120000)
    return error{errc::store_unavailable, "PostgreSQL is older than 12"};
  const received got = ask_once(
      "SELECT (SELECT setting::bigint FROM pg_settings WHERE name = 'statement_timeout'),"
      " (current_setting('transaction_read_only') = 'on')::integer::bigint,"
      " (current_setting('synchronous_commit') = 'off')::integer::bigint,"
      " (current_setting('client_min_messages') = 'error')::integer::bigint");
  if (got.how() != fate::done) {
    told_->log(got.words());
    return got.how() == fate::failed ? got.why() : unreachable;
  }
  columns row(got.rows(), 0);
  sets_timeout_ = row.integer() != told_->how.statement_timeout.count();
  if (row.integer() != 0) {
    told_->log("25006 a server that may only be read");
    return unreachable;
  }
  if (row.integer() != 0)
    return error{errc::store_unavailable, "synchronous_commit is off: what is answered could be lost"};
  if (row.integer() != 0)
    return error{errc::store_unavailable, "client_min_messages hides when a standby may lack a commit"};
  return {};
}

bool connection::is_usable() const {
  const int socket = PQsocket(open_.get());
  if (PQtransactionStatus(open_.get()) != PQTRANS_IDLE) return false;
  if (poll_once(socket, POLLIN, 0) == 0) return true;
  // A farewell, or a setting that changed. After the latter there is nothing more to read.
  return PQconsumeInput(open_.get()) == 1 && poll_once(socket, POLLIN, 0) == 0;
}

// ---- Asking

received connection::ask(const statement& what) {
  received got = run(what);
  if (only_reads(what.which)) got.require_writable();
  return got;
}

received connection::run(const statement& what) {
  const auto which = static_cast<std::size_t>(what.which);
  const parameters::table with = what.values.for_libpq();
  if (!told_->how.prepare) {
    return exchange_with_timeout([&](PGconn* to) {
      return PQsendQueryParams(to, told_->texts[which].c_str(), with.count, with.types.data(),
                               with.values.data(), with.lengths.data(), with.formats.data(), 1);
    });
  }
  const std::string name = "ekauth_" + std::to_string(which);
  if (!prepared_[which]) {
    received made = exchange([&](PGconn* to) {
      return PQsendPrepare(to, name.c_str(), told_->texts[which].c_str(), with.count, with.types.data());
    });
    if (made.how() != fate::done) return made;
    prepared_.set(which);
  }
  return exchange_with_timeout([&](PGconn* to) {
    return PQsendQueryPrepared(to, name.c_str(), with.count, with.values.data(), with.lengths.data(),
                               with.formats.data(), 1);
  });
}

received connection::ask_once(const std::string& text, const parameters& values) {
  const parameters::table with = values.for_libpq();
  return exchange([&](PGconn* to) {
    return PQsendQueryParams(to, text.c_str(), with.count, with.types.data(), with.values.data(),
                             with.lengths.data(), with.formats.data(), 1);
  });
}

received connection::run_script(const std::string& text) {
  return exchange([&](PGconn* to) { return PQsendQuery(to, text.c_str()); });
}

template <class Send>
received connection::exchange(const Send& send) {
  received got;
  if (send(open_.get()) == 1)
    receive(got, false);
  else
    got.lose();
  return got;
}

// Where the session has no timeout, each transaction gets it: sent in front of the statement, in the same
// transaction and the same packet.
template <class Send>
received connection::exchange_with_timeout(const Send& send) {
  if (!sets_timeout_) return exchange(send);
  received got;
  PGconn* const to = open_.get();
  if (PQenterPipelineMode(to) == 1 &&
      PQsendQueryParams(to, told_->set_timeout.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 1) == 1 &&
      send(to) == 1 && PQpipelineSync(to) == 1)
    receive(got, true);
  else
    got.lose();
  if (PQexitPipelineMode(to) != 1) got.lose();
  return got;
}

// Takes all that comes for what was sent; in a pipeline, up to its mark.
void connection::receive(received& got, bool to_mark) const {
  PQsetNoticeReceiver(open_.get(), take_notice, &got);
  receive_all(got, to_mark);
  PQsetNoticeReceiver(open_.get(), ignore, nullptr);
}

void connection::receive_all(received& got, bool to_mark) const {
  const instant deadline = std::chrono::steady_clock::now() + told_->how.statement_timeout + grace;
  for (;;) {
    if (!wait_for_answer(deadline)) return got.lose();
    answer next(PQgetResult(open_.get()));
    const bool is_mark = next && PQresultStatus(next.get()) == PGRES_PIPELINE_SYNC;
    if (next)
      got.take(std::move(next));
    else if (!to_mark)
      return;
    else if (PQstatus(open_.get()) != CONNECTION_OK)
      return got.lose();
    if (is_mark) return;
  }
}

// Sends what is left to send and reads until PQgetResult need not wait.
bool connection::wait_for_answer(instant deadline) const {
  PGconn* const on = open_.get();
  for (;;) {
    const int unsent = PQflush(on);
    if (unsent < 0) return false;
    if (unsent == 0 && PQisBusy(on) == 0) return true;
    const auto left = std::chrono::ceil<duration>(deadline - std::chrono::steady_clock::now());
    if (left <= duration(0)) return false;
    const short events = unsent == 0 ? POLLIN : POLLIN | POLLOUT;
    if (poll_once(PQsocket(on), events, static_cast<int>(left.count())) <= 0) return false;
    if (PQconsumeInput(on) != 1) return PQstatus(on) == CONNECTION_BAD;  // which PQgetResult says, at once
  }
}

}  // namespace ekauth::inline v1::postgres
