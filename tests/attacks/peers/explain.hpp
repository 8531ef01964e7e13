// Whether a difference is one of those that are listed.
#pragma once

#include "peers/differences.hpp"
#include "peers/judges.hpp"

namespace peers {

inline bool names(std::string_view list, std::string_view name) {
  return (' ' + std::string(list)).find(' ' + std::string(name) + ' ') != std::string::npos;
}

inline bool is_known_laxness(std::string_view judge, std::string_view topic) {
  for (const difference& each : laxness)
    if (names(each.judges, judge) && names(each.topics, topic)) return true;
  return false;
}

inline bool is_known_strictness(std::string_view judge, std::string_view case_name) {
  for (const difference& each : strictness)
    if (names(each.judges, judge) && case_name.find(each.topics) != std::string_view::npos) return true;
  return false;
}

}  // namespace peers
