// A request body: one JSON object with known fields, read strictly, all complaints at once.
//
//   fields in(x.body);
//   const auto name = in.text("name", 100);
//   const auto scopes = in.texts("scopes", 64);
//   if (!in.accepted()) return x.refuse_fields(in.complaints());
#pragma once

#include <ekauth/clock.hpp>

#include <cstdint>
#include <list>
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
  /// In this and the next ones null is as good as nothing.
  std::optional<std::string> optional_free_text(const char* name);
  std::optional<std::int64_t> integer(const char* name, std::int64_t low, std::int64_t high);
  std::optional<ekauth::time_point> time(const char* name);  ///< "2026-01-15T10:30:00Z"
  bool flag(const char* name);
  /// One of the choices; the first when absent.
  std::string choice(const char* name, const std::vector<std::string>& choices);
  /// Required: 1 to max texts.
  std::vector<std::string> texts(const char* name, std::size_t max);
  /// Required: a number over 0, up to max.
  double positive(const char* name, double max);

  /// An object within, empty when absent, and a list of them. Their complaints are this one's too, and name
  /// "amount.value" and "entries[0].label".
  fields& object(const char* name);
  std::list<fields>& objects(const char* name);

  /// Complains when a field is absent whose absence would otherwise mean something.
  void require(const char* name);

  /// Whether everything was in order. Call it after all fields were asked for.
  bool accepted();
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  fields(std::string path, nlohmann::json object, bool readable);
  const nlohmann::json* find(const char* name);
  void complain(const char* name, const std::string& what);

  std::string path_;  // of this object, with the separator: "amount."
  nlohmann::json object_;
  bool readable_ = false;
  bool judged_ = false;
  std::set<std::string> known_;
  std::vector<std::string> complaints_;
  std::list<std::list<fields>> inner_;  // references into it stay valid
};

}  // namespace example
