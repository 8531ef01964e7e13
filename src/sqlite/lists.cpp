#include "sqlite/answer.hpp"

namespace ekauth::inline v1::sqlite {

namespace {

struct list_rows {
  const allowlists::holder& of;
  allowlists::find::found found = {};

  [[nodiscard]] result<void> add(const columns& row) { return storage::read_list(row, of, found); }
};

}  // namespace

result<allowlists::find::reply> answer_from(state& store, const allowlists::find& request) {
  return store.read([&](const connection& db) -> result<allowlists::find::reply> {
    list_rows rows{request.of};
    query asked = db.ask(sql::find_allowlists);
    asked.with(request.of.account, request.of.key, request.known_account, request.known_key);
    if (auto read = asked.read_into(rows); !read) return read.error();
    return std::move(rows.found);
  });
}

result<allowlists::save::reply> answer_from(state& store, const allowlists::save& request) {
  const allowlists::record& row = request.row;
  const auto entries = storage::storable_text(row.entries);
  if (!entries) return storage::unstorable_row;
  return store.write([&](const connection& db) -> result<allowlists::save::reply> {
    query asked = db.ask(request.expected == 0 ? sql::insert_allowlist : sql::update_allowlist);
    asked.with(row.of.account, row.of.key, row.enabled, row.changed_at, *entries);
    if (request.expected != 0) asked.with(request.expected);
    const auto changed = asked.run();
    if (!changed) return changed.error();
    return *changed == 1;
  });
}

template result<allowlists::find::reply> store::answer(const allowlists::find&);
template result<allowlists::save::reply> store::answer(const allowlists::save&);

}  // namespace ekauth::inline v1::sqlite
