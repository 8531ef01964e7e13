#include "sqlite/raw.hpp"

#include <limits>

using namespace records;
using ekauth::sqlite::store;

namespace {

constexpr std::uint64_t too_large = std::uint64_t{1} << 63;

void fill(store& db) {
  REQUIRE(*db.answer(keys::insert{full_key("key_a"), 0}) == keys::insert::reply::inserted);
  REQUIRE(*db.answer(keys::insert{key("key_b", "acc_2"), 0}) == keys::insert::reply::inserted);
  REQUIRE(*db.answer(refresh::insert{full_session("fam_a")}) == refresh::insert::reply::inserted);
  REQUIRE(*db.answer(refresh::insert{session("fam_b", "usr_2")}) == refresh::insert::reply::inserted);
  REQUIRE(*db.answer(refresh::bump_epoch{subject_id("usr_1"), refresh::end_reason::admin, fixed::noon}) == 1);
}

template <class T>
bool is_corrupt(const result<T>& answer) {
  return !answer && answer.error().code() == errc::store_corrupt;
}

}  // namespace

TEST_CASE("a key's row that ekauth did not write is corrupt, never a guess", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  store db = raw::open(path);
  fill(db);
  const std::string change = GENERATE(
      "api_keys SET environment = 0", "api_keys SET environment = 3", "api_keys SET state = 0",
      "api_keys SET state = 4", "api_keys SET state = 257", "api_keys SET version = -1",
      "api_keys SET scopes = ' '", "api_keys SET scopes = 'a  b'", "api_keys SET scopes = 'a '",
      "api_keys SET scopes = 'a a'", "api_keys SET scopes = 'A:b'", "api_keys SET scopes = 'a' || char(0)",
      "api_key_secrets SET slot = ''", "api_key_secrets SET slot = '11'", "api_key_secrets SET slot = '-'",
      "api_key_secrets SET slot = '{'", "api_key_secrets SET digest = x''",
      "api_key_secrets SET digest = zeroblob(31)", "api_key_secrets SET digest = zeroblob(33)",
      "api_key_secrets SET number = -1 WHERE number = 1",
      "api_key_secrets SET number = 4294967296 WHERE number = 1");
  raw::connection(path).run("UPDATE " + change);
  INFO(change);
  CHECK(is_corrupt(db.answer(keys::find{key_id("key_a")})));
  CHECK(is_corrupt(db.answer(keys::list{subject_id("acc_1"), {}, 10})));
  CHECK(*db.answer(refresh::bump_epoch{subject_id("usr_1"), refresh::end_reason::admin, fixed::noon}) == 2);
}

TEST_CASE("a key with a fourth secret is corrupt", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  store db = raw::open(path);
  fill(db);
  raw::connection(path).run(
      "INSERT INTO api_key_secrets VALUES ('key_a', 5, '1', zeroblob(32), 0, NULL, NULL)");
  CHECK(is_corrupt(db.answer(keys::find{key_id("key_a")})));
  CHECK(is_corrupt(db.answer(keys::list{subject_id("acc_1"), {}, 10})));
  CHECK((*db.answer(keys::find{key_id("key_b")})).has_value());
}

TEST_CASE("a session's row that ekauth did not write is corrupt, never a guess", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  store db = raw::open(path);
  fill(db);
  const std::string change = GENERATE(
      "sessions SET state = 0", "sessions SET state = 3", "sessions SET reason = -1",
      "sessions SET reason = 6", "sessions SET epoch = -1", "sessions SET version = -9223372036854775808",
      "sessions SET generation = -1", "sessions SET generation = 4294967296", "sessions SET replays = -1",
      "sessions SET slot = '12'", "sessions SET current_digest = zeroblob(31)",
      "sessions SET previous_digest = x''", "sessions SET salt = zeroblob(17)",
      "sessions SET binding = zeroblob(16)", "sessions SET scopes = 'a,b'", "subjects SET epoch = -1",
      "subjects SET reason = 6", "subjects SET reason = -1");
  raw::connection(path).run("UPDATE " + change);
  INFO(change);
  CHECK(is_corrupt(db.answer(refresh::find{family_id("fam_a")})));
  CHECK(is_corrupt(db.answer(refresh::list{subject_id("usr_1"), {}, 10})));
}

TEST_CASE("an allowlist's row that ekauth did not write is corrupt, never a guess", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  store db = raw::open(path);
  const allowlists::holder of{subject_id("acc_1"), key_id("key_a")};
  const allowlists::entry office{"net_1a2b3c4d5e", *cidr::range::parse("192.0.2.0/24"), "Office", {}};
  REQUIRE(*db.answer(allowlists::save{{of, true, {office}, fixed::noon, 1}, 0}));
  const std::string change =
      GENERATE("version = 0", "version = -1", "enabled = 2", "enabled = -1", "entries = 'net_1'",
               "entries = entries || char(10)", "entries = replace(entries, '/24', '/08')");
  raw::connection(path).run("UPDATE allowlists SET " + change);
  INFO(change);
  CHECK(is_corrupt(db.answer(allowlists::find{of})));
}

TEST_CASE("a secret's digest of another type is corrupt", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  store db = raw::open(path);
  fill(db);
  raw::connection other(path);
  other.run(
      "CREATE TABLE loose AS SELECT * FROM api_key_secrets; DROP TABLE api_key_secrets; ALTER TABLE loose "
      "RENAME TO api_key_secrets");
  CHECK((*db.answer(keys::find{key_id("key_a")})).has_value());
  other.run(std::string("UPDATE api_key_secrets SET digest = ") +
            GENERATE("'0123456789abcdef0123456789abcdef'", "NULL", "1"));
  CHECK(is_corrupt(db.answer(keys::find{key_id("key_a")})));
}

TEST_CASE("an allowlist's columns of another type are corrupt, also where its entries are known",
          "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  store db = raw::open(path);
  const allowlists::holder of{subject_id("acc_1")};
  REQUIRE(*db.answer(allowlists::save{{of, true, {}, fixed::noon, 1}, 0}));
  raw::connection other(path);
  other.run(
      "CREATE TABLE loose AS SELECT * FROM allowlists; DROP TABLE allowlists; ALTER TABLE loose RENAME TO "
      "allowlists");
  CHECK((*db.answer(allowlists::find{of})).account.row);
  CHECK_FALSE((*db.answer(allowlists::find{of, 1})).account.row);
  other.run("UPDATE allowlists SET changed_at = 'noon'");
  CHECK(is_corrupt(db.answer(allowlists::find{of})));
  CHECK(is_corrupt(db.answer(allowlists::find{of, 1})));
}

TEST_CASE("an allowlist whose label would be read as another entry is not written", "[sqlite]") {
  const fixed::temporary_folder folder;
  store db = raw::open(folder.file("store.db"));
  const allowlists::holder of{subject_id("acc_1")};
  const auto entry = [](std::string label) {
    return allowlists::entry{"net_1a2b3c4d5e", *cidr::range::parse("192.0.2.0/24"), std::move(label), {}};
  };
  for (const char* label : {"Office\nnet_000000000x 203.0.113.0/24 - Anywhere", "Office\n"})
    CHECK(db.answer(allowlists::save{{of, true, {entry(label)}, fixed::noon, 1}, 0}).error().code() ==
          errc::internal_error);
  CHECK_FALSE((*db.answer(allowlists::find{of})).account.row);
  CHECK(*db.answer(allowlists::save{{of, true, {entry("Office")}, fixed::noon, 1}, 0}));
}

TEST_CASE("writes refuse rows that ekauth did not write, and leave them", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  store db = raw::open(path);
  fill(db);
  raw::connection other(path);
  const refresh::bump_epoch bump{subject_id("usr_1"), refresh::end_reason::admin, fixed::noon};
  for (const std::string epoch : {"-7", "9223372036854775807"}) {
    other.run("UPDATE subjects SET epoch = " + epoch);
    CHECK(is_corrupt(db.answer(bump)));
    CHECK(other.ask("SELECT epoch FROM subjects") == epoch);
  }
  other.run("UPDATE subjects SET epoch = -7");
  CHECK(is_corrupt(db.answer(refresh::read_epoch{bump.subject})));
  CHECK(is_corrupt(db.answer(refresh::insert{session("fam_c")})));

  other.run("UPDATE sessions SET state = 9 WHERE id = 'fam_b'");
  CHECK(is_corrupt(db.answer(refresh::revoke{family_id("fam_b"), refresh::end_reason::admin, fixed::noon})));
  CHECK_FALSE(*db.answer(refresh::advance{session("fam_b"), 1}));

  other.run("UPDATE sessions SET state = 1, version = 9223372036854775807 WHERE id = 'fam_b'");
  CHECK(is_corrupt(db.answer(refresh::revoke{family_id("fam_b"), refresh::end_reason::admin, fixed::noon})));

  other.run("INSERT INTO api_key_secrets VALUES ('key_c', 1, '1', zeroblob(32), 0, NULL, NULL)");
  CHECK(is_corrupt(db.answer(keys::insert{key("key_c"), 0})));
  CHECK_FALSE((*db.answer(keys::find{key_id("key_c")})).has_value());
}

TEST_CASE("columns of another type are corrupt", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  store db = raw::open(path);
  fill(db);
  raw::connection other(path);
  // The same table without the types that SQLite enforces.
  other.run(
      "CREATE TABLE loose AS SELECT * FROM api_keys; DROP TABLE api_keys; ALTER TABLE loose RENAME TO "
      "api_keys");
  CHECK(same(**db.answer(keys::find{key_id("key_a")}), full_key("key_a")));
  const std::string change = GENERATE("name = x'41'", "name = NULL", "subject = NULL", "scopes = 1",
                                      "created_at = 'noon'", "created_at = 1.5", "created_at = NULL",
                                      "expires_at = x'00'", "state = '1x'", "version = NULL");
  other.run("UPDATE api_keys SET " + change);
  INFO(change);
  CHECK(is_corrupt(db.answer(keys::find{key_id("key_a")})));
}

TEST_CASE("a record that could not be read back is not written", "[sqlite]") {
  const fixed::temporary_folder folder;
  store db = raw::open(folder.file("store.db"));
  std::vector<keys::record> bad_keys(7, key("key_x"));
  bad_keys[0].verifiers.resize(4, bad_keys[0].verifiers[0]);
  for (std::uint32_t i = 0; i < 4; ++i) bad_keys[0].verifiers[i].number = i;
  bad_keys[1].verifiers.resize(2, bad_keys[1].verifiers[0]);  // the same number twice
  bad_keys[2].verifiers[0].slot = '-';
  bad_keys[3].env = keys::environment(3);
  bad_keys[4].state = keys::status(0);
  bad_keys[5].state = keys::status(4);
  bad_keys[6].env = keys::environment(0);
  for (const keys::record& row : bad_keys) {
    CHECK_FALSE(db.answer(keys::insert{row, 0}).has_value());
    CHECK_FALSE(db.answer(keys::replace{row, 1}).has_value());
  }
  keys::record large = key("key_x");
  large.version = too_large;
  CHECK_FALSE(db.answer(keys::insert{large, 0}).has_value());
  CHECK_FALSE(db.answer(keys::replace{key("key_x"), too_large}).has_value());
  CHECK_FALSE(db.answer(keys::replace{key("key_x"), too_large - 1}).has_value());
  CHECK((*db.answer(keys::list{subject_id("acc_1"), {}, 10})).empty());

  std::vector<refresh::record> bad_sessions(5, session("fam_x"));
  bad_sessions[0].slot = '\0';
  bad_sessions[1].state = refresh::status(3);
  bad_sessions[2].reason = refresh::end_reason(6);
  bad_sessions[3].version = too_large;
  bad_sessions[4].state = refresh::status(0);
  for (const refresh::record& row : bad_sessions) CHECK_FALSE(db.answer(refresh::insert{row}).has_value());
  CHECK_FALSE(db.answer(refresh::advance{bad_sessions[0], 1}).has_value());
  CHECK_FALSE(db.answer(refresh::advance{session("fam_x"), ~std::uint64_t{0}}).has_value());
  CHECK_FALSE(db.answer(refresh::revoke{family_id("fam_x"), refresh::end_reason(6), fixed::noon}).has_value());
  CHECK_FALSE(db.answer(refresh::bump_epoch{subject_id("usr_1"), refresh::end_reason(6), fixed::noon}).has_value());
  CHECK((*db.answer(refresh::list{subject_id("usr_1"), {}, 10})).empty());
  CHECK(*db.answer(refresh::read_epoch{subject_id("usr_1")}) == 0);
}

TEST_CASE("digests lie in the file as bytes, times as milliseconds", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  store db = raw::open(path);
  fill(db);
  raw::connection other(path);
  CHECK(other.ask("SELECT DISTINCT typeof(digest) || length(digest) FROM api_key_secrets") == "blob32");
  CHECK(other.ask("SELECT DISTINCT typeof(current_digest) || length(current_digest) FROM sessions") ==
        "blob32");
  CHECK(other.ask("SELECT typeof(created_at) || created_at FROM sessions WHERE id = 'fam_b'") ==
        "integer" + std::to_string(fixed::noon.time_since_epoch().count()));
}
