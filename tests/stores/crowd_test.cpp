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
  REQUIRE(*db.keys[0]->insert_key({one, 0}) == keys::insert::reply::inserted);
  one.state = keys::status::revoked;
  write_among_readers([&] { (void)db.keys[0]->find_key({one.id}); },
                      [&] {
                        CHECK(*db.keys[0]->replace_key({one, 1}));
                      });

  const refresh::record login = session("fam_a");
  REQUIRE(*db.sessions[0]->insert_session({login}) == refresh::insert::reply::inserted);
  write_among_readers(
      [&] { (void)db.sessions[0]->find_session({login.id}); },
      [&] {
        CHECK(*db.sessions[0]->bump_subject_epoch({login.granted.subject, refresh::end_reason::admin, {}}) ==
              1);
        CHECK(*db.sessions[0]->revoke_session({login.id, refresh::end_reason::admin, fixed::noon}) ==
              refresh::revoke::reply::revoked);
      });

  const allowlists::holder of{subject_id("acc_1")};
  write_among_readers([&] { (void)db.lists[0]->find_allowlists({of}); },
                      [&] {
                        CHECK(*db.lists[0]->save_allowlist({{of, true, {}, fixed::noon, 1}, 0}));
                      });
}
