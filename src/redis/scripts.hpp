// Every script of the store, by name. docs/STORAGE.md explains them.
//
// Each is one act: Redis runs nothing beside it. Redis undoes nothing either, so what can fail is read before
// anything is written. Numbers stay texts, because those of Lua lose digits beyond 2^53.
#pragma once

#include <ekauth/clock.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace ekauth::inline v1::redis {

enum class script : std::size_t {
  insert_key,
  find_key,
  replace_key,
  list_keys,
  touch_keys,
  insert_session,
  find_session,
  advance_session,
  revoke_session,
  read_epoch,
  bump_epoch,
  list_sessions,
  purge_sessions,
  find_allowlists,
  save_allowlist,
  count
};

inline constexpr std::size_t all_scripts = static_cast<std::size_t>(script::count);

/// None is marked as only reading: a replica would run it, which may not know of a revocation, and so would a
/// primary that was cut off from its replicas and replaced.
struct script_text {
  /// Whether it runs when memory is used up: those that read or end something, and those that write over a
  /// row of about the same size. The others Redis refuses before they begin.
  bool needs_no_memory;
  bool is_helped;
  std::string_view body;
};

/// Come before those that are helped. PREFIX and KEEP are set by then.
inline constexpr std::string_view helpers = R"(
local function corrupt()
  return redis.error_reply('EKAUTH a row that ekauth did not write')
end
local function is_greater(a, b)
  local below = a:sub(1, 1) == '-'
  if below ~= (b:sub(1, 1) == '-') then return not below end
  if #a ~= #b then return (#a > #b) ~= below end
  return a ~= b and (a > b) ~= below
end
local function list(ids, stem, after, limit, may_expire)
  local found, from = {}, '(' .. after
  while #found < limit do
    local page = redis.call('ZRANGEBYLEX', ids, from, '+', 'LIMIT', 0, math.min(limit - #found, 1000))
    if #page == 0 then break end
    for _, id in ipairs(page) do
      local row = redis.call('HGETALL', stem .. id)
      if #row > 0 or not may_expire then found[#found + 1] = {id, row} end
    end
    from = '(' .. page[#page]
  end
  return found
end
local function schedule(id, subject, idle, absolute, seen)
  local deadline = absolute and is_greater(idle, absolute) and absolute or idle
  redis.call('ZADD', PREFIX .. 'deadlines', deadline, #id .. ':' .. id .. subject)
  local left = math.max(tonumber(deadline) - tonumber(seen), 0) + KEEP
  return string.format('%.0f', math.min(left, 100 * 365 * 86400000))
end
)";

inline constexpr std::array<script_text, all_scripts> script_texts{{
    // insert_key: row, ids of the subject, those of them not revoked; id, limit, state, fields
    {false, false, R"(
local held = redis.call('SCARD', KEYS[3])
if ARGV[2] ~= '0' and held >= tonumber(ARGV[2]) then return 'limit_reached' end
if redis.call('EXISTS', KEYS[1]) == 1 then return 'exists' end
redis.call('ZADD', KEYS[2], 0, ARGV[1])
if ARGV[3] ~= '3' then redis.call('SADD', KEYS[3], ARGV[1]) end
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
return 'inserted')"},
    // find_key: row
    {true, false, R"(
return redis.call('HGETALL', KEYS[1]))"},
    // replace_key: row; id, expected version, state, fields
    {true, true, R"(
local old = redis.call('HMGET', KEYS[1], 'version', 'state', 'subject', 'secrets')
if old[1] ~= ARGV[2] or old[2] == '3' then return 0 end
if not old[3] or not old[4] then return corrupt() end
local used = {}
for number in old[4]:gmatch('%d+') do
  used[number] = redis.call('HGET', KEYS[1], number .. '.last_used')
end
if ARGV[3] == '3' then redis.call('SREM', PREFIX .. 'unrevoked:' .. old[3], ARGV[1]) end
redis.call('HDEL', KEYS[1], 'not_before', 'expires_at', 'revoked_at')
for number in old[4]:gmatch('%d+') do
  redis.call('HDEL', KEYS[1], number .. '.slot', number .. '.digest', number .. '.created_at',
             number .. '.not_after', number .. '.last_used')
end
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
for number in redis.call('HGET', KEYS[1], 'secrets'):gmatch('%d+') do
  if used[number] then redis.call('HSET', KEYS[1], number .. '.last_used', used[number]) end
end
return 1)"},
    // list_keys: ids of the subject; after, limit
    {true, true, R"(
return list(KEYS[1], PREFIX .. 'key:', ARGV[1], tonumber(ARGV[2]), false))"},
    // touch_keys: a row each; number and time each
    {false, true, R"(
local moved = 0
for i, row in ipairs(KEYS) do
  local number, at = ARGV[2 * i - 1], ARGV[2 * i]
  if redis.call('HEXISTS', row, number .. '.digest') == 1 then
    local before = redis.call('HGET', row, number .. '.last_used')
    if not before or is_greater(at, before) then
      redis.call('HSET', row, number .. '.last_used', at)
      moved = moved + 1
    end
  end
end
return moved)"},
    // insert_session: row, subject, ids of the subject; id, epoch, subject, idle deadline, absolute deadline
    // or
    // '', last_ok_at, fields
    {false, true, R"(
local epoch = redis.call('HGET', KEYS[2], 'epoch') or '0'
if not epoch:match('^%d+$') then return corrupt() end
if epoch ~= ARGV[2] then return 'epoch_changed' end
if redis.call('EXISTS', KEYS[1]) == 1 then return 'exists' end
local kept = schedule(ARGV[1], ARGV[3], ARGV[4], ARGV[5] ~= '' and ARGV[5], ARGV[6])
redis.call('ZADD', KEYS[3], 0, ARGV[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 7))
redis.call('PEXPIRE', KEYS[1], kept)
return 'inserted')"},
    // find_session: row
    {true, false, R"(
local row = redis.call('HGETALL', KEYS[1])
if #row == 0 then return false end
local subject = redis.call('HGET', KEYS[1], 'subject') or ''
return {row, redis.call('HMGET', PREFIX .. 'subject:' .. subject, 'epoch', 'reason')})"},
    // advance_session: row; id, expected version, idle deadline, last_ok_at, fields
    {true, true, R"(
local old = redis.call('HMGET', KEYS[1], 'version', 'state', 'epoch', 'subject', 'absolute_deadline')
if old[1] ~= ARGV[2] or old[2] ~= '1' or not old[4] then return 0 end
local epoch = redis.call('HGET', PREFIX .. 'subject:' .. old[4], 'epoch') or '0'
if epoch ~= old[3] then return 0 end
local kept = schedule(ARGV[1], old[4], ARGV[3], old[5], ARGV[4])
redis.call('HDEL', KEYS[1], 'confirmed_at')
redis.call('HSET', KEYS[1], unpack(ARGV, 5))
redis.call('PEXPIRE', KEYS[1], kept)
return 1)"},
    // revoke_session: row; reason, time
    {true, true, R"(
local state = redis.call('HGET', KEYS[1], 'state')
if state == '2' then return 'already' end
if not state and redis.call('EXISTS', KEYS[1]) == 0 then return 'missing' end
if state ~= '1' then return corrupt() end
local moved = redis.pcall('HINCRBY', KEYS[1], 'version', 1)
if type(moved) == 'table' then return corrupt() end
redis.call('HSET', KEYS[1], 'state', '2', 'reason', ARGV[1], 'ended_at', ARGV[2])
return 'revoked')"},
    // read_epoch: subject
    {true, false, R"(
return redis.call('HGET', KEYS[1], 'epoch'))"},
    // bump_epoch: subject; reason, time
    {true, true, R"(
local before = redis.call('HGET', KEYS[1], 'epoch')
if before and not before:match('^%d+$') then return corrupt() end
local moved = redis.pcall('HINCRBY', KEYS[1], 'epoch', 1)
if type(moved) == 'table' then return corrupt() end
redis.call('HSET', KEYS[1], 'reason', ARGV[1], 'changed_at', ARGV[2])
return redis.call('HGET', KEYS[1], 'epoch'))"},
    // list_sessions: ids of the subject, subject; after, limit
    {true, true, R"(
return {list(KEYS[1], PREFIX .. 'session:', ARGV[1], tonumber(ARGV[2]), true),
        redis.call('HMGET', KEYS[2], 'epoch', 'reason')})"},
    // purge_sessions: deadlines; before, limit
    {true, true, R"(
local removed = 0
for _, entry in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
  local colon = entry:find(':', 1, true)
  local last = colon + tonumber(entry:sub(1, colon - 1))
  local id, subject = entry:sub(colon + 1, last), entry:sub(last + 1)
  local row = PREFIX .. 'session:' .. id
  local due = redis.call('HMGET', row, 'idle_deadline', 'absolute_deadline')
  local is_due = not due[1] or not is_greater(due[1], ARGV[1]) or (due[2] and not is_greater(due[2], ARGV[1]))
  if is_due then
    redis.call('DEL', row)
    redis.call('ZREM', PREFIX .. 'sessions:' .. subject, id)
    redis.call('ZREM', KEYS[1], entry)
    removed = removed + 1
  end
end
return removed)"},
    // find_allowlists: the subject's list, the key's where one is asked for; the version known of each
    {true, false, R"(
local found = {}
for i, list in ipairs(KEYS) do
  local version = redis.call('HGET', list, 'version')
  if version == ARGV[i] then
    found[i] = {version, {}}
  else
    found[i] = {version, redis.call('HGETALL', list)}
  end
end
return found)"},
    // save_allowlist: list; expected version, fields
    {false, true, R"(
local version = redis.call('HGET', KEYS[1], 'version')
if not version and redis.call('EXISTS', KEYS[1]) == 1 then return corrupt() end
if (version or '0') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
return 1)"},
}};

/// The whole text of a script, for names that begin like this and sessions that are kept so long past their
/// deadline. Redis reads its first line: no such script runs in a cluster.
[[nodiscard]] inline std::string whole_text(script which, std::string_view names, duration keep) {
  const script_text& one = script_texts[static_cast<std::size_t>(which)];
  std::string text = one.needs_no_memory ? "#!lua flags=no-cluster,allow-oom\n" : "#!lua flags=no-cluster\n";
  text.append("local PREFIX, KEEP = '").append(names).append("', ").append(std::to_string(keep.count()));
  return text.append(one.is_helped ? helpers : "").append(one.body);
}

}  // namespace ekauth::inline v1::redis
