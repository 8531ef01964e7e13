#include "redis/schema.hpp"
#include "redis/server.hpp"
#include "redis/state.hpp"

#include <chrono>

#include <sys/un.h>

namespace ekauth::inline v1::redis {

namespace {

constexpr duration longest_wait = std::chrono::hours(1);
constexpr std::uint32_t most_connections = 256;
constexpr std::size_t longest_prefix = 64;

bool is_prefix(std::string_view text) {
  if (text.empty() || text.size() > longest_prefix) return false;
  for (const char c : text)
    if (!storage::is_slot(c) && std::string_view("-_.:").find(c) == std::string_view::npos) return false;
  return true;
}

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

bool is_wait(duration time, duration least) { return time >= least && time <= longest_wait; }

result<void> check(const options& how) {
  if (how.unix_socket.empty() && (how.host.empty() || has_nul(how.host) || how.port == 0))
    return error{errc::option_invalid, "host and port, or unix_socket, must name a server"};
  if (how.unix_socket.size() >= sizeof(sockaddr_un::sun_path) || has_nul(how.unix_socket))
    return error{errc::option_invalid, "unix_socket is a path of at most 107 bytes"};
  if (!how.user.empty() && how.password.empty())
    return error{errc::option_invalid, "a user needs a password"};
  if (how.database > 0x7fffffff) return error{errc::option_invalid, "database is a number that SELECT knows"};
  if (!is_prefix(how.prefix)) return error{errc::option_invalid, "prefix is 1 to 64 of A-Z a-z 0-9 - _ . :"};
  if (how.connections == 0 || how.connections > most_connections)
    return error{errc::option_invalid, "connections are 1 to 256"};
  if (!is_wait(how.busy_timeout, duration(0)) || !is_wait(how.connect_timeout, duration(1)) ||
      !is_wait(how.command_timeout, duration(1)))
    return error{errc::option_invalid,
                 "timeouts are at most an hour, and 1 ms at least but for busy_timeout"};
  if (how.keep_expired < std::chrono::minutes(1) || how.keep_expired > std::chrono::hours(24 * 3660))
    return error{errc::option_invalid, "keep_expired is a minute to ten years"};
  return {};
}

}  // namespace

result<reply> state::run(const call& asked, bool may_repeat) {
  if (::getpid() != opened_by_) return error{errc::store_unavailable, "the store was opened before a fork"};
  pool::lease lease(links);
  if (!lease) return error{errc::store_busy, "all connections are taken"};
  std::optional<connection>& link = lease.link();
  const loaded& one = scripts[static_cast<std::size_t>(asked.which())];
  for (bool is_last = false;; is_last = true) {
    if (link && !link->is_quiet()) link.reset();
    if (!link) {
      auto opened = connection::open(how);
      if (!opened) return opened.error();
      // The name may lead to another server by now.
      if (auto fit = ask_info(*opened); !fit) return fit.error();
      link = *std::move(opened);
    }
    auto heard = link->ask(asked.as("EVALSHA", one.digest).text());
    if (heard.answer && says(*heard.answer, "NOSCRIPT")) heard = link->ask(asked.as("EVAL", one.text).text());
    if (!heard.answer) {
      link.reset();
      if (!is_last && (may_repeat || !heard.was_sent)) continue;
      return error{errc::store_unavailable, "the connection broke before the answer"};
    }
    if (heard.answer->type != REDIS_REPLY_ERROR) return std::move(heard.answer);
    // The name may lead to its successor.
    if (says(*heard.answer, "READONLY")) link.reset();
    return trouble(*heard.answer);
  }
}

result<std::uint32_t> state::change(const call& asked) {
  const auto answer = write(asked);
  if (!answer) return answer.error();
  const long long count = (*answer)->integer;
  if ((*answer)->type != REDIS_REPLY_INTEGER || count < 0 ||
      count > std::numeric_limits<std::uint32_t>::max())
    return strange;
  return static_cast<std::uint32_t>(count);
}

result<store> store::open(options how) {
  if (auto ok = check(how); !ok) return ok.error();
  auto opened = std::make_unique<state>(std::move(how));
  auto server = connection::open(opened->how);
  if (!server) return server.error();
  auto warnings = inspect(*server);
  if (!warnings) return warnings.error();
  opened->warnings = *std::move(warnings);
  if (auto ours = claim(*server, opened->names); !ours) return ours.error();
  for (std::size_t i = 0; i < all_scripts; ++i) {
    state::loaded& one = opened->scripts[i];
    one.text = whole_text(script(i), opened->names, opened->how.keep_expired);
    const auto digest = server->need((command(3) << "SCRIPT"
                                                 << "LOAD" << one.text)
                                         .text());
    if (!digest) return digest.error();
    one.digest = text_of(**digest);
  }
  pool::lease(opened->links).link() = *std::move(server);
  return store(std::move(opened));
}

store::store(std::unique_ptr<state> opened) noexcept : state_(std::move(opened)) {}
store::store(store&&) noexcept = default;
store& store::operator=(store&&) noexcept = default;
store::~store() = default;

const std::vector<warning>& store::warnings() const noexcept { return state_->warnings; }

}  // namespace ekauth::inline v1::redis
