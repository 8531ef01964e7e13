// Every write of the SQLite store, on rows that fill() puts there, and a picture of what the store holds.
#pragma once

#include "sqlite/raw.hpp"

#include <utility>
#include <vector>

namespace writing {

using namespace records;
using ekauth::sqlite::store;

inline constexpr std::uint32_t all = 1000;
inline const allowlists::holder account{subject_id("acc_1")};

// Everything that the store answers about itself.
struct picture {
  std::vector<keys::record> keys;
  std::vector<refresh::find::found> sessions;
  std::uint64_t epoch;
};

inline picture picture_of(store& db) {
  auto keys = db.answer(keys::list{subject_id("acc_1"), {}, all});
  auto sessions = db.answer(refresh::list{subject_id("usr_1"), {}, all});
  auto epoch = db.answer(refresh::read_epoch{subject_id("usr_1")});
  REQUIRE(keys.has_value());
  REQUIRE(sessions.has_value());
  REQUIRE(epoch.has_value());
  return {*std::move(keys), *std::move(sessions), *epoch};
}

inline bool same(const picture& a, const picture& b) {
  return records::same(a.keys, b.keys) && records::same(a.sessions, b.sessions) && a.epoch == b.epoch;
}

inline void fill(store& db) {
  for (const char* id : {"a", "b", "c"}) {
    REQUIRE(*db.answer(keys::insert{full_key(id), 0}) == keys::insert::reply::inserted);
    REQUIRE(*db.answer(refresh::insert{session(id)}) == refresh::insert::reply::inserted);
  }
}

struct write_request {
  const char* name;
  result<bool> (*act)(store&);  // whether it did what it was asked to
};

inline constexpr write_request writes[] = {
    {"insert_key",
     [](store& db) -> result<bool> {
       return db.answer(keys::insert{full_key("new"), 9}).transform([](auto r) {
         return r == keys::insert::reply::inserted;
       });
     }},
    {"replace_key",
     [](store& db) -> result<bool> {
       keys::record row = full_key("a");
       row.verifiers.pop_back();
       row.name = std::string(9000, 'n');  // more pages than one
       return db.answer(keys::replace{row, 9});
     }},
    {"touch_keys",
     [](store& db) -> result<bool> {
       const time_point at = fixed::noon + duration(50'000);
       return db.answer(keys::touch{{{key_id("a"), 1, at}, {key_id("b"), 7, at}, {key_id("c"), 7, at}}})
           .transform([](auto moved) { return moved == 3; });
     }},
    {"insert_session",
     [](store& db) -> result<bool> {
       return db.answer(refresh::insert{session("new")}).transform([](auto r) {
         return r == refresh::insert::reply::inserted;
       });
     }},
    {"advance_session",
     [](store& db) -> result<bool> {
       refresh::record row = full_session("a");
       return db.answer(refresh::advance{row, 1});
     }},
    {"revoke_session",
     [](store& db) -> result<bool> {
       return db.answer(refresh::revoke{family_id("a"), refresh::end_reason::admin, fixed::noon})
           .transform([](auto r) { return r == refresh::revoke::reply::revoked; });
     }},
    {"bump_subject_epoch",
     [](store& db) -> result<bool> {
       return db.answer(refresh::bump_epoch{subject_id("usr_1"), refresh::end_reason::admin, fixed::noon})
           .transform([](auto epoch) { return epoch == 1; });
     }},
    {"purge_sessions",
     [](store& db) -> result<bool> {
       return db.answer(refresh::purge{time_point::max(), 2}).transform([](auto removed) { return removed == 2; });
     }},
    {"save_allowlist",
     [](store& db) {
       return db.answer(allowlists::save{{account, true, {}, fixed::noon, 1}, 0});
     }},
};

}  // namespace writing
