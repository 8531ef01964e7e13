#include "events.hpp"

#include <ekauth/http.hpp>

#include <charconv>

namespace example {

using ekauth::result;

namespace {

std::int64_t number(ekauth::keys::environment environment) { return static_cast<std::int64_t>(environment); }

std::int64_t to_number(const std::string& text) {
  std::int64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

}  // namespace

result<events> events::open(const std::string& path) {
  auto opened = database::open(path);
  if (!opened) return opened.error();
  auto made = opened->rows(R"(CREATE TABLE IF NOT EXISTS events(
    account TEXT NOT NULL, environment INTEGER NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL,
    created_at INTEGER NOT NULL, PRIMARY KEY(account, environment, id)) STRICT, WITHOUT ROWID)");
  if (!made) return made.error();
  return events(*std::move(opened));
}

result<std::vector<event>> events::list(const event_space& space) const {
  auto rows = database_.rows(
      "SELECT id, name, created_at FROM events WHERE account = ? AND environment = ?"
      " ORDER BY created_at DESC, id LIMIT 100",
      {space.account.text(), number(space.environment)});
  if (!rows) return rows.error();
  std::vector<event> out;
  for (const auto& row : *rows) out.push_back({row[0], row[1], to_number(row[2])});
  return out;
}

result<event> events::add(const event_space& space, const std::string& name, ekauth::time_point now) const {
  event made{new_id("evt_"), name, ekauth::http::to_unix_milliseconds(now)};
  auto added = database_.change(
      "INSERT INTO events(account, environment, id, name, created_at) VALUES(?, ?, ?, ?, ?)",
      {space.account.text(), number(space.environment), made.id, made.name, made.created_at});
  if (!added) return added.error();
  if (!*added) return ekauth::error{ekauth::errc::internal_error, "an event id was drawn twice"};
  return made;
}

result<bool> events::remove(const event_space& space, const std::string& id) const {
  auto removed = database_.change("DELETE FROM events WHERE account = ? AND environment = ? AND id = ?",
                                  {space.account.text(), number(space.environment), id});
  if (!removed) return removed.error();
  return *removed == 1;
}

}  // namespace example
