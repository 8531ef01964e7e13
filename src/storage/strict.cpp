#include "storage/strict.hpp"

namespace ekauth::inline v1::storage {

namespace {

template <class Choice>
bool is_choice(Choice value) noexcept {
  return value >= stored_choices<Choice>::first && value <= stored_choices<Choice>::last;
}

}  // namespace

bool is_storable(const keys::record& row) noexcept {
  if (row.verifiers.size() > most_secrets) return false;
  for (std::size_t i = 0; i < row.verifiers.size(); ++i) {
    if (!is_slot(row.verifiers[i].slot)) return false;
    if (i > 0 && row.verifiers[i].number <= row.verifiers[i - 1].number) return false;
  }
  return is_choice(row.env) && is_choice(row.state);
}

bool is_storable(const refresh::record& row) noexcept {
  return is_slot(row.slot) && is_choice(row.state) && is_choice(row.reason);
}

bool is_storable(refresh::end_reason reason) noexcept { return is_choice(reason); }

std::optional<std::string> storable_text(const std::vector<allowlists::entry>& entries) {
  std::string text = allowlists::to_text(entries);
  // A label that breaks its line would come back as another list.
  const auto back = allowlists::parse_entries(text);
  if (!back || *back != entries) return std::nullopt;
  return text;
}

bool take(std::string_view stored, char& slot) noexcept {
  if (stored.size() != 1 || !is_slot(stored[0])) return false;
  slot = stored[0];
  return true;
}

bool take(std::string_view stored, scope::list& value) {
  auto read = scope::list::parse_spaced(stored);
  if (!read) return false;
  // Parsing drops repeats; ekauth never writes one.
  std::size_t length = read->empty() ? 0 : read->entries().size() - 1;
  for (const std::string& one : read->entries()) length += one.size();
  value = *std::move(read);
  return length == stored.size();
}

bool take(std::string_view stored, std::vector<allowlists::entry>& value) {
  auto read = allowlists::parse_entries(stored);
  if (read) value = *std::move(read);
  return read.has_value();
}

}  // namespace ekauth::inline v1::storage
