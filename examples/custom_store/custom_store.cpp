// Stores of your own, to start from, and the kit that judges them.
//
// Copy keys.hpp, sessions.hpp and lists.hpp, put your tables in the place of the maps, and run this after
// each request: what happens under a lock becomes the statement, or the short transaction, that
// docs/STORAGE.md shows. Nothing printed: the contract is kept.
#include "keys.hpp"
#include "lists.hpp"
#include "sessions.hpp"

#include <ekauth/testing.hpp>

#include <cstdio>

int main() {
  using namespace ekauth;
  custom::key_store api_keys;
  custom::session_store sessions;
  custom::list_store lists;
  int broken = 0;
  // [readme:judge]
  for (const auto& findings :
       {testing::check_keys(api_keys), testing::check_sessions(sessions), testing::check_allowlists(lists)}) {
    for (const testing::finding& each : findings) {
      std::puts(testing::to_string(each).c_str());
      ++broken;
    }
  }
  // [/readme]
  return broken == 0 ? 0 : 1;
}
