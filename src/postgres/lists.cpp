#include "postgres/acts.hpp"
#include "postgres/columns.hpp"

namespace ekauth::inline v1::postgres {

namespace {

constexpr error unstorable{errc::internal_error, "an allowlist that could not be read back"};

// One row of find_allowlists, whose entries are NULL when they are those that the asker knows.
result<void> read_list(columns row, const allowlists::holder& of, allowlists::find::found& into) {
  const bool of_account = row.text().empty();
  allowlists::find::answer& answer = of_account ? into.account : into.key;
  answer.version = row.u64();
  const std::int64_t enabled = row.integer();
  if (answer.version == 0 || enabled < 0 || enabled > 1) return corrupt_row;
  allowlists::record list{of, enabled == 1, {}, row.time(), answer.version};
  if (of_account) list.of.key = {};
  if (row.next_is_null()) return row.good() ? result<void>() : corrupt_row;
  auto entries = allowlists::parse_entries(row.text());
  if (!row.good() || !entries) return corrupt_row;
  list.entries = *std::move(entries);
  answer.row = std::move(list);
  return {};
}

}  // namespace

result<statement> to_statement(const allowlists::find& request) {
  return statement{sql::find_allowlists, parameters::of(request.of.account, request.of.key,
                                                        request.known_account, request.known_key)};
}

result<allowlists::find::reply> read_reply(const allowlists::find& request, const received& got) {
  allowlists::find::reply found;
  for (int at = 0; at < got.found(); ++at)
    if (auto good = read_list(columns::found(got.rows(), at), request.of, found); !good) return good.error();
  return found;
}

result<statement> to_statement(const allowlists::save& request) {
  const allowlists::record& row = request.row;
  const std::string entries = allowlists::to_text(row.entries);
  if (const auto back = allowlists::parse_entries(entries); !back || *back != row.entries) return unstorable;
  statement asked{request.expected == 0 ? sql::insert_allowlist : sql::update_allowlist, {}};
  asked.values.with(row.of.account, row.of.key, row.enabled, row.changed_at, entries);
  if (request.expected != 0) asked.values.with(request.expected);
  return asked;
}

result<allowlists::save::reply> read_reply(const allowlists::save&, const received& got) {
  return got.changed() == 1;
}

}  // namespace ekauth::inline v1::postgres
