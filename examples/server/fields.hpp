// A request body: one JSON object with known fields, read strictly, all complaints at once.
//
//   fields in(x.body);
//   const auto name = in.text("name", 100);
//   const auto scopes = in.texts("scopes", 64);
//   if (!in.accepted()) return x.refuse_fields(in.complaints());
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace example {

/// Reads a body. Repeated names, unknown fields and wrong types are refused; complaints name our fields only,
/// and never repeat what the client sent.
class fields {
 public:
  /// An empty body is an empty object.
  explicit fields(const std::string& body);

  /// Required: 1 to max bytes without control characters.
  std::string text(const char* name, std::size_t max);
  /// Required: any text, with any character.
  std::string free_text(const char* name);
  std::optional<std::string> optional_free_text(const char* name);
  /// One of the choices; the first when absent.
  std::string choice(const char* name, const std::vector<std::string>& choices);
  std::optional<std::int64_t> integer(const char* name, std::int64_t low, std::int64_t high);
  bool flag(const char* name);
  /// Required: 1 to max texts.
  std::vector<std::string> texts(const char* name, std::size_t max);

  /// Whether everything was in order. Call it after all fields were asked for.
  bool accepted();
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  const nlohmann::json* find(const char* name);
  void complain(const char* name, const std::string& what);

  nlohmann::json object_;
  std::set<std::string> known_;
  std::vector<std::string> complaints_;
  bool readable_ = false;
};

}  // namespace example
