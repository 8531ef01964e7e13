#include "redis/answer.hpp"

namespace ekauth::inline v1::redis {

namespace {

// Account and key in one name; the length keeps them apart.
std::string name_of(const allowlists::holder& of) {
  const std::string& account = of.account.text();
  return std::to_string(account.size()).append(":").append(account).append(of.key.text());
}

// The version, and the row unless the caller has that version.
result<allowlists::find::answer> read_list(const redisReply& stored, allowlists::holder of) {
  if (!is_array(stored, 2)) return strange;
  const redisReply &version = *stored.element[0], &found = *stored.element[1];
  if (version.type == REDIS_REPLY_NIL && is_array(found, 0)) return allowlists::find::answer{};
  const auto number = to_integer(version);
  if (!number || *number < 1) return corrupt_row;
  allowlists::find::answer answer;
  answer.version = static_cast<std::uint64_t>(*number);
  if (is_array(found, 0)) return answer;

  fields row(found);
  allowlists::record& list = answer.row.emplace();
  list.of = std::move(of);
  row.read("enabled", list.enabled);
  row.read("entries", list.entries);
  row.read("changed_at", list.changed_at);
  row.read("version", list.version);
  if (!row.is_whole()) return corrupt_row;
  return answer;
}

}  // namespace

result<allowlists::find::reply> answer_from(state& store, const allowlists::find& request) {
  const bool has_key = !request.of.key.empty();
  const allowlists::holder account{request.of.account};
  call asked = store.ask(script::find_allowlists);
  asked.key("allowlist:", name_of(account));
  if (has_key) asked.key("allowlist:", name_of(request.of));
  asked.with(request.known_account, request.known_key);
  const auto answer = store.read(asked);
  if (!answer) return answer.error();
  if (!is_array(**answer, has_key ? 2 : 1)) return strange;
  allowlists::find::reply both;
  auto first = read_list(*(*answer)->element[0], account);
  if (!first) return first.error();
  both.account = *std::move(first);
  if (!has_key) return both;
  auto second = read_list(*(*answer)->element[1], request.of);
  if (!second) return second.error();
  both.key = *std::move(second);
  return both;
}

result<allowlists::save::reply> answer_from(state& store, const allowlists::save& request) {
  const allowlists::record& row = request.row;
  const auto entries = storage::storable_text(row.entries);
  if (request.expected >= most || !entries) return storage::unstorable_row;
  call asked = store.ask(script::save_allowlist);
  asked.key("allowlist:", name_of(row.of)).with(request.expected);
  asked.field("enabled", row.enabled ? 1 : 0).field("entries", *entries);
  asked.field("changed_at", row.changed_at).field("version", request.expected + 1);
  return store.change(asked).transform([](std::uint32_t rows) { return rows == 1; });
}

template result<allowlists::find::reply> store::answer(const allowlists::find&);
template result<allowlists::save::reply> store::answer(const allowlists::save&);

}  // namespace ekauth::inline v1::redis
