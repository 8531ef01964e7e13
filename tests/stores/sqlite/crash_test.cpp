// Clients killed at any moment: no token is spent twice, no revocation is forgotten, and nothing that was
// answered is lost.
#include "sqlite/raw.hpp"
#include "support/crashes.hpp"
#include "support/temporary.hpp"

#include <memory>

using namespace ekauth;

namespace {

crashes::figures crash_often(int rounds) {
  std::unique_ptr<fixed::temporary_folder> folder;
  crashes::no_server none;
  const auto path = [&] { return folder->file("store.db"); };
  return crashes::crash_often(
      rounds, 0, [&] { return sqlite::store::open({.path = path()}); }, none,
      [&] {
        if (folder) CHECK(raw::connection(path()).ask("PRAGMA integrity_check") == "ok");
        folder = std::make_unique<fixed::temporary_folder>();
      });
}

}  // namespace

TEST_CASE("50 crashes of a client spend no token twice and forget no revocation", "[sqlite]") {
  static_cast<void>(crash_often(50));
}

TEST_CASE("10,000 crashes of a client spend no token twice and forget no revocation", "[sqlite][.long]") {
  crashes::tell("10,000 crashes of a client", crash_often(10'000));
}
