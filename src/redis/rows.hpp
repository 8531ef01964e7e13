// Between records and the server: what a script is given, and a row read strictly.
#pragma once

#include <ekauth/ids.hpp>
#include <ekauth/scope.hpp>

#include "redis/connection.hpp"
#include "redis/scripts.hpp"
#include "storage/fields.hpp"
#include "storage/strict.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <type_traits>
#include <vector>

namespace ekauth::inline v1::redis {

/// The largest version and epoch: Redis counts in 64 bits with a sign.
inline constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();

/// A decimal number as the store writes it, and no other text.
[[nodiscard]] std::optional<std::int64_t> to_integer(const redisReply& answer) noexcept;

/// One run of a script: first its keys, then its other arguments. A value that is absent is an empty text.
class call {
 public:
  call(script which, std::string_view prefix) : which_(which), prefix_(prefix) {}

  /// A key: the prefix, what kind of thing it names, and which.
  call& key(std::string_view kind, std::string_view name) {
    ++keys_;
    open(prefix_.size() + kind.size() + name.size());
    words_.append(prefix_).append(kind).append(name).append("\r\n");
    return *this;
  }
  template <class Kind>
  call& key(std::string_view kind, const id<Kind>& name) {
    return key(kind, name.text());
  }

  template <class... Values>
  call& with(const Values&... values) {
    (add(values), ...);
    return *this;
  }

  /// A field of a row and its value; neither where there is no value.
  template <class Value>
  call& field(std::string_view name, const Value& value) {
    return with(name, value);
  }
  template <class Value>
  call& field(std::string_view name, const std::optional<Value>& value) {
    return value ? with(name, *value) : *this;
  }

  /// Adds each field that a visitor of storage/fields.hpp is given.
  [[nodiscard]] auto writer() {
    return [this](std::string_view name, const auto& value) { field(name, value); };
  }

  [[nodiscard]] script which() const noexcept { return which_; }

  /// As EVALSHA with the script's digest, or as EVAL with its text.
  [[nodiscard]] command as(std::string_view verb, std::string_view script_name) const {
    command whole(3 + count_, words_.size() + script_name.size() + 64);
    whole << verb << script_name << std::to_string(keys_);
    whole.ready(words_);
    return whole;
  }

 private:
  void add(std::string_view text) {
    open(text.size());
    words_.append(text).append("\r\n");
  }
  template <class Kind>
  void add(const id<Kind>& name) {
    add(std::string_view(name.text()));
  }
  void add(const scope::list& scopes) { add(std::string_view(scopes.spaced())); }
  void add(const char& slot) { add(std::string_view(&slot, 1)); }
  template <class Number>
  requires(std::is_integral_v<Number>) void add(const Number& number) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    add(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
  }
  void add(const time_point& when) { add(std::int64_t{when.time_since_epoch().count()}); }
  template <std::size_t N>
  void add(const std::array<std::uint8_t, N>& bytes) {
    add(std::string_view(reinterpret_cast<const char*>(bytes.data()), N));
  }
  template <class Value>
  void add(const std::optional<Value>& value) {
    if (value)
      add(*value);
    else
      add(std::string_view());
  }
  template <class Choice>
  requires(std::is_enum_v<Choice>) void add(const Choice& choice) { add(static_cast<std::int64_t>(choice)); }
  void open(std::size_t size) {
    ++count_;
    words_.append("$").append(std::to_string(size)).append("\r\n");
  }

  script which_;
  std::string_view prefix_;
  std::size_t keys_ = 0;
  std::size_t count_ = 0;  // of the words, keys among them
  std::string words_;
};

/// The fields of a stored row, by name. What ekauth would not have written, a field too many included, makes
/// the row bad for good, and every value read from it worthless.
class fields {
 public:
  /// names_and_values: the answer of HGETALL.
  explicit fields(const redisReply& names_and_values) noexcept
      : all_(names_and_values), good_(all_.type == REDIS_REPLY_ARRAY && all_.elements % 2 == 0) {}

  /// Whether all that was read is good, and all that is there was read.
  [[nodiscard]] bool is_whole() const noexcept { return good_ && read_ * 2 == all_.elements; }
  [[nodiscard]] bool has(std::string_view name) const noexcept;

  [[nodiscard]] std::string_view text(std::string_view name);
  [[nodiscard]] std::int64_t integer(std::string_view name);
  /// Numbers that grow, between single spaces.
  [[nodiscard]] std::vector<std::uint32_t> numbers(std::string_view name);

  template <class Value>
  void read(std::string_view name, Value& value) {
    if constexpr (storage::form_of<Value>::value == storage::form::number)
      keep(storage::take(integer(name), value));
    else
      keep(storage::take(text(name), value));
  }
  template <class Value>
  void read(std::string_view name, std::optional<Value>& value) {
    if (has(name)) read(name, value.emplace());
  }
  /// Reads each field that a visitor of storage/fields.hpp is given.
  [[nodiscard]] auto reader() {
    return [this](std::string_view name, auto& value) { read(name, value); };
  }

 private:
  template <class Value>
  Value bad(Value value) {
    good_ = false;
    return value;
  }
  void keep(bool is_good) noexcept { good_ = good_ && is_good; }
  [[nodiscard]] std::optional<std::size_t> place_of(std::string_view name) const noexcept;

  const redisReply& all_;
  std::size_t next_ = 0;  // where the next field lies, if they come in the order in which they were written
  std::size_t read_ = 0;
  bool good_;
};

}  // namespace ekauth::inline v1::redis
