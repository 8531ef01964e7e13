// What the targets that read JSON share: a document as another parser finds it, and room for the quick
// reader.
#pragma once

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jwt/flat.hpp"

namespace fuzz {

/// A JSON value, as nlohmann_json reads it. Members of an object are in order of name.
struct json {
  enum class kind { null, boolean, number, text, array, object };
  kind is = kind::null;
  bool yes = false;
  double number = 0;
  std::string text;
  std::vector<std::string> names;
  std::vector<json> values;

  [[nodiscard]] bool is_object() const { return is == kind::object; }
  /// The member of that name; null where there is none.
  [[nodiscard]] const json* find(std::string_view name) const {
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == name) return &values[i];
    return nullptr;
  }
  /// The member of that name, where it is a text.
  [[nodiscard]] std::optional<std::string> text_of(std::string_view name) const {
    const json* const member = find(name);
    return member != nullptr && member->is == kind::text ? std::optional(member->text) : std::nullopt;
  }
  [[nodiscard]] bool says(std::string_view name, std::string_view text_there) const {
    return text_of(name) == std::string(text_there);
  }
  [[nodiscard]] bool says(std::string_view name, double number_there) const {
    const json* const member = find(name);
    return member != nullptr && member->is == kind::number && member->number == number_there;
  }
  friend bool operator==(const json&, const json&) = default;
};

/// What another parser makes of a text.
struct reading {
  bool good = false;
  bool beyond_double = false;  ///< bad only for a number that no double holds, which JSON allows
  json root;
};
[[nodiscard]] reading read_elsewhere(std::string_view text);

/// The text of an object with that member a second time behind all others.
[[nodiscard]] std::string repeating(std::string_view object, const std::string& name);

/// A text, with U+FFFD for each maximal part that is not UTF-8, as another writer has it.
[[nodiscard]] std::string cleaned_elsewhere(std::string_view text);

/// A text with the bytes behind it that the quick reader asks for, and none more.
class padded {
 public:
  explicit padded(std::string_view text)
      : bytes_(new char[text.size() + ekauth::jwt::flat::padding]()), size_(text.size()) {
    if (!text.empty()) std::memcpy(bytes_.get(), text.data(), text.size());
  }
  [[nodiscard]] std::string_view text() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

inline std::optional<std::string> own(const std::optional<std::string_view>& text) {
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

}  // namespace fuzz
