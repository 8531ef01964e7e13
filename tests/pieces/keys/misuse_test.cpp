// Calls that a host does not mean: they answer an error, and touch nothing.
#include <ekauth/keys.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/run.hpp>

#include "catch.hpp"
#include "support/fault_store.hpp"
#include "support/fixed.hpp"

#include <string>

using namespace ekauth;
using namespace std::chrono_literals;
using fixed::noon;

namespace {

constexpr scope::registry scopes{{"events:read"}};
const subject_id alice("acc_9i8h7g6f5e");

struct host {
  fixed::counting_random random;
  memory::store inner;
  fixed::fault_store<memory::store> store{inner};
  keys::service service = make("1");
  keys::created made = *run(service.create({.granted = {alice}, .name = "n"}, noon), inner);

  keys::service make(std::string_view slots) {
    return *keys::service::make(fixed::roots(slots), scopes, {}, random);
  }
  template <class Flow>
  errc code(Flow flow) {
    const auto ended = run(std::move(flow), store);
    return ended ? errc{} : ended.error().code();
  }
};

}  // namespace

TEST_CASE("no operation on keys takes an empty or overlong owner or id, or asks storage about it", "[keys]") {
  host h;
  const auto check_refused = [&](const subject_id& owner, const key_id& id) {
    CHECK(h.code(h.service.find(owner, id)) == errc::validation_failed);
    CHECK(h.code(h.service.revoke(owner, id, noon)) == errc::validation_failed);
    CHECK(h.code(h.service.disable(owner, id, noon)) == errc::validation_failed);
    CHECK(h.code(h.service.enable(owner, id, noon)) == errc::validation_failed);
    CHECK(h.code(h.service.roll(owner, id, 0ms, noon)) == errc::validation_failed);
  };
  for (const std::size_t size : {0u, 256u, 100'000u}) {
    const subject_id owner(std::string(size, 'o'));
    check_refused(owner, h.made.key.id);
    check_refused(alice, key_id(std::string(size, 'k')));
    CHECK(h.code(h.service.list(owner)) == errc::validation_failed);
    CHECK(h.code(h.service.create({.granted = {owner}, .name = "n"}, noon)) == errc::validation_failed);
  }
  CHECK(h.code(h.service.list(alice, key_id(std::string(256, 'k')))) == errc::validation_failed);
  CHECK(h.store.calls == 0);
}

TEST_CASE("an owner or id of one byte, or of 255, is looked up", "[keys]") {
  host h;
  const subject_id longest(std::string(255, 'o'));
  CHECK(h.code(h.service.create({.granted = {longest}, .name = "n"}, noon)) == errc{});
  CHECK(h.code(h.service.list(longest, key_id(std::string(255, '-')))) == errc{});
  CHECK(h.code(h.service.find(longest, key_id(std::string(255, 'k')))) == errc::not_found);
  CHECK(h.code(h.service.revoke(subject_id("o"), key_id("k"), noon)) == errc::not_found);
  CHECK(h.store.calls == 4);
}

TEST_CASE("a service of keys that was moved from goes on", "[keys]") {
  host h;
  const keys::service moved = std::move(h.service);
  const auto verify = [&](const keys::service& by) {
    return h.code(by.verify(h.made.token.expose(), {.now = noon}));
  };
  CHECK(verify(h.service) == errc{});  // NOLINT: a move copies
  keys::service other = h.make("2");
  h.service = std::move(other);
  CHECK(verify(other) == errc::key_slot_unknown);  // NOLINT: as above
  CHECK(verify(moved) == errc{});
}
