// A host judges a store, blocking and behind callbacks, without any test framework.
#include <ekauth/memory.hpp>
#include <ekauth/testing_async.hpp>

#include <cstdio>

namespace {

struct callback_store {
  ekauth::memory::store rows;
  template <class Request, class Done>
  void answer(const Request& request, Done done) {
    done(rows.answer(request));
  }
};

}  // namespace

int main() {
  using namespace ekauth;
  memory::store store;
  callback_store behind_callbacks;
  auto waited = testing::blocking<allowlists::store>(behind_callbacks, testing::by_callback{});
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
