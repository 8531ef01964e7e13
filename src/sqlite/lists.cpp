#include "sqlite/inside.hpp"

namespace ekauth::inline v1::sqlite {

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

result<allowlists::find::reply> store::find_allowlists(const allowlists::find& request) {
  return inside_->read([&](const connection& db) -> result<allowlists::find::reply> {
    query asked = db.ask(sql::find_allowlists);
    asked.with(request.of.account, request.of.key, request.known_account, request.known_key);
    allowlists::find::reply found;
    int code = SQLITE_DONE;
    while ((code = asked.step()) == SQLITE_ROW)
      if (auto good = read_list(columns(asked.row()), request.of, found); !good) return good.error();
    if (code != SQLITE_DONE) return trouble(code);
    return found;
  });
}

result<allowlists::save::reply> store::save_allowlist(const allowlists::save& request) {
  const allowlists::record& row = request.row;
  const std::string entries = allowlists::to_text(row.entries);
  if (const auto back = allowlists::parse_entries(entries); !back || *back != row.entries) return unstorable;
  const std::int64_t enabled = row.enabled ? 1 : 0;
  return inside_->write([&](const connection& db) -> result<allowlists::save::reply> {
    query asked = db.ask(request.expected == 0 ? sql::insert_allowlist : sql::update_allowlist);
    asked.with(row.of.account, row.of.key, enabled, row.changed_at, entries);
    if (request.expected != 0) asked.with(request.expected);
    const auto changed = asked.run();
    if (!changed) return changed.error();
    return *changed == 1;
  });
}

}  // namespace ekauth::inline v1::sqlite
