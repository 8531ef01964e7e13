// A host judges a store, blocking and behind callbacks, without any test framework.
#include <ekauth/memory.hpp>
#include <ekauth/testing_async.hpp>

#include <cstdio>

namespace {

struct callback_store {
  ekauth::memory::store rows;
  template <class Done>
  void find_allowlists(const ekauth::allowlists::find& request, Done done) {
    done(rows.find_allowlists(request));
  }
  template <class Done>
  void save_allowlist(const ekauth::allowlists::save& request, Done done) {
    done(rows.save_allowlist(request));
  }
};

}  // namespace

int main() {
  using namespace ekauth;
  memory::store store;
  callback_store behind_callbacks;
  testing::blocking_allowlists waited(behind_callbacks, testing::by_callback{});
  int broken = 0;
  for (const auto& findings :
       {testing::check_keys(store, {.rounds = 1}), testing::check_sessions(store, {.rounds = 1}),
        testing::check_allowlists(waited, {.rounds = 1})})
    for (const testing::finding& each : findings) {
      std::puts(testing::to_string(each).c_str());
      ++broken;
    }
  return broken;
}
