#include "accounts.hpp"

#include <ekauth/http.hpp>
#include <ekauth/random.hpp>

namespace example {

using ekauth::result;
using ekauth::subject_id;

std::string new_id(std::string_view prefix) {
  static constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string out(prefix);
  while (out.size() < prefix.size() + 10) {
    unsigned char byte = 0;
    ekauth::os_random().fill(&byte, 1);
    if (byte < 4 * digits.size()) out += digits[byte % digits.size()];  // the rest would favour some digits
  }
  return out;
}

result<accounts> accounts::open(const std::string& path) {
  auto opened = database::open(path);
  if (!opened) return opened.error();
  // Who pays for what is another system's knowledge; here every account is a professional.
  auto made = opened->rows(R"(CREATE TABLE IF NOT EXISTS accounts(
    id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE COLLATE NOCASE, name TEXT NOT NULL,
    tier TEXT NOT NULL DEFAULT 'professional', password_hash TEXT NOT NULL, created_at INTEGER NOT NULL,
    sessions_to_end INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID)");
  if (!made) return made.error();
  return accounts(*std::move(opened));
}

result<std::optional<account>> accounts::create(const std::string& email, const std::string& name,
                                                const std::string& password_hash,
                                                ekauth::time_point now) const {
  const std::string id = new_id("acc_");
  auto added = database_.change(
      "INSERT INTO accounts(id, email, name, password_hash, created_at) VALUES(?, ?, ?, ?, ?)",
      {id, email, name, password_hash, ekauth::http::to_unix_milliseconds(now)});
  if (!added) return added.error();
  if (!*added) return std::optional<account>();
  return find(subject_id(id));
}

result<std::optional<subject_id>> accounts::find_by_email(const std::string& email) const {
  auto rows = database_.rows("SELECT id FROM accounts WHERE email = ?", {email});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<subject_id>();
  return std::optional(subject_id(rows->front()[0]));
}

result<std::optional<account>> accounts::find(const subject_id& id) const {
  auto rows = database_.rows("SELECT id, name, tier FROM accounts WHERE id = ?", {id.text()});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<account>();
  auto& row = rows->front();
  return std::optional(account{subject_id(row[0]), row[1], row[2]});
}

result<std::optional<std::string>> accounts::password_hash(const subject_id& id) const {
  auto rows = database_.rows("SELECT password_hash FROM accounts WHERE id = ?", {id.text()});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<std::string>();
  return std::optional(rows->front()[0]);
}

result<bool> accounts::rehash(const subject_id& id, const std::string& from, const std::string& to) const {
  auto changed = database_.change("UPDATE accounts SET password_hash = ? WHERE id = ? AND password_hash = ?",
                                  {to, id.text(), from});
  if (!changed) return changed.error();
  return *changed == 1;
}

result<bool> accounts::change_password(const subject_id& id, const std::string& from,
                                       const std::string& to) const {
  auto changed = database_.change(
      "UPDATE accounts SET password_hash = ?, sessions_to_end = 1 WHERE id = ? AND password_hash = ?",
      {to, id.text(), from});
  if (!changed) return changed.error();
  return *changed == 1;
}

result<std::vector<accounts::note>> accounts::sessions_to_end() const {
  auto rows = database_.rows("SELECT id, password_hash FROM accounts WHERE sessions_to_end = 1");
  if (!rows) return rows.error();
  std::vector<note> out;
  for (const auto& row : *rows) out.push_back({subject_id(row[0]), row[1]});
  return out;
}

result<void> accounts::sessions_ended(const note& done) const {
  // A change that came meanwhile has left a note of its own, which must stay.
  auto changed =
      database_.change("UPDATE accounts SET sessions_to_end = 0 WHERE id = ? AND password_hash = ?",
                       {done.id.text(), done.password_hash});
  if (!changed) return changed.error();
  return {};
}

}  // namespace example
