#include "postgres/answer.hpp"
#include "postgres/columns.hpp"

namespace ekauth::inline v1::postgres {

result<void> compose(statement& asked, const allowlists::find& request) {
  asked = {sql::find_allowlists,
           parameters::of(request.of.account, request.of.key, request.known_account, request.known_key)};
  return {};
}

result<allowlists::find::reply> read_reply(const allowlists::find& request, const received& got) {
  allowlists::find::reply found;
  for (int at = 0; at < got.found(); ++at) {
    const storage::columns<raw_row> row = columns::found(got.rows(), at);
    if (auto good = storage::read_list(row, request.of, found); !good) return good.error();
  }
  return found;
}

result<void> compose(statement& asked, const allowlists::save& request) {
  const allowlists::record& row = request.row;
  const auto entries = storage::storable_text(row.entries);
  if (!entries) return storage::unstorable_row;
  asked.which = request.expected == 0 ? sql::insert_allowlist : sql::update_allowlist;
  asked.values.with(row.of.account, row.of.key, row.enabled, row.changed_at, *entries);
  if (request.expected != 0) asked.values.with(request.expected);
  return {};
}

result<allowlists::save::reply> read_reply(const allowlists::save&, const received& got) {
  return got.changed() == 1;
}

template class act<allowlists::find>;
template class act<allowlists::save>;

template result<allowlists::find::reply> store::answer(const allowlists::find&);
template result<allowlists::save::reply> store::answer(const allowlists::save&);

}  // namespace ekauth::inline v1::postgres
