// How the names of release 0.1 become those of today in Redis: by any opening, in steps that can be repeated.
#include "migration/old_stores.hpp"
#include "migration/tokens.hpp"
#include "redis/proxy.hpp"
#include "support/records.hpp"

#include <atomic>
#include <map>
#include <set>
#include <sstream>
#include <thread>

using namespace records;
using ekauth::redis::store;
using old::answer;
using old::redis_server;
using tokens::written;

namespace {

const std::string prefix = "{ekauth}:";

/// What each name holds, and when it expires.
using pictures = std::map<std::string, std::string>;

std::set<std::string> names_in(const redis_server& old, const std::string& kind = "") {
  std::istringstream all(
      old.server().ask({"EVAL",
                        "local all = {} for i, name in ipairs(redis.call('KEYS', ARGV[1])) do "
                        "all[i] = name:gsub('.', function(c) return string.format('%02x', "
                        "c:byte()) end) end return all",
                        "0", prefix + kind + "*"}));
  std::set<std::string> names;
  for (std::string hex; all >> hex;) {
    std::string name;
    for (std::size_t i = 0; i < hex.size(); i += 2)
      name.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    names.insert(name);
  }
  return names;
}

std::string value_of(const redis_server& old, const std::string& name) {
  if (name == prefix + "schema") return old.server().ask({"GET", name});  // a number or a text inside
  if (old.server().ask({"TYPE", name}) != "hash") return old.server().ask({"DUMP", name});
  std::istringstream fields(old.server().ask({"HGETALL", name}));  // in no order
  std::multiset<std::string> lines;
  for (std::string line; std::getline(fields, line);) lines.insert(line);
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  return all;
}

pictures picture_of(const redis_server& old) {
  pictures all;
  for (const std::string& name : names_in(old))
    all[name] = value_of(old, name) + " until " + old.server().ask({"PEXPIRETIME", name});
  return all;
}

std::string ids_in(const redis_server& old, const std::string& name) {
  return old.server().ask({"ZRANGE", name, "0", "-1", "WITHSCORES"});
}

/// Whether nothing is as 0.1 wrote it, and every key is found and listed.
void check_migrated(const redis_server& old, store& db) {
  CHECK(old.server().ask({"GET", prefix + "schema"}) == "2");
  CHECK(names_in(old, "owner:").empty());
  for (const std::string& row : names_in(old, "key:")) {
    CHECK(old.server().ask({"HEXISTS", row, "owner"}) == "0");
    CHECK(old.server().ask({"HEXISTS", row, "subject"}) == "1");
  }
  for (const tokens::subject& subject : written().subjects) {
    std::size_t count = 0;
    for (const keys::record& row : written().keys) {
      if (row.granted.subject != subject.id) continue;
      ++count;
      const auto found = answer(db, keys::find{row.id});
      REQUIRE(found.has_value());
      CHECK(same(*found, row));
    }
    const auto listed = answer(db, keys::list{subject.id, {}, 100});
    CHECK(listed.size() == count);
  }
}

/// What 0.1 called the ids of a subject's keys, and what they are called now.
std::string old_ids(const subject_id& subject) { return prefix + "owner:" + subject.text(); }
std::string new_ids(const subject_id& subject) { return prefix + "keys:" + subject.text(); }

void move_row(const redis_server& old, const key_id& id, const subject_id& subject) {
  const std::string row = prefix + "key:" + id.text();
  REQUIRE(old.server().ask({"HSET", row, "subject", subject.text()}) == "1");
  REQUIRE(old.server().ask({"HDEL", row, "owner"}) == "1");
}

}  // namespace

TEST_CASE("no name and no field of a migrated Redis store is called owner", "[migration]") {
  const redis_server old;
  REQUIRE(names_in(old, "owner:").size() == 2);
  store db = old.open();
  check_migrated(old, db);
  for (const std::string& name : names_in(old))
    if (old.server().ask({"TYPE", name}) == "hash")
      CHECK(old.server().ask({"HEXISTS", name, "owner"}) == "0");
}

TEST_CASE("a migration moves ids and renames one field in Redis, and touches nothing else", "[migration]") {
  const redis_server old;
  const pictures before = picture_of(old);
  std::map<std::string, std::string> ids, fields;
  for (const auto& [name, value] : before) {
    if (name.starts_with(prefix + "owner:"))
      ids[prefix + "keys:" + name.substr((prefix + "owner:").size())] = ids_in(old, name);
    if (name.starts_with(prefix + "key:")) fields[name] = old.server().ask({"HLEN", name});
  }
  REQUIRE(ids.size() == 2);
  REQUIRE(fields.size() == written().keys.size());
  static_cast<void>(old.open());
  const pictures after = picture_of(old);
  CHECK(after.size() == before.size());
  for (const auto& [name, value] : after) {
    if (ids.contains(name))
      CHECK(ids_in(old, name) == ids[name]);
    else if (fields.contains(name))
      CHECK(old.server().ask({"HLEN", name}) == fields[name]);
    else if (name != prefix + "schema")
      CHECK(value == before.at(name));
  }
}

TEST_CASE("a migrated Redis store that is opened again stays as it is", "[migration]") {
  const redis_server old;
  static_cast<void>(old.open());
  const pictures before = picture_of(old);
  static_cast<void>(old.open());
  CHECK(picture_of(old) == before);
}

TEST_CASE("a migration of Redis that is repeated changes nothing", "[migration]") {
  const redis_server old;
  static_cast<void>(old.open());
  const pictures before = picture_of(old);
  REQUIRE(old.server().ask({"SET", prefix + "schema", "1"}) == "OK");
  static_cast<void>(old.open());
  CHECK(picture_of(old) == before);
}

TEST_CASE("a key that 0.1 made after a migration of Redis is corrupt until another is asked for",
          "[migration]") {
  const redis_server old;
  static_cast<void>(old.open());
  const keys::record& like = written().keys.front();
  const std::string late = prefix + "key:key_late";
  REQUIRE(old.server().ask({"COPY", prefix + "key:" + like.id.text(), late}) == "1");
  REQUIRE(old.server().ask({"HSET", late, "owner", "acc_1"}) == "1");
  REQUIRE(old.server().ask({"HDEL", late, "subject"}) == "1");
  REQUIRE(old.server().ask({"ZADD", prefix + "owner:acc_1", "0", "key_late"}) == "1");
  store db = old.open();
  CHECK(db.answer(keys::find{key_id("key_late")}).error().code() == errc::store_corrupt);
  CHECK(answer(db, keys::list{subject_id("acc_1"), {}, 10}).empty());
  REQUIRE(old.server().ask({"SET", prefix + "schema", "1"}) == "OK");
  static_cast<void>(old.open());
  CHECK(answer(db, keys::find{key_id("key_late")}).has_value());
  CHECK(answer(db, keys::list{subject_id("acc_1"), {}, 10}).size() == 1);
}

TEST_CASE("a migration of Redis that stopped between two rows is carried on", "[migration]") {
  const redis_server old;
  for (std::size_t i = 0; i < written().keys.size(); i += 2)
    move_row(old, written().keys[i].id, written().keys[i].granted.subject);
  store db = old.open();
  check_migrated(old, db);
}

TEST_CASE("a migration of Redis that stopped between two sets of ids is carried on", "[migration]") {
  const redis_server old;
  for (const keys::record& row : written().keys) move_row(old, row.id, row.granted.subject);
  const subject_id& subject = written().keys.front().granted.subject;
  REQUIRE(old.server().ask({"RENAME", old_ids(subject), new_ids(subject)}) == "OK");
  store db = old.open();
  check_migrated(old, db);
}

TEST_CASE("a migration of Redis that stopped before its mark is carried on", "[migration]") {
  const redis_server old;
  for (const keys::record& row : written().keys) move_row(old, row.id, row.granted.subject);
  for (const std::string& ids : names_in(old, "owner:"))
    REQUIRE(old.server().ask({"RENAME", ids, prefix + "keys:" + ids.substr((prefix + "owner:").size())}) ==
            "OK");
  store db = old.open();
  check_migrated(old, db);
}

TEST_CASE("ids of one subject in a set of 0.1 and in one of today become one set", "[migration]") {
  const redis_server old;
  const subject_id& subject = written().keys.front().granted.subject;
  const std::string all = ids_in(old, old_ids(subject));
  const std::string &first = written().keys[0].id.text(), &second = written().keys[1].id.text();
  REQUIRE(old.server().ask({"ZADD", new_ids(subject), "0", first, "0", second}) == "2");
  REQUIRE(old.server().ask({"ZREM", old_ids(subject), first}) == "1");
  store db = old.open();
  CHECK(ids_in(old, new_ids(subject)) == all);
  check_migrated(old, db);
}

TEST_CASE("a migration of Redis that loses its connection at any question is carried on", "[migration]") {
  const lane::trick trick = GENERATE(lane::trick::cut_before, lane::trick::cut_after);
  bool has_failed = true;
  for (int questions = 0; has_failed; ++questions) {
    INFO("after " << questions << " questions");
    const redis_server old;
    lane::proxy between(old.server().socket());
    redis::options how = old.server().options();
    how.unix_socket = between.socket();
    between.play_after(questions, trick);
    const bool is_open = store::open(std::move(how)).has_value();
    has_failed = between.has_played();
    CHECK(is_open != has_failed);
    store db = old.open();
    check_migrated(old, db);
    REQUIRE(questions < 100);
  }
}

TEST_CASE("stores that open one Redis server of 0.1 at once all succeed", "[migration]") {
  const redis_server old;
  std::vector<std::thread> all;
  std::atomic<int> made = 0;
  for (int i = 0; i < 6; ++i)
    all.emplace_back([&, i] {
      auto opened = store::open(old.server().options());
      if (!opened) return;
      const auto added = opened->answer(keys::insert{key("key_" + std::to_string(i)), 0});
      made += added && *added == keys::insert::reply::inserted ? 1 : 0;
    });
  for (std::thread& one : all) one.join();
  CHECK(made == 6);
  store db = old.open();
  check_migrated(old, db);
  CHECK(answer(db, keys::list{subject_id("acc_1"), {}, 100}).size() == 6);
}

TEST_CASE("a Redis store of more rows than one step moves is migrated", "[migration]") {
  const redis_server old;
  const subject_id& subject = written().keys.front().granted.subject;
  const std::string copy =
      "for i = 1, 2000 do redis.call('COPY', KEYS[1], ARGV[1] .. 'key:key_' .. i); "
      "redis.call('ZADD', KEYS[2], 0, 'key_' .. i); "
      "redis.call('ZADD', ARGV[1] .. 'owner:acc_' .. i, 0, 'key_' .. i) end return 'done'";
  REQUIRE(old.server().ask({"EVAL", copy, "2", prefix + "key:" + written().keys.front().id.text(),
                            old_ids(subject), prefix}) == "done");
  store db = old.open();
  CHECK(names_in(old, "owner:").empty());
  CHECK(names_in(old, "keys:").size() == 2 + 2000);
  const auto listed = answer(db, keys::list{subject, {}, 5000});
  CHECK(listed.size() > 2000);
  CHECK(answer(db, keys::list{subject_id("acc_7"), {}, 10}).size() == 1);
}

TEST_CASE("a migration of Redis leaves the names of another prefix", "[migration]") {
  const redis_server old;
  REQUIRE(old.server().ask({"ZADD", "{other}:owner:acc_1", "0", "key_a"}) == "1");
  REQUIRE(old.server().ask({"HSET", "{other}:key:key_a", "owner", "acc_1"}) == "1");
  static_cast<void>(old.open());
  CHECK(ids_in(old, "{other}:owner:acc_1") == "key_a\n0");
  CHECK(old.server().ask({"HGET", "{other}:key:key_a", "owner"}) == "acc_1");
}

TEST_CASE("a migration of Redis needs no memory that is not there, and no rights that a store lacks",
          "[migration]") {
  const redis_server old;
  // What docs/STORAGE.md says a store needs.
  REQUIRE(old.server().ask({"ACL", "SETUSER", "app", "on", ">battery staple", "~{ekauth}:*", "-@all",
                            "+@read", "+@write", "+@scripting", "+@connection", "+info", "+config|get"}) ==
          "OK");
  REQUIRE(old.server().ask({"CONFIG", "SET", "maxmemory", "1"}) == "OK");
  redis::options how = old.server().options();
  how.user = "app";
  how.password = secret(std::string("battery staple"));
  auto opened = store::open(std::move(how));
  REQUIRE(opened.has_value());
  check_migrated(old, *opened);
}

TEST_CASE("a name of a Redis store of 0.1 that holds something else stops its migration", "[migration]") {
  const redis_server old;
  const std::string name = prefix + GENERATE("key:key_a", "owner:acc_1", "keys:acc_9i8h7g6f5e");
  REQUIRE(old.server().ask({"SET", name, "text"}) == "OK");
  const auto refused = store::open(old.server().options());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == errc::store_corrupt);
  CHECK(old.server().ask({"GET", name}) == "text");
  REQUIRE(old.server().ask({"DEL", name}) == "1");
  store db = old.open();
  check_migrated(old, db);
}
