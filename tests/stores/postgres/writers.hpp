// Threads that write until their server breaks, and what must be there when it is back.
#pragma once

#include "support/postgres_schema.hpp"
#include "support/records.hpp"

#include <array>
#include <atomic>
#include <thread>

namespace writers {

using namespace records;

/// The last version of each session whose advance was asked for, when threads that went on and on were
/// stopped by what break_it() did.
template <class Break>
std::array<std::uint64_t, 4> versions_until(postgres::store& db, const Break& break_it) {
  std::array<std::atomic<std::uint64_t>, 4> versions{};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < versions.size(); ++i)
    threads.emplace_back([&, i] {
      const refresh::record row = session("fam_" + std::to_string(i));
      if (!db.answer(refresh::insert{row})) return;
      for (std::uint64_t version = 1;; ++version) {
        versions[i] = version;
        const auto moved = db.answer(refresh::advance{row, version});
        if (!moved || !*moved) return;
      }
    });
  for (const auto& one : versions)
    while (one < 50) std::this_thread::yield();
  break_it();
  for (std::thread& one : threads) one.join();
  return {versions[0], versions[1], versions[2], versions[3]};
}

/// Whether all that was answered is there. The last advance may have been done without an answer.
inline void check_versions(postgres::store& db, const std::array<std::uint64_t, 4>& versions) {
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const auto found = db.answer(refresh::find{family_id("fam_" + std::to_string(i))});
    REQUIRE(found.has_value());
    REQUIRE(found->has_value());
    const std::uint64_t version = (*found)->row.version;
    CHECK((version == versions[i] || version == versions[i] + 1));
  }
}

}  // namespace writers
