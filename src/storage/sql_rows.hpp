// Rows of the SQL stores, read strictly. The adapters differ in how they read one column, and in nothing
// else.
#pragma once

#include "storage/fields.hpp"
#include "storage/strict.hpp"

#include <optional>
#include <vector>

namespace ekauth::inline v1::storage {

/// The columns of a row from left to right. A value that ekauth would not have written makes the row bad for
/// good, and every value read from it worthless.
///
/// Raw is a row of the adapter, and answers for the column at an index: is_null(at); text(at), bytes(at) and
/// integer(at), which are nothing where the column is NULL or of another type.
template <class Raw>
class columns {
 public:
  explicit columns(Raw row, int first = 0) noexcept : row_(row), at_(first) {}

  [[nodiscard]] bool good() const noexcept { return good_; }
  [[nodiscard]] bool next_is_null() const noexcept { return row_.is_null(at_); }
  void skip(int count) noexcept { at_ += count; }

  /// As it lies in the adapter's memory.
  [[nodiscard]] std::string_view text() { return next(row_.text(at_)); }
  [[nodiscard]] std::int64_t integer() { return next(row_.integer(at_)); }

  template <class Value>
  [[nodiscard]] Value read() {
    Value value{};
    read(value);
    return value;
  }

  template <class Value>
  void read(Value& value) {
    constexpr form stored_as = form_of<Value>::value;
    if constexpr (stored_as == form::number)
      take_next(row_.integer(at_), value);
    else if constexpr (stored_as == form::text)
      take_next(row_.text(at_), value);
    else
      take_next(row_.bytes(at_), value);
  }
  template <class Value>
  void read(std::optional<Value>& value) {
    if (next_is_null())
      skip(1);
    else
      read(value.emplace());
  }

 private:
  template <class Stored>
  Stored next(const std::optional<Stored>& stored) {
    ++at_;
    if (!stored) good_ = false;
    return stored.value_or(Stored{});
  }
  template <class Stored, class Value>
  void take_next(const std::optional<Stored>& stored, Value& value) {
    ++at_;
    if (!stored || !take(*stored, value)) good_ = false;
  }

  Raw row_;
  int at_;
  bool good_ = true;
};

/// Keys out of rows that come by key, one for each of its secrets: id, key fields, then number, fields and
/// last use of the secret, or NULL.
class key_rows {
 public:
  template <class Raw>
  [[nodiscard]] result<void> add(columns<Raw> row) {
    const std::string_view id = row.text();
    if (found_.empty() || found_.back().id.text() != id) {
      found_.emplace_back().id = key_id(id);
      visit_key_fields(found_.back(), [&](std::string_view, auto& value) { row.read(value); });
    } else {
      row.skip(key_field_count);
    }
    if (!row.next_is_null()) {
      keys::verifier& secret = found_.back().verifiers.emplace_back();
      row.read(secret.number);
      visit_secret_fields(secret, [&](std::string_view, auto& value) { row.read(value); });
      row.read(secret.last_used);
    }
    if (!row.good() || found_.back().verifiers.size() > most_secrets) return corrupt_row;
    return {};
  }

  [[nodiscard]] std::vector<keys::record> all() && { return std::move(found_); }
  [[nodiscard]] std::optional<keys::record> one() && {
    if (found_.empty()) return std::nullopt;
    return std::move(found_.front());
  }

 private:
  std::vector<keys::record> found_;
};

/// Sessions out of rows: id, session fields, then the epoch and the last reason of the subject.
class session_rows {
 public:
  template <class Raw>
  [[nodiscard]] result<void> add(columns<Raw> row) {
    refresh::find::found& found = found_.emplace_back();
    row.read(found.row.id);
    visit_session_fields(found.row, [&](std::string_view, auto& value) { row.read(value); });
    row.read(found.subject_epoch);
    row.read(found.subject_reason);
    if (!row.good()) return corrupt_row;
    return {};
  }

  [[nodiscard]] std::vector<refresh::find::found> all() && { return std::move(found_); }
  [[nodiscard]] std::optional<refresh::find::found> one() && {
    if (found_.empty()) return std::nullopt;
    return std::move(found_.front());
  }

 private:
  std::vector<refresh::find::found> found_;
};

/// Reads one row of an allowlist: key, version, enabled, time of the change, and entries, which are NULL
/// where the asker knows that version.
template <class Raw>
[[nodiscard]] result<void> read_list(columns<Raw> row, const allowlists::holder& of,
                                     allowlists::find::found& into) {
  const bool of_account = row.text().empty();
  allowlists::find::answer& answer = of_account ? into.account : into.key;
  allowlists::record list;
  list.of = of;
  if (of_account) list.of.key = {};
  row.read(list.version);
  row.read(list.enabled);
  row.read(list.changed_at);
  answer.version = list.version;
  const bool has_entries = !row.next_is_null();
  if (has_entries) row.read(list.entries);
  if (!row.good() || list.version == 0) return corrupt_row;
  if (has_entries) answer.row = std::move(list);
  return {};
}

}  // namespace ekauth::inline v1::storage
