#include "fuzz/json.hpp"

#include <nlohmann/json.hpp>

namespace fuzz {

namespace {

json convert(const nlohmann::json& from) {
  json to;
  if (from.is_boolean()) {
    to.is = json::kind::boolean;
    to.yes = from.get<bool>();
  } else if (from.is_number()) {
    to.is = json::kind::number;
    to.number = from.get<double>();
  } else if (from.is_string()) {
    to.is = json::kind::text;
    to.text = from.get<std::string>();
  } else if (from.is_structured()) {
    to.is = from.is_array() ? json::kind::array : json::kind::object;
    for (const auto& [name, value] : from.items()) {
      if (from.is_object()) to.names.push_back(name);
      to.values.push_back(convert(value));
    }
  }
  return to;
}

}  // namespace

reading read_elsewhere(std::string_view text) {
  try {
    return {true, false, convert(nlohmann::json::parse(text))};
  } catch (const nlohmann::json::out_of_range&) {
    return {false, true, {}};
  } catch (const nlohmann::json::exception&) {
    return {};
  }
}

std::string repeating(std::string_view object, const std::string& name) {
  return std::string(object.substr(0, object.rfind('}'))) + ',' + nlohmann::json(name).dump() + ':' +
         *ekauth::jwt::find_json(object, name) + '}';
}

std::string cleaned_elsewhere(std::string_view text) {
  const auto replace = nlohmann::json::error_handler_t::replace;
  return read_elsewhere(nlohmann::json(std::string(text)).dump(-1, ' ', false, replace)).root.text;
}

}  // namespace fuzz
