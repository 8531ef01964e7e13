// Rows of the table of figures that tests/run prints, and docs/PROOF.md repeats.
#pragma once

#include <cstdio>
#include <string>

namespace fixed {

/// The row of what was counted; tests/figures finds it in ctest's log.
inline void figure(const std::string& what, const std::string& seen) {
  std::printf("figure: %s | %s\n", what.c_str(), seen.c_str());
  std::fflush(stdout);  // a child that is forked later would print it again
}

}  // namespace fixed
