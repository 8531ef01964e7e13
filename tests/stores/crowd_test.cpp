// Readers that never all leave: what they must not keep from happening.
#include "stores/under_test.hpp"
#include "support/records.hpp"

#include <atomic>
#include <thread>

using namespace records;

namespace {

// Calls read in many threads, without a pause, until write has answered.
template <class Read, class Write>
void write_among_readers(Read read, Write write) {
  constexpr std::size_t readers = 16;
  std::atomic<std::size_t> started = 0;
  std::atomic<bool> is_over = false;
  std::vector<std::thread> crowd;
  for (std::size_t i = 0; i < readers; ++i)
    crowd.emplace_back([&] {
      for (++started; !is_over;) read();
    });
  while (started < readers) std::this_thread::yield();
  write();
  is_over = true;
  for (std::thread& each : crowd) each.join();
}

}  // namespace

TEST_CASE("revocations and changed lists get their turn among readers that never all leave", "[stores]") {
  const auto adapter = GENERATE(from_range(under_test::adapters()));
  INFO(adapter.name);
  const auto db = adapter.open();

  keys::record one = key("key_a");
  REQUIRE(*db.stores[0]->answer(keys::insert{one, 0}) == keys::insert::reply::inserted);
  one.state = keys::status::revoked;
  write_among_readers([&] { (void)db.stores[0]->answer(keys::find{one.id}); },
                      [&] {
                        CHECK(*db.stores[0]->answer(keys::replace{one, 1}));
                      });

  const refresh::record login = session("fam_a");
  REQUIRE(*db.stores[0]->answer(refresh::insert{login}) == refresh::insert::reply::inserted);
  write_among_readers(
      [&] { (void)db.stores[0]->answer(refresh::find{login.id}); },
      [&] {
        CHECK(*db.stores[0]->answer(
                  refresh::bump_epoch{login.granted.subject, refresh::end_reason::admin, {}}) == 1);
        CHECK(*db.stores[0]->answer(refresh::revoke{login.id, refresh::end_reason::admin, fixed::noon}) ==
              refresh::revoke::reply::revoked);
      });

  const allowlists::holder of{subject_id("acc_1")};
  write_among_readers([&] { (void)db.stores[0]->answer(allowlists::find{of}); },
                      [&] {
                        CHECK(*db.stores[0]->answer(allowlists::save{{of, true, {}, fixed::noon, 1}, 0}));
                      });
}
