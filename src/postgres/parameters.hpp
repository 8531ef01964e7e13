// The parameters of a statement, in PostgreSQL's binary form.
#pragma once

#include <ekauth/clock.hpp>
#include <ekauth/ids.hpp>
#include <ekauth/scope.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace ekauth::inline v1::postgres {

/// The types that the tables are made of, by PostgreSQL's numbers for them, which never change.
enum class type : std::uint32_t { bytea = 17, int8 = 20, int2 = 21, bytea_array = 1001, int8_array = 1016 };

/// Texts and digests travel as bytea, numbers as int8. A value; holds copies.
class parameters {
 public:
  /// Binds $1, $2, … in order.
  template <class... Values>
  [[nodiscard]] static parameters of(const Values&... values) {
    parameters bound;
    bound.with(values...);
    return bound;
  }
  template <class... Values>
  parameters& with(const Values&... values) {
    (bind(type_of<Values>(), [&] { return put(values); }), ...);
    return *this;
  }

  /// Binds an array: field(row) of every row.
  template <class Row, class Field>
  parameters& with_each(const std::vector<Row>& rows, const Field& field) {
    using element = std::decay_t<decltype(field(rows.front()))>;
    const bool is_bytes = type_of<element>() == type::bytea;
    bind(is_bytes ? type::bytea_array : type::int8_array, [&] {
      put_array_header(type_of<element>(), rows.size());
      for (const Row& row : rows) {
        const std::size_t length_at = bytes_.size();
        put_u32(0);
        const std::size_t start = bytes_.size();
        const bool is_null = !put(field(row));
        set_u32(length_at, is_null ? null_length : static_cast<std::uint32_t>(bytes_.size() - start));
      }
      return true;
    });
    return *this;
  }

  /// Binds each field that a visitor of storage/fields.hpp is given.
  [[nodiscard]] auto binder() {
    return [this](std::string_view, const auto& value) { with(value); };
  }

  [[nodiscard]] static constexpr bool fits(std::uint64_t number) noexcept {
    return number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  }

  static constexpr std::size_t longest = (std::size_t{1} << 30) - 1;  ///< bytes of a field of PostgreSQL

  /// Whether every number and every text was one that PostgreSQL can store.
  [[nodiscard]] bool fit() const noexcept { return fit_; }

  /// As libpq's calls want them; points into this object.
  static constexpr std::size_t most = 22;
  struct table {
    int count = 0;
    std::array<unsigned, most> types{};
    std::array<const char*, most> values{};
    std::array<int, most> lengths{};
    std::array<int, most> formats{};
  };
  [[nodiscard]] table for_libpq() const;

 private:
  static constexpr std::uint32_t null_length = 0xffffffff;
  struct bound {
    type of;
    std::size_t start;
    std::size_t size;
    bool is_null;
  };

  template <class Value>
  static constexpr type type_of() {
    if constexpr (is_optional<Value>::value)
      return type_of<typename Value::value_type>();
    else if constexpr (std::is_enum_v<Value> || std::is_same_v<Value, time_point> ||
                       (std::is_integral_v<Value> && !std::is_same_v<Value, char>))
      return type::int8;
    else
      return type::bytea;
  }
  template <class Value>
  struct is_optional : std::false_type {};
  template <class Value>
  struct is_optional<std::optional<Value>> : std::true_type {};

  template <class Put>
  void bind(type of, const Put& put_value) {
    const std::size_t start = bytes_.size();
    const bool is_null = !put_value();
    bound_.push_back({of, start, bytes_.size() - start, is_null});
  }

  // Each appends a value; false: NULL.
  bool put(std::string_view text);
  bool put(const std::string& text) { return put(std::string_view(text)); }
  bool put(const scope::list& scopes) { return put(std::string_view(scopes.spaced())); }
  bool put(const char& slot) { return put(std::string_view(&slot, 1)); }
  template <class Kind>
  bool put(const id<Kind>& name) {
    return put(std::string_view(name.text()));
  }
  template <std::size_t N>
  bool put(const std::array<std::uint8_t, N>& bytes) {
    return put(std::string_view(reinterpret_cast<const char*>(bytes.data()), N));
  }
  bool put(std::int64_t number);
  bool put(bool yes) { return put(std::int64_t{yes}); }
  bool put(std::uint32_t number) { return put(std::int64_t{number}); }
  bool put(std::uint64_t number);
  bool put(time_point when) { return put(std::int64_t{when.time_since_epoch().count()}); }
  template <class Choice>
  requires std::is_enum_v<Choice>
  bool put(Choice choice) { return put(static_cast<std::int64_t>(choice)); }
  template <class Value>
  bool put(const std::optional<Value>& value) {
    return value && put(*value);
  }

  void put_array_header(type element, std::size_t count);
  void put_u32(std::uint32_t number);
  void set_u32(std::size_t at, std::uint32_t number);

  std::string bytes_;
  std::vector<bound> bound_;
  bool fit_ = true;
};

}  // namespace ekauth::inline v1::postgres
