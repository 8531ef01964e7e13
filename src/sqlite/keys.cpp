#include "sqlite/inside.hpp"

namespace ekauth::inline v1::sqlite {

namespace {

constexpr std::size_t most_secrets = 3;
constexpr error unstorable{errc::internal_error, "a key record that could not be read back"};

bool is_storable(const keys::record& row) {
  if (row.verifiers.size() > most_secrets) return false;
  for (std::size_t i = 0; i < row.verifiers.size(); ++i) {
    if (!is_slot(row.verifiers[i].slot)) return false;
    if (i > 0 && row.verifiers[i].number <= row.verifiers[i - 1].number) return false;
  }
  return (row.env == keys::environment::live || row.env == keys::environment::test) &&
         row.state >= keys::status::active && row.state <= keys::status::revoked;
}

// In the order of the columns that every reading statement names.
void read_key(columns& row, keys::record& key) {
  key.env = row.one_of(keys::environment::live, keys::environment::test);
  key.name = row.text();
  key.granted.subject = subject_id(row.text());
  key.granted.scopes = row.scopes();
  key.state = row.one_of(keys::status::active, keys::status::revoked);
  key.created_at = row.time();
  key.not_before = row.optional_time();
  key.expires_at = row.optional_time();
  key.revoked_at = row.optional_time();
  key.version = row.u64();
}
constexpr int key_columns = 10;  // besides the id

void read_secret(columns& row, keys::record& key) {
  if (row.next_is_null()) return;  // a key without any
  keys::verifier& secret = key.verifiers.emplace_back();
  secret.number = row.u32();
  secret.slot = row.slot();
  secret.value = row.digest_bytes();
  secret.created_at = row.time();
  secret.not_after = row.optional_time();
  secret.last_used = row.optional_time();
}

// Rows come by key, one for each of its secrets.
result<std::vector<keys::record>> read_keys(query& asked) {
  std::vector<keys::record> found;
  int code = SQLITE_DONE;
  while ((code = asked.step()) == SQLITE_ROW) {
    columns row(asked.row());
    const std::string_view id = row.text();
    if (found.empty() || found.back().id.text() != id) {
      found.emplace_back().id = key_id(id);
      read_key(row, found.back());
    } else {
      row.skip(key_columns);
    }
    read_secret(row, found.back());
    if (!row.good() || found.back().verifiers.size() > most_secrets) return corrupt_row;
  }
  if (code != SQLITE_DONE) return trouble(code);
  return found;
}

result<std::int64_t> count_keys(const connection& db, const subject_id& owner, std::uint32_t up_to) {
  query asked = db.ask(sql::count_keys);
  if (const int code = asked.with(owner, up_to).step(); code != SQLITE_ROW) return trouble(code);
  return columns(asked.row()).integer();
}

}  // namespace

result<keys::insert::reply> store::insert_key(const keys::insert& request) {
  const keys::record& row = request.row;
  if (!is_storable(row)) return unstorable;
  const std::string scopes = row.granted.scopes.spaced();
  return inside_->write([&](const connection& db) -> result<keys::insert::reply> {
    if (request.owner_limit != 0) {
      const auto count = count_keys(db, row.granted.subject, request.owner_limit);
      if (!count) return count.error();
      if (*count >= request.owner_limit) return keys::insert::reply::limit_reached;
    }
    const auto added = db.ask(sql::insert_key)
                           .with(row.id, row.env, row.name, row.granted.subject, scopes, row.state,
                                 row.created_at, row.not_before, row.expires_at, row.revoked_at, row.version)
                           .run();
    if (!added) return added.error();
    if (*added == 0) return keys::insert::reply::exists;
    for (const keys::verifier& one : row.verifiers) {
      const auto kept =
          db.ask(sql::insert_secret)
              .with(row.id, one.number, one.slot, one.value, one.created_at, one.not_after, one.last_used)
              .run();
      if (!kept) return kept.error();
    }
    return keys::insert::reply::inserted;
  });
}

result<keys::find::reply> store::find_key(const keys::find& request) {
  return inside_->read([&](const connection& db) -> result<keys::find::reply> {
    query asked = db.ask(sql::find_key);
    auto found = read_keys(asked.with(request.id));
    if (!found) return found.error();
    if (found->empty()) return keys::find::reply{};
    return keys::find::reply{std::move(found->front())};
  });
}

result<keys::replace::reply> store::replace_key(const keys::replace& request) {
  const keys::record& row = request.row;
  if (!is_storable(row)) return unstorable;
  const std::string scopes = row.granted.scopes.spaced();
  return inside_->write([&](const connection& db) -> result<keys::replace::reply> {
    const auto changed = db.ask(sql::update_key)
                             .with(row.id, request.expected, row.name, scopes, row.state, row.not_before,
                                   row.expires_at, row.revoked_at, request.expected + 1)
                             .run();
    if (!changed) return changed.error();
    if (*changed == 0) return false;

    std::array<std::int64_t, most_secrets> staying{-1, -1, -1};  // which no secret is numbered
    for (std::size_t i = 0; i < row.verifiers.size(); ++i) staying[i] = row.verifiers[i].number;
    const auto removed = db.ask(sql::remove_secrets).with(row.id, staying[0], staying[1], staying[2]).run();
    if (!removed) return removed.error();
    for (const keys::verifier& one : row.verifiers) {
      const auto kept = db.ask(sql::replace_secret)
                            .with(row.id, one.number, one.slot, one.value, one.created_at, one.not_after)
                            .run();
      if (!kept) return kept.error();
    }
    return true;
  });
}

result<keys::list::reply> store::list_keys(const keys::list& request) {
  return inside_->read([&](const connection& db) -> result<keys::list::reply> {
    query asked = db.ask(sql::list_keys);
    return read_keys(asked.with(request.owner, request.after, request.limit));
  });
}

result<keys::touch::reply> store::touch_keys(const keys::touch& request) {
  if (request.uses.empty()) return keys::touch::reply{0};
  return inside_->write([&](const connection& db) -> result<keys::touch::reply> {
    keys::touch::reply moved = 0;
    for (const auto& use : request.uses) {
      const auto changed = db.ask(sql::touch_secret).with(use.id, use.number, use.at).run();
      if (!changed) return changed.error();
      moved += *changed;
    }
    return moved;
  });
}

}  // namespace ekauth::inline v1::sqlite
