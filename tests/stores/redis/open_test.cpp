#include "redis/server.hpp"
#include "support/private_redis.hpp"
#include "support/records.hpp"

using namespace records;
using lane::server;
using redis::warning;

namespace {

errc refusal(redis::options how) {
  const auto opened = redis::store::open(std::move(how));
  REQUIRE_FALSE(opened.has_value());
  return opened.error().code();
}

std::string reason(redis::options how) {
  const auto opened = redis::store::open(std::move(how));
  REQUIRE_FALSE(opened.has_value());
  REQUIRE(opened.error().code() == errc::store_unavailable);
  return opened.error().text();
}

bool says(const std::string& text, std::string_view word) { return text.find(word) != std::string::npos; }

using warnings = std::vector<warning>;

}  // namespace

TEST_CASE("options outside their limits are refused before anything is connected", "[redis]") {
  const auto with = [](auto change) {
    redis::options how;
    how.unix_socket = "/nowhere/socket";
    change(how);
    return refusal(std::move(how));
  };
  CHECK(with([](auto&) {}) == errc::store_unavailable);  // the one that tries
  using options = redis::options;
  CHECK(with([](options& how) { how.prefix = ""; }) == errc::option_invalid);
  CHECK(with([](options& how) { how.prefix = std::string(65, 'a'); }) == errc::option_invalid);
  for (const std::string prefix : {"a{b", "a}b", "a b", "a'b", "a\nb", "\xc3\xa4"})
    CHECK(with([&](options& how) { how.prefix = prefix; }) == errc::option_invalid);
  CHECK(with([](options& how) { how.connections = 0; }) == errc::option_invalid);
  CHECK(with([](options& how) { how.connections = 257; }) == errc::option_invalid);
  CHECK(with([](options& how) { how.connect_timeout = duration(0); }) == errc::option_invalid);
  CHECK(with([](options& how) { how.command_timeout = duration(0); }) == errc::option_invalid);
  CHECK(with([](options& how) { how.busy_timeout = duration(-1); }) == errc::option_invalid);
  CHECK(with([](options& how) { how.command_timeout = std::chrono::hours(1) + duration(1); }) ==
        errc::option_invalid);
  CHECK(with([](options& how) { how.keep_expired = duration(59'999); }) == errc::option_invalid);
  CHECK(with([](options& how) { how.keep_expired = std::chrono::hours(24 * 3661); }) == errc::option_invalid);
  CHECK(with([](options& how) { how.user = "app"; }) == errc::option_invalid);
  CHECK(with([](options& how) { how.database = 0x80000000; }) == errc::option_invalid);
  CHECK(with([](options& how) { how.unix_socket = std::string(108, 's'); }) == errc::option_invalid);
  CHECK(with([](options& how) { how.unix_socket = std::string("/a\0b", 4); }) == errc::option_invalid);
  CHECK(with([](options& how) { how.unix_socket = "", how.host = ""; }) == errc::option_invalid);
  CHECK(with([](options& how) { how.unix_socket = "", how.port = 0; }) == errc::option_invalid);
  CHECK(with([](options& how) { how.unix_socket = "", how.host = std::string("a\0", 2); }) ==
        errc::option_invalid);
}

TEST_CASE("a store is the same over TCP and over a socket, and another in another database", "[redis]") {
  server one;
  redis::store local = one.open();
  CHECK(*local.answer(keys::insert{key("key_a"), 0}) == keys::insert::reply::inserted);
  redis::options how;
  how.port = static_cast<std::uint16_t>(one.port());
  auto remote = redis::store::open(std::move(how));
  REQUIRE(remote.has_value());
  CHECK((*remote->answer(keys::find{key_id("key_a")})).has_value());

  redis::options other = one.options();
  other.database = 3;
  auto elsewhere = redis::store::open(std::move(other));
  REQUIRE(elsewhere.has_value());
  CHECK_FALSE((*elsewhere->answer(keys::find{key_id("key_a")})).has_value());
  CHECK(*elsewhere->answer(keys::insert{key("key_b"), 0}) == keys::insert::reply::inserted);
  CHECK_FALSE((*local.answer(keys::find{key_id("key_b")})).has_value());
  redis::options missing = one.options();
  missing.database = 16;
  CHECK(refusal(std::move(missing)) == errc::store_unavailable);

  redis::options prefixed = one.options();
  prefixed.prefix = "ekauth2";
  auto beside = redis::store::open(std::move(prefixed));
  REQUIRE(beside.has_value());
  CHECK_FALSE((*beside->answer(keys::find{key_id("key_a")})).has_value());
}

TEST_CASE("a password, and a user's, opens the store; a wrong one does not", "[redis]") {
  server one({"--requirepass", "correct horse"});
  lane::plain admin(one.socket());
  REQUIRE(admin.ask({"AUTH", "correct horse"}) == "OK");
  const lane::words least{"on",      ">battery staple", "~{ekauth}:*",  "-@all", "+@read",
                          "+@write", "+@scripting",     "+@connection", "+info"};
  const auto allow = [&](const std::string& user, const lane::words& more) {
    lane::words command{"ACL", "SETUSER", user};
    command.insert(command.end(), least.begin(), least.end());
    command.insert(command.end(), more.begin(), more.end());
    REQUIRE(admin.ask(command) == "OK");
  };
  allow("app", {"+config|get"});
  allow("little", {});
  const auto with = [&](const std::string& user, const std::string& password) {
    redis::options how = one.options();
    how.user = user;
    how.password = secret(password);
    return how;
  };
  CHECK(redis::store::open(with("", "correct horse")).has_value());
  auto app = redis::store::open(with("app", "battery staple"));
  REQUIRE(app.has_value());
  CHECK(app->warnings().empty());
  CHECK(says(reason(with("", "wrong")), "password"));
  CHECK(says(reason(with("app", "correct horse")), "password"));
  CHECK(says(reason(with("", "")), "password"));

  auto little = redis::store::open(with("little", "battery staple"));
  REQUIRE(little.has_value());
  CHECK(little->warnings() == warnings{warning::settings_hidden});
  CHECK(*little->answer(keys::insert{key("key_a"), 0}) == keys::insert::reply::inserted);
  CHECK(*little->answer(refresh::insert{session("fam_a")}) == refresh::insert::reply::inserted);
  CHECK((*little->answer(refresh::find{family_id("fam_a")})).has_value());
  CHECK(*little->answer(refresh::purge{time_point::max(), 10}) == 1);
  admin.ask({"SCRIPT", "FLUSH"});
  CHECK((*little->answer(keys::find{key_id("key_a")})).has_value());
}

TEST_CASE("a server that evicts is refused", "[redis]") {
  for (const std::string policy : {"allkeys-lru", "volatile-ttl"}) {
    server one({"--maxmemory-policy", policy});
    CHECK(says(reason(one.options()), "noeviction"));
  }
}

TEST_CASE("a node of a cluster is refused", "[redis]") {
  server one({"--cluster-enabled", "yes", "--cluster-port", std::to_string(lane::free_port())});
  CHECK(says(reason(one.options()), "cluster"));
}

TEST_CASE("names of another use, and of a later version, are refused and left", "[redis]") {
  server one;
  one.ask({"SET", "{ekauth}:schema", "3"});
  CHECK(refusal(one.options()) == errc::store_schema_newer);
  for (const std::string mark : {"0", "-1", "", "x", "01"}) {
    one.ask({"SET", "{ekauth}:schema", mark});
    CHECK(refusal(one.options()) == errc::store_corrupt);
    CHECK(one.ask({"GET", "{ekauth}:schema"}) == mark);
  }
  one.ask({"DEL", "{ekauth}:schema"});
  one.ask({"LPUSH", "{ekauth}:schema", "1"});
  CHECK(refusal(one.options()) == errc::store_corrupt);
  one.ask({"DEL", "{ekauth}:schema"});
  static_cast<void>(one.open());
  CHECK(one.ask({"GET", "{ekauth}:schema"}) == "2");
  static_cast<void>(one.open());
}

TEST_CASE("a store says which promises the server's settings do not keep", "[redis]") {
  server one;
  const auto found = [&] { return one.open().warnings(); };
  CHECK(found() == warnings{});
  one.ask({"CONFIG", "SET", "appendfsync", "everysec"});
  CHECK(found() == warnings{warning::crash_forgets});
  one.ask({"CONFIG", "SET", "appendfsync", "always", "no-appendfsync-on-rewrite", "yes"});
  CHECK(found() == warnings{warning::crash_forgets});
  one.ask({"CONFIG", "SET", "appendonly", "no"});
  CHECK(found() == warnings{warning::restart_forgets});
  for (const warning each : {warning::restart_forgets, warning::crash_forgets, warning::failover_forgets,
                             warning::failover_may_forget, warning::settings_hidden})
    CHECK(redis::text(each).size() > 20);
  CHECK(redis::text(warning(99)) == "unknown");
}
