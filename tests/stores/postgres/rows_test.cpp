#include "support/postgres_schema.hpp"
#include "support/records.hpp"

using namespace records;
using ekauth::postgres::store;
using fixed::postgres_connection;
using fixed::postgres_schema;

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

TEST_CASE("a key's row that ekauth did not write is corrupt, never a guess", "[postgres]") {
  const postgres_schema schema;
  store db = schema.open();
  fill(db);
  const std::string change = GENERATE(
      "api_keys SET environment = 0", "api_keys SET environment = 3", "api_keys SET state = 0",
      "api_keys SET state = 4", "api_keys SET state = 257", "api_keys SET state = -1",
      "api_keys SET version = -1", "api_keys SET scopes = ' '", "api_keys SET scopes = 'a  b'",
      "api_keys SET scopes = 'a '", "api_keys SET scopes = 'a a'", "api_keys SET scopes = 'A:b'",
      "api_keys SET scopes = 'a\\000'", "api_key_secrets SET slot = ''", "api_key_secrets SET slot = '11'",
      "api_key_secrets SET slot = '-'", "api_key_secrets SET digest = ''",
      "api_key_secrets SET digest = substr(digest, 2)", "api_key_secrets SET digest = digest || '\\000'",
      "api_key_secrets SET number = -1 WHERE number = 1",
      "api_key_secrets SET number = 4294967296 WHERE number = 1");
  schema.raw().run("UPDATE " + change);
  INFO(change);
  CHECK(is_corrupt(db.answer(keys::find{key_id("key_a")})));
  CHECK(is_corrupt(db.answer(keys::list{subject_id("acc_1"), {}, 10})));
  CHECK(*db.answer(refresh::bump_epoch{subject_id("usr_1"), refresh::end_reason::admin, fixed::noon}) == 2);
}

TEST_CASE("a key with a fourth secret is corrupt", "[postgres]") {
  const postgres_schema schema;
  store db = schema.open();
  fill(db);
  schema.raw().run(
      "INSERT INTO api_key_secrets SELECT key_id, 5, slot, digest, 0 FROM api_key_secrets WHERE "
      "key_id = 'key_a' AND number = 1");
  CHECK(is_corrupt(db.answer(keys::find{key_id("key_a")})));
  CHECK(is_corrupt(db.answer(keys::list{subject_id("acc_1"), {}, 10})));
  CHECK((*db.answer(keys::find{key_id("key_b")})).has_value());
}

TEST_CASE("a session's row that ekauth did not write is corrupt, never a guess", "[postgres]") {
  const postgres_schema schema;
  store db = schema.open();
  fill(db);
  const std::string change = GENERATE(
      "sessions SET state = 0", "sessions SET state = 3", "sessions SET reason = -1",
      "sessions SET reason = 6", "sessions SET epoch = -1", "sessions SET version = -9223372036854775808",
      "sessions SET generation = -1", "sessions SET generation = 4294967296", "sessions SET replays = -1",
      "sessions SET slot = '12'", "sessions SET current_digest = substr(current_digest, 2)",
      "sessions SET previous_digest = ''", "sessions SET salt = salt || '\\000'",
      "sessions SET binding = substr(binding, 17)", "sessions SET scopes = 'a,b'", "subjects SET epoch = -1",
      "subjects SET reason = 6", "subjects SET reason = -1");
  schema.raw().run("UPDATE " + change);
  INFO(change);
  CHECK(is_corrupt(db.answer(refresh::find{family_id("fam_a")})));
  CHECK(is_corrupt(db.answer(refresh::list{subject_id("usr_1"), {}, 10})));
}

TEST_CASE("an allowlist's row that ekauth did not write is corrupt, never a guess", "[postgres]") {
  const postgres_schema schema;
  store db = schema.open();
  const allowlists::holder of{subject_id("acc_1"), key_id("key_a")};
  const allowlists::entry office{"net_1a2b3c4d5e", *cidr::range::parse("192.0.2.0/24"), "Office", {}};
  REQUIRE(*db.answer(allowlists::save{{of, true, {office}, fixed::noon, 1}, 0}));
  const std::string change =
      GENERATE("version = 0", "version = -1", "enabled = 2", "enabled = -1", "entries = 'net_1'",
               "entries = entries || '\\012'", "entries = overlay(entries placing '08' from 28 for 2)");
  schema.raw().run("UPDATE allowlists SET " + change);
  INFO(change);
  CHECK(is_corrupt(db.answer(allowlists::find{of})));
}

TEST_CASE("writes refuse rows that ekauth did not write, and leave them", "[postgres]") {
  const postgres_schema schema;
  store db = schema.open();
  fill(db);
  const postgres_connection other = schema.raw();
  const refresh::bump_epoch bump{subject_id("usr_1"), refresh::end_reason::admin, fixed::noon};
  for (const std::string epoch : {"-7", "9223372036854775807"}) {
    other.run("UPDATE subjects SET epoch = " + epoch);
    CHECK(is_corrupt(db.answer(bump)));
    CHECK(other.ask("SELECT DISTINCT epoch FROM subjects") == epoch);
  }
  other.run("UPDATE subjects SET epoch = -7");
  CHECK(is_corrupt(db.answer(refresh::read_epoch{bump.subject})));
  CHECK(is_corrupt(db.answer(refresh::insert{session("fam_c")})));

  other.run("UPDATE sessions SET state = 9 WHERE id = 'fam_b'");
  CHECK(is_corrupt(db.answer(refresh::revoke{family_id("fam_b"), refresh::end_reason::admin, fixed::noon})));
  CHECK_FALSE(*db.answer(refresh::advance{session("fam_b"), 1}));

  other.run("UPDATE sessions SET state = 1, version = 9223372036854775807 WHERE id = 'fam_b'");
  CHECK(is_corrupt(db.answer(refresh::revoke{family_id("fam_b"), refresh::end_reason::admin, fixed::noon})));

  other.run("INSERT INTO api_key_secrets VALUES ('key_c', 1, '1', '', 0)");
  CHECK(is_corrupt(db.answer(keys::insert{key("key_c"), 0})));
  CHECK_FALSE((*db.answer(keys::find{key_id("key_c")})).has_value());
  CHECK(other.ask("SELECT live FROM api_key_subjects WHERE subject = 'acc_1'") == "1");
}

TEST_CASE("columns of another type, and NULL where there is none, are corrupt", "[postgres]") {
  const postgres_schema schema;
  store db = schema.open();
  fill(db);
  const std::string change =
      GENERATE("ALTER name DROP NOT NULL; UPDATE api_keys SET name = NULL",
               "ALTER version DROP NOT NULL; UPDATE api_keys SET version = NULL",
               "ALTER name TYPE text USING 'text'", "ALTER version TYPE integer", "ALTER version TYPE text",
               "ALTER created_at TYPE numeric", "ALTER created_at TYPE timestamptz USING now()", "DROP name",
               "RENAME name TO title", "RENAME TO elsewhere");
  schema.raw().run("ALTER TABLE api_keys " + change);
  INFO(change);
  CHECK(is_corrupt(db.answer(keys::find{key_id("key_a")})));
}

TEST_CASE("a record that could not be read back is not written", "[postgres]") {
  const postgres_schema schema;
  store db = schema.open();
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

  std::vector<refresh::record> bad_sessions(4, session("fam_x"));
  bad_sessions[0].slot = '\0';
  bad_sessions[1].state = refresh::status(3);
  bad_sessions[2].reason = refresh::end_reason(6);
  bad_sessions[3].version = too_large;
  for (const refresh::record& row : bad_sessions) CHECK_FALSE(db.answer(refresh::insert{row}).has_value());
  CHECK_FALSE(db.answer(refresh::advance{bad_sessions[0], 1}).has_value());
  CHECK_FALSE(db.answer(refresh::advance{session("fam_x"), ~std::uint64_t{0}}).has_value());
  CHECK_FALSE(
      db.answer(refresh::revoke{family_id("fam_x"), refresh::end_reason(6), fixed::noon}).has_value());
  CHECK_FALSE(
      db.answer(refresh::bump_epoch{subject_id("usr_1"), refresh::end_reason(6), fixed::noon}).has_value());
  CHECK(*db.answer(refresh::read_epoch{subject_id("usr_1")}) == 0);
}

TEST_CASE("a list that would come back as another is not written", "[postgres]") {
  const postgres_schema schema;
  store db = schema.open();
  const allowlists::holder of{subject_id("acc_1")};
  const cidr::range office = *cidr::range::parse("192.0.2.0/24");
  for (const std::string label : {"two\nlines", "x\nnet_1a2b3c4d5e 0.0.0.0/0 - everybody"}) {
    allowlists::record list{of, true, {{"net_0000000001", office, label, std::nullopt}}, fixed::noon, 1};
    CHECK_FALSE(db.answer(allowlists::save{list, 0}).has_value());
    list.entries[0].label = "Office";
    REQUIRE(*db.answer(allowlists::save{list, 0}));
    list.entries[0].label = label;
    CHECK_FALSE(db.answer(allowlists::save{list, 1}).has_value());
    CHECK((*db.answer(allowlists::find{of})).account.version == 1);
    schema.raw().run("DELETE FROM allowlists");
  }
}
