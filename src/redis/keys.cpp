#include "redis/answer.hpp"

namespace ekauth::inline v1::redis {

namespace {

using storage::unstorable_row;

constexpr std::size_t most_uses = 500;  // that one script moves, before others have their turn

bool is_storable(const keys::record& row) { return row.version <= most && storage::is_storable(row); }

// A field of one secret: "7.digest".
std::string part(std::uint32_t number, std::string_view name) {
  return std::to_string(number).append(".").append(name);
}

// A visitor of a secret's fields, each under its number.
auto of_secret(std::uint32_t number, const auto& visit) {
  return [number, &visit](std::string_view name, auto& value) { visit(part(number, name), value); };
}

// What replace may change.
void write_changing(call& asked, const keys::record& row, std::uint64_t version) {
  const auto write = asked.writer();
  storage::visit_changing_key_fields(row, write);
  asked.field("version", version);
  std::string numbers;
  for (const keys::verifier& one : row.verifiers)
    numbers.append(numbers.empty() ? "" : " ").append(std::to_string(one.number));
  asked.field("secrets", numbers);
  for (const keys::verifier& one : row.verifiers)
    storage::visit_secret_fields(one, of_secret(one.number, write));
}

result<keys::record> read_key(const redisReply& stored, key_id id) {
  fields row(stored);
  const auto read = row.reader();
  keys::record key;
  key.id = std::move(id);
  storage::visit_key_fields(key, read);
  for (const std::uint32_t number : row.numbers("secrets")) {
    keys::verifier& secret = key.verifiers.emplace_back();
    secret.number = number;
    storage::visit_secret_fields(secret, of_secret(number, read));
    row.read(part(number, "last_used"), secret.last_used);
  }
  if (!row.is_whole() || key.verifiers.size() > storage::most_secrets) return corrupt_row;
  return key;
}

}  // namespace

result<keys::insert::reply> answer_from(state& store, const keys::insert& request) {
  const keys::record& row = request.row;
  if (!is_storable(row)) return unstorable_row;
  call asked = store.ask(script::insert_key);
  asked.key("key:", row.id).key("keys:", row.granted.subject).key("unrevoked:", row.granted.subject);
  asked.with(row.id, request.owner_limit, row.state);
  storage::visit_fixed_key_fields(row, asked.writer());
  write_changing(asked, row, row.version);
  for (const keys::verifier& one : row.verifiers) asked.field(part(one.number, "last_used"), one.last_used);
  const auto answer = store.write(asked);
  if (!answer) return answer.error();
  const std::string_view said = text_of(**answer);
  if (said == "inserted") return keys::insert::reply::inserted;
  if (said == "exists") return keys::insert::reply::exists;
  if (said == "limit_reached") return keys::insert::reply::limit_reached;
  return strange;
}

result<keys::find::reply> answer_from(state& store, const keys::find& request) {
  const auto answer = store.read(store.ask(script::find_key).key("key:", request.id));
  if (!answer) return answer.error();
  if (is_array(**answer, 0)) return keys::find::reply{};
  auto row = read_key(**answer, request.id);
  if (!row) return row.error();
  return keys::find::reply{*std::move(row)};
}

result<keys::replace::reply> answer_from(state& store, const keys::replace& request) {
  const keys::record& row = request.row;
  if (!is_storable(row) || request.expected >= most) return unstorable_row;
  call asked = store.ask(script::replace_key);
  asked.key("key:", row.id).with(row.id, request.expected, row.state);
  write_changing(asked, row, request.expected + 1);
  return store.change(asked).transform([](std::uint32_t rows) { return rows == 1; });
}

result<keys::list::reply> answer_from(state& store, const keys::list& request) {
  call asked = store.ask(script::list_keys);
  asked.key("keys:", request.owner).with(request.after, request.limit);
  const auto answer = store.read(asked);
  if (!answer) return answer.error();
  const auto listed = elements_of(**answer);
  if (!listed) return strange;
  keys::list::reply rows;
  for (const redisReply* const each : *listed) {
    if (!is_array(*each, 2) || !is_text(*each->element[0])) return strange;
    auto row = read_key(*each->element[1], key_id(text_of(*each->element[0])));
    if (!row) return row.error();
    rows.push_back(*std::move(row));
  }
  return rows;
}

result<keys::touch::reply> answer_from(state& store, const keys::touch& request) {
  keys::touch::reply moved = 0;
  for (std::size_t from = 0; from < request.uses.size(); from += most_uses) {
    call asked = store.ask(script::touch_keys);
    const std::size_t end = std::min(from + most_uses, request.uses.size());
    for (std::size_t i = from; i < end; ++i) asked.key("key:", request.uses[i].id);
    for (std::size_t i = from; i < end; ++i) asked.with(request.uses[i].number, request.uses[i].at);
    const auto changed = store.change(asked);
    if (!changed) return changed.error();
    moved += *changed;
  }
  return moved;
}

template result<keys::insert::reply> store::answer(const keys::insert&);
template result<keys::find::reply> store::answer(const keys::find&);
template result<keys::replace::reply> store::answer(const keys::replace&);
template result<keys::list::reply> store::answer(const keys::list&);
template result<keys::touch::reply> store::answer(const keys::touch&);

}  // namespace ekauth::inline v1::redis
