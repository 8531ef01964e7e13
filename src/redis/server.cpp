#include "redis/server.hpp"

#include "redis/rows.hpp"

namespace ekauth::inline v1::redis {

namespace {

// The value of "name:value" in the lines that INFO answers.
std::string_view value_of(std::string_view info, std::string_view name) {
  while (!info.empty()) {
    const std::size_t end = std::min(info.find("\r\n"), info.size());
    const std::string_view line = info.substr(0, end);
    if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == ':')
      return line.substr(name.size() + 1);
    info.remove_prefix(std::min(end + 2, info.size()));
  }
  return {};
}

// Scripts say in their first line what they need, which Redis reads from 7.0 on.
bool is_old(std::string_view version) {
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  return major < 7;
}

result<void> check(std::string_view info) {
  if (is_old(value_of(info, "redis_version")))
    return error{errc::store_unavailable, "the server is older than Redis 7, or no Redis"};
  if (value_of(info, "cluster_enabled") != "0")
    return error{errc::store_unavailable,
                 "the server is part of a cluster, whose failover forgets what was answered"};
  if (value_of(info, "role") != "master") return error{errc::store_unavailable, "the server is a replica"};
  if (value_of(info, "loading") != "0")
    return error{errc::store_busy, "the server is still reading its data"};
  // Without its epoch, a subject would be back at epoch 0, and sessions that were ended could match again.
  if (value_of(info, "maxmemory_policy") != "noeviction")
    return error{errc::store_unavailable, "the server evicts: maxmemory-policy must be noeviction"};
  return {};
}

struct settings {
  std::string_view appendfsync;
  std::string_view no_appendfsync_on_rewrite;
  std::string_view min_replicas_to_write;
};

// Names and values of CONFIG GET; empty where the user may not ask.
settings settings_of(const connection::heard& asked) {
  settings found;
  if (!asked.answer || asked.answer->type != REDIS_REPLY_ARRAY) return found;
  for (std::size_t i = 0; i + 1 < asked.answer->elements; i += 2) {
    const std::string_view name = text_of(*asked.answer->element[i]);
    const std::string_view value = text_of(*asked.answer->element[i + 1]);
    if (name == "appendfsync") found.appendfsync = value;
    if (name == "no-appendfsync-on-rewrite") found.no_appendfsync_on_rewrite = value;
    if (name == "min-replicas-to-write") found.min_replicas_to_write = value;
  }
  return found;
}

}  // namespace

std::string_view text(warning which) noexcept {
  switch (which) {
    case warning::restart_forgets:
      return "appendonly is off: a restart of the server forgets revocations";
    case warning::crash_forgets:
      return "appendfsync is not always, or rests while the log is rewritten: a crash forgets the last "
             "revocations";
    case warning::failover_forgets:
      return "min-replicas-to-write is 0: a failover forgets what a primary without replicas answered";
    case warning::failover_may_forget:
      return "replicas follow after the answer: a failover may forget the last revocations";
    case warning::settings_hidden:
      return "the user may not ask CONFIG GET: whether the server keeps what it answers is not known";
  }
  return "unknown";
}

result<reply> ask_info(connection& server) {
  auto answer = server.need((command(1) << "INFO").text());
  if (!answer) return answer.error();
  if (auto ok = check(text_of(**answer)); !ok) return ok.error();
  return answer;
}

result<std::vector<warning>> inspect(connection& server) {
  const auto answer = ask_info(server);
  if (!answer) return answer.error();
  const std::string_view info = text_of(**answer);

  const auto asked = server.ask((command(5) << "CONFIG"
                                            << "GET"
                                            << "appendfsync"
                                            << "no-appendfsync-on-rewrite"
                                            << "min-replicas-to-write")
                                    .text());
  if (!asked.answer) return error{errc::store_unavailable, "the connection broke before the answer"};
  const settings set = settings_of(asked);
  const bool is_known = !set.appendfsync.empty();
  const bool is_synchronous = set.appendfsync == "always" && set.no_appendfsync_on_rewrite == "no";
  std::vector<warning> found;
  if (value_of(info, "aof_enabled") != "1")
    found.push_back(warning::restart_forgets);
  else if (is_known && !is_synchronous)
    found.push_back(warning::crash_forgets);
  if (is_known && value_of(info, "connected_slaves") != "0")
    found.push_back(set.min_replicas_to_write == "0" ? warning::failover_forgets
                                                     : warning::failover_may_forget);
  if (!is_known) found.push_back(warning::settings_hidden);
  return found;
}

}  // namespace ekauth::inline v1::redis
