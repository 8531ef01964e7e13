#include "redis/connection.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace ekauth::inline v1::redis {

namespace {

constexpr error unreachable{errc::store_unavailable, "the server cannot be reached"};
constexpr error lost{errc::store_unavailable, "the connection broke before the answer"};

timeval to_timeval(duration time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  return {seconds.count(), std::chrono::microseconds(time - seconds).count()};
}

}  // namespace

bool says(const redisReply& answer, std::string_view word) noexcept {
  const std::string_view text = text_of(answer);
  return answer.type == REDIS_REPLY_ERROR && text.starts_with(word) &&
         (text.size() == word.size() || text[word.size()] == ' ');
}

error trouble(const redisReply& answer) {
  struct meaning {
    std::string_view word;
    error is;
  };
  static constexpr std::array<meaning, 14> meanings{{
      {"EKAUTH", corrupt_row},
      {"WRONGTYPE", corrupt_row},
      {"OOM", {errc::store_full, "the server's memory is used up"}},
      {"BUSY", {errc::store_busy, "the server is busy with a script"}},
      {"LOADING", {errc::store_busy, "the server is still reading its data"}},
      {"READONLY", {errc::store_unavailable, "the server is a replica"}},
      {"MASTERDOWN", {errc::store_unavailable, "the server is a replica without its primary"}},
      {"NOREPLICAS", {errc::store_unavailable, "the server has too few replicas to write"}},
      {"MISCONF", {errc::store_unavailable, "the server cannot write to its disk"}},
      {"CLUSTERDOWN", {errc::store_unavailable, "the server is part of a cluster"}},
      {"MOVED", {errc::store_unavailable, "the server is part of a cluster"}},
      {"NOAUTH", {errc::store_unavailable, "the server wants a password"}},
      {"WRONGPASS", {errc::store_unavailable, "the server knows no such user and password"}},
      {"NOPERM", {errc::store_unavailable, "the user may not do what the store needs"}},
  }};
  for (const meaning& one : meanings)
    if (says(answer, one.word)) return one.is;
  return {errc::store_unavailable, "the server refused a command"};
}

result<connection> connection::open(const options& how) {
  const timeval patience = to_timeval(how.connect_timeout);
  redisContext* const made = how.unix_socket.empty()
                                 ? redisConnectWithTimeout(how.host.c_str(), how.port, patience)
                                 : redisConnectUnixWithTimeout(how.unix_socket.c_str(), patience);
  if (made == nullptr) return unreachable;
  connection opened(made);
  if (made->err != 0 || redisSetTimeout(made, to_timeval(how.command_timeout)) != REDIS_OK)
    return unreachable;
  // Programs that the host starts must not inherit a connection that is logged in.
  ::fcntl(made->fd, F_SETFD, FD_CLOEXEC);
  if (how.unix_socket.empty()) redisEnableKeepAlive(made);

  if (!how.password.empty()) {
    command login(how.user.empty() ? 2 : 3, how.user.size() + how.password.size() + 64);
    login << "AUTH";
    if (!how.user.empty()) login << how.user;
    login << how.password.expose();  // expose: the server asks for it
    if (auto ok = opened.need(login.text()); !ok) return ok.error();
  }
  if (how.database != 0)
    if (auto ok = opened.need((command(2) << "SELECT" << std::to_string(how.database)).text()); !ok)
      return ok.error();
  return opened;
}

connection::heard connection::ask(std::string_view command) {
  if (!send(command)) return {nullptr, false};
  void* answer = nullptr;
  if (redisGetReply(link_.get(), &answer) != REDIS_OK) return {nullptr, true};
  return {reply(static_cast<redisReply*>(answer)), true};
}

result<reply> connection::need(std::string_view command) {
  heard got = ask(command);
  if (!got.answer) return lost;
  if (got.answer->type == REDIS_REPLY_ERROR) return trouble(*got.answer);
  return std::move(got.answer);
}

bool connection::is_quiet() const noexcept {
  char unasked = 0;
  return ::recv(link_->fd, &unasked, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
         (errno == EAGAIN || errno == EWOULDBLOCK);
}

bool connection::send(std::string_view bytes) const noexcept {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(link_->fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace ekauth::inline v1::redis
