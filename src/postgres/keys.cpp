#include "postgres/answer.hpp"
#include "postgres/columns.hpp"

namespace ekauth::inline v1::postgres {

namespace {

using storage::is_storable;
using storage::unstorable_row;

// number, slot, digest, created_at and not_after, each an array over the secrets.
void bind_secrets(parameters& with, const std::vector<keys::verifier>& secrets) {
  with.with_each(secrets, [](const keys::verifier& one) { return one.number; })
      .with_each(secrets, [](const keys::verifier& one) { return one.slot; })
      .with_each(secrets, [](const keys::verifier& one) { return one.value; })
      .with_each(secrets, [](const keys::verifier& one) { return one.created_at; })
      .with_each(secrets, [](const keys::verifier& one) { return one.not_after; });
}

result<storage::key_rows> read_keys(const received& got) {
  storage::key_rows found;
  for (int at = 0; at < got.found(); ++at)
    if (auto good = found.add(columns::found(got.rows(), at)); !good) return good.error();
  return found;
}

// The count of rows changed that the statement itself answers.
std::int64_t count_of(const received& got) { return columns(got.rows(), 0).integer(); }

}  // namespace

result<void> compose(statement& asked, const keys::insert& request) {
  const keys::record& row = request.row;
  if (!is_storable(row)) return unstorable_row;
  const bool counts = row.state != keys::status::revoked;
  asked.which = sql::insert_key;
  asked.values.with(row.id);
  storage::visit_key_fields(row, asked.values.binder());
  asked.values.with(counts, request.owner_limit);
  bind_secrets(asked.values, row.verifiers);
  asked.values.with_each(row.verifiers, [](const keys::verifier& one) { return one.last_used; });
  return {};
}

result<keys::insert::reply> read_reply(const keys::insert&, const received& got) {
  if (got.how() == fate::taken) {
    if (!got.is_taken_in("api_keys_pkey")) return got.why();
    return keys::insert::reply::exists;
  }
  return count_of(got) == 0 ? keys::insert::reply::limit_reached : keys::insert::reply::inserted;
}

result<void> compose(statement& asked, const keys::find& request) {
  asked = {sql::find_key, parameters::of(request.id)};
  return {};
}

result<keys::find::reply> read_reply(const keys::find&, const received& got) {
  auto found = read_keys(got);
  if (!found) return found.error();
  return (*std::move(found)).one();
}

result<void> compose(statement& asked, const keys::replace& request) {
  const keys::record& row = request.row;
  if (!is_storable(row)) return unstorable_row;
  asked.which = sql::replace_key;
  asked.values.with(row.id, request.expected);
  storage::visit_changing_key_fields(row, asked.values.binder());
  asked.values.with(request.expected + 1);
  bind_secrets(asked.values, row.verifiers);
  return {};
}

result<keys::replace::reply> read_reply(const keys::replace&, const received& got) {
  return count_of(got) == 1;
}

result<void> compose(statement& asked, const keys::list& request) {
  asked = {sql::list_keys, parameters::of(request.owner, request.after, request.limit)};
  return {};
}

result<keys::list::reply> read_reply(const keys::list&, const received& got) {
  auto found = read_keys(got);
  if (!found) return found.error();
  return (*std::move(found)).all();
}

result<void> compose(statement& asked, const keys::touch& request) {
  using use = keys::touch::use;
  asked.which = sql::touch_keys;
  asked.values.with_each(request.uses, [](const use& one) { return one.id; })
      .with_each(request.uses, [](const use& one) { return one.number; })
      .with_each(request.uses, [](const use& one) { return one.at; });
  return {};
}

result<keys::touch::reply> read_reply(const keys::touch&, const received& got) { return got.changed(); }

template class act<keys::insert>;
template class act<keys::find>;
template class act<keys::replace>;
template class act<keys::list>;
template class act<keys::touch>;

template result<keys::insert::reply> store::answer(const keys::insert&);
template result<keys::find::reply> store::answer(const keys::find&);
template result<keys::replace::reply> store::answer(const keys::replace&);
template result<keys::list::reply> store::answer(const keys::list&);
template result<keys::touch::reply> store::answer(const keys::touch&);

}  // namespace ekauth::inline v1::postgres
