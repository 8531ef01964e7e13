#include "sqlite/answer.hpp"

namespace ekauth::inline v1::sqlite {

namespace {

using storage::is_storable;
using storage::most_secrets;
using storage::unstorable_row;

result<std::int64_t> count_keys(const connection& db, const subject_id& owner, std::uint32_t up_to) {
  query asked = db.ask(sql::count_keys);
  if (const int code = asked.with(owner, up_to).step(); code != SQLITE_ROW) return trouble(code);
  return asked.row().integer();
}

result<void> insert_secret(const connection& db, const key_id& id, const keys::verifier& secret) {
  query asked = db.ask(sql::insert_secret);
  asked.with(id, secret.number);
  storage::visit_secret_fields(secret, asked.binder());
  asked.with(secret.last_used);
  const auto added = asked.run();
  return added ? result<void>() : added.error();
}

result<void> replace_secret(const connection& db, const key_id& id, const keys::verifier& secret) {
  query asked = db.ask(sql::replace_secret);
  asked.with(id, secret.number);
  storage::visit_secret_fields(secret, asked.binder());
  const auto kept = asked.run();
  return kept ? result<void>() : kept.error();
}

result<void> remove_others(const connection& db, const keys::record& row) {
  std::array<std::int64_t, most_secrets> staying{-1, -1, -1};  // which no secret is numbered
  for (std::size_t i = 0; i < row.verifiers.size(); ++i) staying[i] = row.verifiers[i].number;
  const auto removed = db.ask(sql::remove_secrets).with(row.id, staying[0], staying[1], staying[2]).run();
  return removed ? result<void>() : removed.error();
}

}  // namespace

result<keys::insert::reply> answer_from(state& store, const keys::insert& request) {
  const keys::record& row = request.row;
  if (!is_storable(row)) return unstorable_row;
  return store.write([&](const connection& db) -> result<keys::insert::reply> {
    if (request.owner_limit != 0) {
      const auto count = count_keys(db, row.granted.subject, request.owner_limit);
      if (!count) return count.error();
      if (*count >= request.owner_limit) return keys::insert::reply::limit_reached;
    }
    query asked = db.ask(sql::insert_key);
    asked.with(row.id);
    storage::visit_key_fields(row, asked.binder());
    const auto added = asked.run();
    if (!added) return added.error();
    if (*added == 0) return keys::insert::reply::exists;
    for (const keys::verifier& one : row.verifiers)
      if (auto kept = insert_secret(db, row.id, one); !kept) return kept.error();
    return keys::insert::reply::inserted;
  });
}

result<keys::find::reply> answer_from(state& store, const keys::find& request) {
  return store.read([&](const connection& db) -> result<keys::find::reply> {
    storage::key_rows found;
    query asked = db.ask(sql::find_key);
    if (auto read = asked.with(request.id).read_into(found); !read) return read.error();
    return std::move(found).one();
  });
}

result<keys::replace::reply> answer_from(state& store, const keys::replace& request) {
  const keys::record& row = request.row;
  if (!is_storable(row)) return unstorable_row;
  return store.write([&](const connection& db) -> result<keys::replace::reply> {
    query asked = db.ask(sql::update_key);
    asked.with(row.id, request.expected);
    storage::visit_changing_key_fields(row, asked.binder());
    const auto changed = asked.with(request.expected + 1).run();
    if (!changed) return changed.error();
    if (*changed == 0) return false;
    if (auto removed = remove_others(db, row); !removed) return removed.error();
    for (const keys::verifier& one : row.verifiers)
      if (auto kept = replace_secret(db, row.id, one); !kept) return kept.error();
    return true;
  });
}

result<keys::list::reply> answer_from(state& store, const keys::list& request) {
  return store.read([&](const connection& db) -> result<keys::list::reply> {
    storage::key_rows found;
    query asked = db.ask(sql::list_keys);
    asked.with(request.owner, request.after, request.limit);
    if (auto read = asked.read_into(found); !read) return read.error();
    return std::move(found).all();
  });
}

result<keys::touch::reply> answer_from(state& store, const keys::touch& request) {
  if (request.uses.empty()) return keys::touch::reply{0};
  return store.write([&](const connection& db) -> result<keys::touch::reply> {
    keys::touch::reply moved = 0;
    for (const auto& use : request.uses) {
      const auto changed = db.ask(sql::touch_secret).with(use.id, use.number, use.at).run();
      if (!changed) return changed.error();
      moved += *changed;
    }
    return moved;
  });
}

template result<keys::insert::reply> store::answer(const keys::insert&);
template result<keys::find::reply> store::answer(const keys::find&);
template result<keys::replace::reply> store::answer(const keys::replace&);
template result<keys::list::reply> store::answer(const keys::list&);
template result<keys::touch::reply> store::answer(const keys::touch&);

}  // namespace ekauth::inline v1::sqlite
