// What the contract lets a store refuse, and the shipped ones keep.
#include "stores/under_test.hpp"
#include "support/records.hpp"

#include <limits>

using namespace records;

TEST_CASE("a shipped adapter keeps any text in any field, the longest numbers, and both ends of time",
          "[stores]") {
  const auto adapter = GENERATE(from_range(under_test::adapters()));
  INFO(adapter.name);
  const auto db = adapter.open();
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every.push_back(static_cast<char>(byte));
  for (const std::string& text :
       {std::string(), every, std::string("a\0b", 3), std::string(65'536, 'x') + every}) {
    keys::record row = key("key_" + text, text);
    row.name = text;
    row.version = std::numeric_limits<std::int64_t>::max() - 1;
    row.verifiers[0].number = 0xffffffff;
    row.created_at = time_point::min();
    row.expires_at = time_point::max();
    CHECK(*db.keys[0]->answer(keys::insert{row, 1}) == keys::insert::reply::inserted);
    CHECK(same(**db.keys[1]->answer(keys::find{row.id}), row));
    CHECK(*db.keys[0]->answer(keys::replace{row, row.version}));
    CHECK((*db.keys[1]->answer(keys::list{row.granted.subject, {}, 10})).size() == 1);

    refresh::record login = session("fam_" + text, text);
    login.client = text;
    login.generation = login.replays = 0xffffffff;
    login.version = std::numeric_limits<std::int64_t>::max() - 1;
    login.created_at = login.rotated_at = time_point::min();
    login.idle_deadline = time_point::max();
    CHECK(*db.sessions[0]->answer(refresh::insert{login}) == refresh::insert::reply::inserted);
    CHECK(same((*db.sessions[1]->answer(refresh::find{login.id}))->row, login));
    CHECK(*db.sessions[0]->answer(refresh::advance{login, login.version}));
    CHECK((*db.sessions[1]->answer(refresh::list{login.granted.subject, {}, 10})).size() == 1);
  }
}

TEST_CASE("a memory store that moved answers at its new place", "[stores]") {
  memory::store first;
  CHECK(*first.answer(keys::insert{key("key_a"), 0}) == keys::insert::reply::inserted);
  memory::store second(std::move(first));
  CHECK((*second.answer(keys::find{key_id("key_a")})).has_value());
  first = memory::store();
  CHECK_FALSE((*first.answer(keys::find{key_id("key_a")})).has_value());
}
