#include "redis/inside.hpp"

namespace ekauth::inline v1::redis {

namespace {

constexpr std::size_t most_secrets = 3;
constexpr std::size_t most_uses = 500;  // that one script moves, before others have their turn
constexpr error unstorable{errc::internal_error, "a key record that could not be read back"};

bool is_storable(const keys::record& row) {
  if (row.verifiers.size() > most_secrets || row.version > most) return false;
  for (std::size_t i = 0; i < row.verifiers.size(); ++i) {
    if (!is_slot(row.verifiers[i].slot)) return false;
    if (i > 0 && row.verifiers[i].number <= row.verifiers[i - 1].number) return false;
  }
  return (row.env == keys::environment::live || row.env == keys::environment::test) &&
         row.state >= keys::status::active && row.state <= keys::status::revoked;
}

// A field of one secret: "7.digest".
std::string part(std::uint32_t number, std::string_view name) {
  return std::to_string(number).append(".").append(name);
}

// What replace may change.
void write_changing(call& asked, const keys::record& row, std::uint64_t version) {
  asked.field("name", row.name).field("scopes", row.granted.scopes.spaced()).field("state", row.state);
  asked.field("not_before", row.not_before).field("expires_at", row.expires_at);
  asked.field("revoked_at", row.revoked_at).field("version", version);
  std::string numbers;
  for (const keys::verifier& one : row.verifiers)
    numbers.append(numbers.empty() ? "" : " ").append(std::to_string(one.number));
  asked.field("secrets", numbers);
  for (const keys::verifier& one : row.verifiers) {
    asked.field(part(one.number, "slot"), one.slot).field(part(one.number, "digest"), one.value);
    asked.field(part(one.number, "created_at"), one.created_at);
    asked.field(part(one.number, "not_after"), one.not_after);
  }
}

keys::verifier read_secret(fields& row, std::uint32_t number) {
  keys::verifier secret;
  secret.number = number;
  secret.slot = row.slot(part(number, "slot"));
  secret.value = row.bytes<32>(part(number, "digest"));
  secret.created_at = row.time(part(number, "created_at"));
  secret.not_after = row.optional_time(part(number, "not_after"));
  secret.last_used = row.optional_time(part(number, "last_used"));
  return secret;
}

result<keys::record> read_key(const redisReply& stored, key_id id) {
  fields row(stored);
  keys::record key;
  key.id = std::move(id);
  key.env = row.one_of("environment", keys::environment::live, keys::environment::test);
  key.granted.subject = subject_id(row.text("owner"));
  key.created_at = row.time("created_at");
  key.name = row.text("name");
  key.granted.scopes = row.scopes("scopes");
  key.state = row.one_of("state", keys::status::active, keys::status::revoked);
  key.not_before = row.optional_time("not_before");
  key.expires_at = row.optional_time("expires_at");
  key.revoked_at = row.optional_time("revoked_at");
  key.version = row.u64("version");
  for (const std::uint32_t number : row.numbers("secrets")) key.verifiers.push_back(read_secret(row, number));
  if (!row.is_whole() || key.verifiers.size() > most_secrets) return corrupt_row;
  return key;
}

}  // namespace

result<keys::insert::reply> store::insert_key(const keys::insert& request) {
  const keys::record& row = request.row;
  if (!is_storable(row)) return unstorable;
  call asked = inside_->ask(script::insert_key);
  asked.key("key:", row.id).key("owner:", row.granted.subject).key("unrevoked:", row.granted.subject);
  asked.with(row.id, request.owner_limit, row.state);
  asked.field("environment", row.env).field("owner", row.granted.subject).field("created_at", row.created_at);
  write_changing(asked, row, row.version);
  for (const keys::verifier& one : row.verifiers) asked.field(part(one.number, "last_used"), one.last_used);
  const auto answer = inside_->write(asked);
  if (!answer) return answer.error();
  const std::string_view said = text_of(**answer);
  if (said == "inserted") return keys::insert::reply::inserted;
  if (said == "exists") return keys::insert::reply::exists;
  if (said == "limit_reached") return keys::insert::reply::limit_reached;
  return strange;
}

result<keys::find::reply> store::find_key(const keys::find& request) {
  const auto answer = inside_->read(inside_->ask(script::find_key).key("key:", request.id));
  if (!answer) return answer.error();
  if (is_array(**answer, 0)) return keys::find::reply{};
  auto row = read_key(**answer, request.id);
  if (!row) return row.error();
  return keys::find::reply{*std::move(row)};
}

result<keys::replace::reply> store::replace_key(const keys::replace& request) {
  const keys::record& row = request.row;
  if (!is_storable(row) || request.expected >= most) return unstorable;
  call asked = inside_->ask(script::replace_key);
  asked.key("key:", row.id).with(row.id, request.expected, row.state);
  write_changing(asked, row, request.expected + 1);
  return inside_->change(asked).transform([](std::uint32_t rows) { return rows == 1; });
}

result<keys::list::reply> store::list_keys(const keys::list& request) {
  call asked = inside_->ask(script::list_keys);
  asked.key("owner:", request.owner).with(request.after, request.limit);
  const auto answer = inside_->read(asked);
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

result<keys::touch::reply> store::touch_keys(const keys::touch& request) {
  keys::touch::reply moved = 0;
  for (std::size_t from = 0; from < request.uses.size(); from += most_uses) {
    call asked = inside_->ask(script::touch_keys);
    const std::size_t end = std::min(from + most_uses, request.uses.size());
    for (std::size_t i = from; i < end; ++i) asked.key("key:", request.uses[i].id);
    for (std::size_t i = from; i < end; ++i) asked.with(request.uses[i].number, request.uses[i].at);
    const auto changed = inside_->change(asked);
    if (!changed) return changed.error();
    moved += *changed;
  }
  return moved;
}

}  // namespace ekauth::inline v1::redis
