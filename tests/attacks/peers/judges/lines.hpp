// The protocol of judge_pyjwt.py, for judges in C++.
#pragma once

#include <cstdio>
#include <iostream>
#include <string>

namespace lines {

inline constexpr std::string_view secret = "0123456789abcdef0123456789abcdef";
inline constexpr long now = 1700000100;

inline std::string from_hexadecimal(const std::string& line) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < line.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(line.substr(i, 2), nullptr, 16)));
  return bytes;
}

/// judge: a token's bytes to an empty string, or the reason why not.
template <class Judge>
int answer(Judge judge) {
  std::string line;
  while (std::getline(std::cin, line)) {
    const std::string token = from_hexadecimal(line), why = judge(token);
    std::puts(why.empty() ? "+" : ("- " + why).c_str());
  }
  return 0;
}

}  // namespace lines
