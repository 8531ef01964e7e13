#include "postgres/acts.hpp"
#include "postgres/columns.hpp"

namespace ekauth::inline v1::postgres {

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

// number, slot, digest, created_at and not_after, each an array over the secrets.
void bind_secrets(parameters& with, const std::vector<keys::verifier>& secrets) {
  with.with_each(secrets, [](const keys::verifier& one) { return one.number; })
      .with_each(secrets, [](const keys::verifier& one) { return one.slot; })
      .with_each(secrets, [](const keys::verifier& one) { return one.value; })
      .with_each(secrets, [](const keys::verifier& one) { return one.created_at; })
      .with_each(secrets, [](const keys::verifier& one) { return one.not_after; });
}

// In the order of the columns that both reading statements name.
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
result<std::vector<keys::record>> read_keys(const received& got) {
  std::vector<keys::record> found;
  for (int at = 0; at < got.found(); ++at) {
    columns row = columns::found(got.rows(), at);
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
  return found;
}

// The count of rows changed that the statement itself answers.
std::int64_t count_of(const received& got) { return columns(got.rows(), 0).integer(); }

}  // namespace

result<statement> to_statement(const keys::insert& request) {
  const keys::record& row = request.row;
  if (!is_storable(row)) return unstorable;
  const bool counts = row.state != keys::status::revoked;
  statement asked{sql::insert_key, {}};
  asked.values.with(row.id, row.env, row.name, row.granted.subject, row.granted.scopes.spaced(), row.state,
                    row.created_at, row.not_before, row.expires_at, row.revoked_at, row.version, counts,
                    request.owner_limit);
  bind_secrets(asked.values, row.verifiers);
  asked.values.with_each(row.verifiers, [](const keys::verifier& one) { return one.last_used; });
  return asked;
}

result<keys::insert::reply> read_reply(const keys::insert&, const received& got) {
  if (got.how() == fate::taken) {
    if (!got.is_taken_in("api_keys_pkey")) return got.why();
    return keys::insert::reply::exists;
  }
  return count_of(got) == 0 ? keys::insert::reply::limit_reached : keys::insert::reply::inserted;
}

result<statement> to_statement(const keys::find& request) {
  return statement{sql::find_key, parameters::of(request.id)};
}

result<keys::find::reply> read_reply(const keys::find&, const received& got) {
  auto found = read_keys(got);
  if (!found) return found.error();
  if (found->empty()) return keys::find::reply();
  return keys::find::reply(std::move(found->front()));
}

result<statement> to_statement(const keys::replace& request) {
  const keys::record& row = request.row;
  if (!is_storable(row)) return unstorable;
  statement asked{sql::replace_key, {}};
  asked.values.with(row.id, request.expected, row.name, row.granted.scopes.spaced(), row.state,
                    row.not_before, row.expires_at, row.revoked_at, request.expected + 1);
  bind_secrets(asked.values, row.verifiers);
  return asked;
}

result<keys::replace::reply> read_reply(const keys::replace&, const received& got) {
  return count_of(got) == 1;
}

result<statement> to_statement(const keys::list& request) {
  return statement{sql::list_keys, parameters::of(request.owner, request.after, request.limit)};
}

result<keys::list::reply> read_reply(const keys::list&, const received& got) { return read_keys(got); }

result<statement> to_statement(const keys::touch& request) {
  using use = keys::touch::use;
  statement asked{sql::touch_keys, {}};
  asked.values.with_each(request.uses, [](const use& one) { return one.id; })
      .with_each(request.uses, [](const use& one) { return one.number; })
      .with_each(request.uses, [](const use& one) { return one.at; });
  return asked;
}

result<keys::touch::reply> read_reply(const keys::touch&, const received& got) { return got.changed(); }

}  // namespace ekauth::inline v1::postgres
