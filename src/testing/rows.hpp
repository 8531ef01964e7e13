// Rows to store, and what is different about a row that came back.
#pragma once

#include "testing/trial.hpp"

namespace ekauth::inline v1::testing {

[[nodiscard]] digest bytes(std::uint8_t first);

/// A key and a session as their services make them.
[[nodiscard]] keys::record plain_key(const notes& t, std::string_view suffix, const subject_id& owner);
[[nodiscard]] refresh::record plain_session(const notes& t, std::string_view suffix,
                                            const subject_id& subject);

/// Every optional set, no two fields alike, every number as large as services let it become.
[[nodiscard]] keys::record full_key(const notes& t, std::string_view suffix, const subject_id& owner);
[[nodiscard]] refresh::record full_session(const notes& t, std::string_view suffix,
                                           const subject_id& subject);

/// Inserts a row that nothing stands against.
void add(keys_trial& t, const keys::record& row);
void add(sessions_trial& t, const refresh::record& row);

/// All bytes from first to last; what resembles an id; names that a careless comparison or statement takes
/// wrong.
[[nodiscard]] std::string bytes_between(int first, int last);
[[nodiscard]] std::vector<std::string> resembling(const std::string& id);
[[nodiscard]] std::vector<std::string> unusual_names();
/// With a first letter of the other case.
[[nodiscard]] std::string capital(std::string name);

/// The name of the first field in which they differ; empty: none.
[[nodiscard]] std::string_view difference(const keys::record& a, const keys::record& b);
[[nodiscard]] std::string_view difference(const refresh::record& a, const refresh::record& b);
[[nodiscard]] std::string_view difference(const refresh::find::found& a, const refresh::find::found& b);
[[nodiscard]] std::string_view difference(const allowlists::record& a, const allowlists::record& b);

/// Notes, where got is not want: "<when>, its created_at is not what was stored".
template <class Row>
bool expect_same(notes& t, const std::optional<Row>& got, const Row& want, std::string_view when) {
  if (!got) return t.expect(false, std::string(when).append(", the row was not found"));
  const std::string_view field = difference(*got, want);
  return t.expect(field.empty(), std::string(when).append(", it was found with another ").append(field));
}

/// Ids of rows, for comparing pages.
[[nodiscard]] std::vector<std::string> ids(const keys::list::reply& rows);
[[nodiscard]] std::vector<std::string> ids(const refresh::list::reply& rows);

/// Four digits that differ in their case and in their first place, in byte order.
inline constexpr std::string_view ordered[] = {"0000", "0001", "0009", "000A", "000Z", "000a", "000z", "00A0",
                                               "00a0", "0A00", "0a00", "A0a0", "Z000", "a0A0", "z000"};
inline constexpr std::size_t ordered_count = std::size(ordered);

}  // namespace ekauth::inline v1::testing
