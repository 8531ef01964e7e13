#include "fields.hpp"

#include <ekauth/http.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace example {

namespace {

using json = nlohmann::json;

// The parser keeps the last of several members with one name. Another reader of the same bytes might keep the
// first, so such a body has no one meaning and is refused.
class repeats {
 public:
  bool see(int depth, json::parse_event_t event, const json& what) {
    if (depth > 4) found_ = true;
    if (event == json::parse_event_t::object_start) names_.emplace_back();
    if (event == json::parse_event_t::object_end) names_.pop_back();
    if (event == json::parse_event_t::key && !names_.back().insert(what.get<std::string>()).second)
      found_ = true;
    return true;
  }
  bool found() const { return found_; }

 private:
  std::vector<std::set<std::string>> names_;
  bool found_ = false;
};

// text is UTF-8, in which U+0080 to U+009F begin with C2.
bool is_plain(const std::string& text) {
  unsigned char last = 0;
  return std::none_of(text.begin(), text.end(), [&](unsigned char c) {
    const bool control = c < 0x20 || c == 0x7f || (last == 0xc2 && c < 0xa0);
    last = c;
    return control;
  });
}

/// What is no date, or not written like one, comes out as another text.
std::optional<ekauth::time_point> read_time(const std::string& text) {
  if (text.size() != 20) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t digits) {
    unsigned out = 0;
    std::from_chars(text.data() + at, text.data() + at + digits, out);
    return out;
  };
  using namespace std::chrono;
  const year_month_day date{year(static_cast<int>(number(0, 4))), month(number(5, 2)), day(number(8, 2))};
  const ekauth::time_point read =
      sys_days(date) + hours(number(11, 2)) + minutes(number(14, 2)) + seconds(number(17, 2));
  if (ekauth::http::format_time(ekauth::http::to_unix_milliseconds(read)) != text) return std::nullopt;
  return read;
}

}  // namespace

fields::fields(const std::string& body) {
  repeats names;
  object_ = json::parse(
      body.empty() ? "{}" : body,
      [&](int depth, json::parse_event_t event, json& what) { return names.see(depth, event, what); }, false);
  readable_ = object_.is_object() && !names.found();
  if (!readable_) complaints_.emplace_back("the body must be one JSON object that names no field twice");
}

fields::fields(std::string path, json object, bool readable)
    : path_(std::move(path)), object_(std::move(object)), readable_(readable) {}

const json* fields::find(const char* name) {
  known_.insert(name);
  if (!readable_) return nullptr;
  const auto at = object_.find(name);
  return at == object_.end() || at->is_null() ? nullptr : &*at;
}

void fields::complain(const char* name, const std::string& what) {
  if (readable_) complaints_.push_back(path_ + name + " " + what);
}

void fields::require(const char* name) {
  if (find(name) == nullptr) complain(name, "should not be empty");
}

std::string fields::text(const char* name, std::size_t max) {
  std::string out = free_text(name);
  if (out.size() > max) complain(name, "must be at most " + std::to_string(max) + " bytes long");
  if (!is_plain(out)) complain(name, "must not contain control characters");
  return out;
}

std::string fields::free_text(const char* name) {
  const bool given = find(name) != nullptr;
  auto out = optional_free_text(name);
  if (!given) complain(name, "must be a string");
  if (out && out->empty()) complain(name, "should not be empty");
  return std::move(out).value_or("");
}

std::optional<std::string> fields::optional_free_text(const char* name) {
  const json* value = find(name);
  if (value && value->is_string()) return value->get<std::string>();
  if (value) complain(name, "must be a string");
  return std::nullopt;
}

std::optional<std::int64_t> fields::integer(const char* name, std::int64_t low, std::int64_t high) {
  const json* value = find(name);
  if (!value) return std::nullopt;
  const bool fits = value->is_number_integer() &&
                    (!value->is_number_unsigned() || value->get<std::uint64_t>() <= INT64_MAX) &&
                    value->get<std::int64_t>() >= low && value->get<std::int64_t>() <= high;
  if (!fits) {
    complain(name, "must be an integer from " + std::to_string(low) + " to " + std::to_string(high));
    return std::nullopt;
  }
  return value->get<std::int64_t>();
}

std::optional<ekauth::time_point> fields::time(const char* name) {
  const json* value = find(name);
  if (!value) return std::nullopt;
  auto read = value->is_string() ? read_time(value->get<std::string>()) : std::nullopt;
  if (!read) complain(name, "must be a time in UTC, such as 2026-01-15T10:30:00Z");
  return read;
}

bool fields::flag(const char* name) {
  const json* value = find(name);
  if (value && !value->is_boolean()) complain(name, "must be true or false");
  return value && value->is_boolean() && value->get<bool>();
}

std::string fields::choice(const char* name, const std::vector<std::string>& choices) {
  std::string out = optional_free_text(name).value_or(choices.front());
  if (std::find(choices.begin(), choices.end(), out) == choices.end()) {
    std::string all;
    for (const auto& each : choices) all += (all.empty() ? "" : ", ") + each;
    complain(name, "must be one of: " + all);
  }
  return out;
}

std::vector<std::string> fields::texts(const char* name, std::size_t max) {
  const json* value = find(name);
  const bool all_texts =
      value && value->is_array() && !value->empty() && value->size() <= max &&
      std::all_of(value->begin(), value->end(), [](const json& each) { return each.is_string(); });
  if (!all_texts) {
    complain(name, "must be an array of 1 to " + std::to_string(max) + " strings");
    return {};
  }
  return value->get<std::vector<std::string>>();
}

double fields::positive(const char* name, double max) {
  const json* value = find(name);
  const double out = value && value->is_number() ? value->get<double>() : 0;
  if (out > 0 && out <= max) return out;
  complain(name, "must be a positive number");
  complain(name, "should not be empty");
  complain(name, "must be a number conforming to the specified constraints");
  return 0;
}

fields& fields::object(const char* name) {
  const json* value = find(name);
  if (value && !value->is_object()) complain(name, "must be an object");
  const bool there = value && value->is_object();
  auto& one = inner_.emplace_back();
  one.push_back(fields(path_ + name + ".", there ? *value : json::object(), readable_));
  return one.back();
}

std::list<fields>& fields::objects(const char* name) {
  const json* value = find(name);
  auto& all = inner_.emplace_back();
  const bool fits =
      value && value->is_array() &&
      std::all_of(value->begin(), value->end(), [](const json& each) { return each.is_object(); });
  if (!fits) {
    complain(name, "must be an array of objects");
    return all;
  }
  for (const json& each : *value)
    all.push_back(fields(path_ + name + "[" + std::to_string(all.size()) + "].", each, readable_));
  return all;
}

bool fields::accepted() {
  if (!readable_ || std::exchange(judged_, true)) return complaints_.empty();
  for (const auto& member : object_.items()) {
    if (known_.count(member.key()) != 0) continue;
    complaints_.push_back((path_.empty() ? "the body" : path_.substr(0, path_.size() - 1)) +
                          " has a field that is not known here");
    break;
  }
  for (auto& each : inner_)
    for (fields& within : each)
      if (!within.accepted())
        complaints_.insert(complaints_.end(), within.complaints_.begin(), within.complaints_.end());
  return complaints_.empty();
}

}  // namespace example
