#include "redis/schema.hpp"

#include "redis/rows.hpp"

namespace ekauth::inline v1::redis {

namespace {

constexpr std::string_view our_schema = "2";
constexpr error foreign{errc::store_corrupt, "names of that prefix are not a store of ekauth"};

// The steps from schema 1, which called the subject of a key its owner. Each may be run again.
struct step {
  std::string_view kind;  // of the names that it is for
  std::string_view script;
};
constexpr step to_schema_2[] = {
    {"key:", R"(#!lua flags=no-cluster,allow-oom
for _, row in ipairs(KEYS) do
  local owner = redis.call('HGET', row, 'owner')
  if owner then
    redis.call('HSET', row, 'subject', owner)
    redis.call('HDEL', row, 'owner')
  end
end)"},
    {"owner:", R"(#!lua flags=no-cluster,allow-oom
local from, to = ARGV[1] .. 'owner:', ARGV[1] .. 'keys:'
for _, ids in ipairs(KEYS) do
  local moved = to .. ids:sub(#from + 1)
  redis.call('ZUNIONSTORE', moved, 2, ids, moved)
  redis.call('DEL', ids)
end)"},
};

// Another ekauth may have been faster, or newer.
constexpr std::string_view mark_schema_2 = R"(#!lua flags=no-cluster,allow-oom
if redis.call('GET', KEYS[1]) == '1' then redis.call('SET', KEYS[1], '2') end)";

result<void> run(connection& server, std::string_view script, const std::vector<std::string_view>& names,
                 std::string_view argument) {
  command asked(4 + names.size());
  asked << "EVAL" << script << std::to_string(names.size());
  for (const std::string_view name : names) asked << name;
  asked << argument;
  const auto answer = server.need(asked.text());
  return answer ? result<void>() : answer.error();
}

// Every name that is there from the beginning to the end is met once at least.
result<void> run_for_each(connection& server, const step& next, std::string_view names) {
  const std::string pattern = std::string(names).append(next.kind).append("*");
  std::string cursor = "0";
  do {
    const auto page = server.need((command(6) << "SCAN" << cursor << "MATCH" << pattern << "COUNT"
                                              << "500")
                                      .text());
    if (!page) return page.error();
    if (!is_array(**page, 2) || !is_text(*(*page)->element[0])) return strange;
    const auto listed = elements_of(*(*page)->element[1]);
    if (!listed) return strange;
    std::vector<std::string_view> found;
    for (const redisReply* const each : *listed) found.push_back(text_of(*each));
    if (!found.empty())
      if (auto ok = run(server, next.script, found, names); !ok) return ok;
    cursor = text_of(*(*page)->element[0]);
  } while (cursor != "0");
  return {};
}

result<void> migrate(connection& server, std::string_view names, std::string_view mark) {
  for (const step& next : to_schema_2)
    if (auto ok = run_for_each(server, next, names); !ok) return ok;
  return run(server, mark_schema_2, {mark}, names);
}

}  // namespace

result<void> claim(connection& server, std::string_view names) {
  const std::string name = std::string(names).append("schema");
  auto mark = server.need((command(2) << "GET" << name).text());
  // Unless another was faster, the answer to the second is none, and the mark is ours.
  if (mark && (*mark)->type == REDIS_REPLY_NIL)
    mark = server.need((command(5) << "SET" << name << our_schema << "NX"
                                   << "GET")
                           .text());
  if (!mark) return mark.error();
  if ((*mark)->type == REDIS_REPLY_NIL || text_of(**mark) == our_schema) return {};
  const auto schema = to_integer(**mark);
  if (!schema || *schema <= 0) return foreign;
  if (*schema == 1) return migrate(server, names, name);
  return error{errc::store_schema_newer, "the store was written by a newer ekauth"};
}

}  // namespace ekauth::inline v1::redis
