// What a store may keep, and what it may believe when it reads it back: nothing that ekauth did not write.
#pragma once

#include <ekauth/allowlists_store.hpp>
#include <ekauth/keys_store.hpp>
#include <ekauth/refresh_store.hpp>

#include <limits>
#include <string_view>
#include <type_traits>

namespace ekauth::inline v1::storage {

inline constexpr error corrupt_row{errc::store_corrupt, "a stored row is not one that ekauth wrote"};
inline constexpr error unstorable_row{errc::internal_error, "a record that could not be read back"};

inline constexpr std::size_t most_secrets = 3;  ///< of one key

/// Whether a character may name a server key.
[[nodiscard]] constexpr bool is_slot(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// ---- Before writing

[[nodiscard]] bool is_storable(const keys::record& row) noexcept;
[[nodiscard]] bool is_storable(const refresh::record& row) noexcept;
[[nodiscard]] bool is_storable(refresh::end_reason reason) noexcept;

/// The entries as one text; nothing where it would be read back as other entries.
[[nodiscard]] std::optional<std::string> storable_text(const std::vector<allowlists::entry>& entries);

// ---- When reading

/// The last value of an enumeration; the first and those between are stored as their numbers.
template <class Choice>
struct stored_choices;
template <>
struct stored_choices<keys::environment> {
  static constexpr auto first = keys::environment::live, last = keys::environment::test;
};
template <>
struct stored_choices<keys::status> {
  static constexpr auto first = keys::status::active, last = keys::status::revoked;
};
template <>
struct stored_choices<refresh::status> {
  static constexpr auto first = refresh::status::active, last = refresh::status::revoked;
};
template <>
struct stored_choices<refresh::end_reason> {
  static constexpr auto first = refresh::end_reason::none, last = refresh::end_reason::admin;
};

/// How a value is stored. Numbers are signed, of 64 bits; a time is one of milliseconds.
enum class form : std::uint8_t { number, text, bytes };

template <class Value>
struct form_of {
  static constexpr form value =
      std::is_enum_v<Value> || (std::is_integral_v<Value> && !std::is_same_v<Value, char>) ? form::number
                                                                                           : form::text;
};
template <>
struct form_of<time_point> {
  static constexpr form value = form::number;
};
template <std::size_t N>
struct form_of<std::array<std::uint8_t, N>> {
  static constexpr form value = form::bytes;
};

/// Reads a stored number. false: ekauth never wrote this one.
[[nodiscard]] inline bool take(std::int64_t stored, time_point& value) noexcept {
  value = time_point(duration(stored));
  return true;
}
template <class Value>
requires std::is_unsigned_v<Value>
[[nodiscard]] bool take(std::int64_t stored, Value& value) noexcept {
  value = static_cast<Value>(stored);
  return stored >= 0 && static_cast<std::uint64_t>(stored) <= std::numeric_limits<Value>::max();
}
[[nodiscard]] inline bool take(std::int64_t stored, bool& value) noexcept {
  value = stored != 0;
  return stored == 0 || stored == 1;
}
template <class Choice>
requires std::is_enum_v<Choice>
[[nodiscard]] bool take(std::int64_t stored, Choice& value) noexcept {
  using choices = stored_choices<Choice>;
  if (stored < static_cast<std::int64_t>(choices::first) || stored > static_cast<std::int64_t>(choices::last))
    return false;
  value = static_cast<Choice>(stored);
  return true;
}

/// Reads a stored text, or stored bytes.
[[nodiscard]] inline bool take(std::string_view stored, std::string& value) {
  value = stored;
  return true;
}
template <class Kind>
[[nodiscard]] bool take(std::string_view stored, id<Kind>& value) {
  value = id<Kind>(stored);
  return true;
}
[[nodiscard]] bool take(std::string_view stored, char& slot) noexcept;
[[nodiscard]] bool take(std::string_view stored, scope::list& value);
[[nodiscard]] bool take(std::string_view stored, std::vector<allowlists::entry>& value);
template <std::size_t N>
[[nodiscard]] bool take(std::string_view stored, std::array<std::uint8_t, N>& value) noexcept {
  if (stored.size() != N) return false;
  for (std::size_t i = 0; i < N; ++i) value[i] = static_cast<std::uint8_t>(stored[i]);
  return true;
}

}  // namespace ekauth::inline v1::storage
