// A store of your own, to start from, and the kit that judges it.
//
// Copy store.hpp, put your tables in the place of the maps, and run this after each request: what happens
// under the lock becomes the statement, or the short transaction, that docs/STORAGE.md shows. Nothing
// printed: the contract is kept.
#include "store.hpp"

#include <ekauth/testing_flows.hpp>

#include <cstdio>

int main() {
  using namespace ekauth;
  custom::store db;
  int broken = 0;
  // [readme:judge]
  for (const auto& findings : {testing::check_keys(db), testing::check_sessions(db),
                               testing::check_allowlists(db), testing_flows::check_keys(db),
                               testing_flows::check_sessions(db), testing_flows::check_allowlists(db)}) {
    for (const testing::finding& each : findings) {
      std::puts(testing::to_string(each).c_str());
      ++broken;
    }
  }
  // [/readme]
  return broken == 0 ? 0 : 1;
}
