#include "redis/proxy.hpp"
#include "redis/server.hpp"
#include "support/records.hpp"

#include <array>

using namespace records;
using lane::server;
using redis::warning;

namespace {

void follow(const server& replica, const server& primary) {
  REQUIRE(replica.ask({"REPLICAOF", "127.0.0.1", primary.port_text()}) == "OK");
  lane::until(
      [&] { return replica.info("master_link_status") == "up" && primary.info("connected_slaves") != "0"; });
}

// How many of all requests are answered.
int answered(redis::store& db) {
  int count = 0;
  const auto ask = [&](const auto& answer) {
    if (answer)
      ++count;
    else
      CHECK(answer.error().code() == errc::store_unavailable);
  };
  ask(db.answer(keys::find{key_id("key_a")}));
  ask(db.answer(keys::insert{key("key_b"), 0}));
  ask(db.answer(keys::replace{key("key_a"), 1}));
  ask(db.answer(keys::list{subject_id("acc_1"), {}, 10}));
  ask(db.answer(keys::touch{{{key_id("key_a"), 1, fixed::noon}}}));
  ask(db.answer(refresh::find{family_id("fam_a")}));
  ask(db.answer(refresh::insert{session("fam_b")}));
  ask(db.answer(refresh::advance{session("fam_a"), 1}));
  ask(db.answer(refresh::revoke{family_id("fam_a"), refresh::end_reason::admin, fixed::noon}));
  ask(db.answer(refresh::read_epoch{subject_id("usr_1")}));
  ask(db.answer(refresh::bump_epoch{subject_id("usr_1"), refresh::end_reason::admin, fixed::noon}));
  ask(db.answer(refresh::list{subject_id("usr_1"), {}, 10}));
  ask(db.answer(refresh::purge{time_point::min(), 10}));
  ask(db.answer(allowlists::find{{subject_id("acc_1"), key_id("key_a")}}));
  ask(db.answer(allowlists::save{{{subject_id("acc_1")}, true, {}, {}, 1}, 0}));
  return count;
}
constexpr int all_requests = 15;

}  // namespace

TEST_CASE("a replica is refused, whether it reads only or not", "[redis]") {
  const server primary, replica;
  follow(replica, primary);
  for (const std::string reads_only : {"yes", "no"}) {
    replica.ask({"CONFIG", "SET", "replica-read-only", reads_only});
    const auto opened = redis::store::open(replica.options());
    REQUIRE_FALSE(opened.has_value());
    CHECK(std::string(opened.error().text()) == "the server is a replica");
  }
}

TEST_CASE("a primary that became a replica answers nothing more, not even what it still knows", "[redis]") {
  const server old, fresh;
  redis::store db = old.open();
  REQUIRE(db.answer(keys::insert{key("key_a"), 0}).has_value());
  REQUIRE(db.answer(refresh::insert{session("fam_a")}).has_value());
  follow(fresh, old);
  REQUIRE(fresh.ask({"REPLICAOF", "NO", "ONE"}) == "OK");
  CHECK((*db.answer(keys::find{key_id("key_a")})).has_value());  // nobody told it yet
  follow(old, fresh);
  CHECK(answered(db) == 0);

  redis::store successor = fresh.open();
  CHECK((*successor.answer(keys::find{key_id("key_a")})).has_value());
  CHECK(answered(successor) == all_requests);
}

TEST_CASE("a store finds the new primary where the old one's name leads to it", "[redis]") {
  const server old, fresh;
  lane::proxy name(old.socket());
  redis::options how = old.options();
  how.unix_socket = name.socket();
  redis::store db = fixed::open_redis(std::move(how));
  REQUIRE(db.answer(keys::insert{key("key_a"), 0}).has_value());
  follow(fresh, old);
  REQUIRE(fresh.ask({"REPLICAOF", "NO", "ONE"}) == "OK");
  follow(old, fresh);
  name.lead_to(fresh.socket());
  CHECK_FALSE(db.answer(keys::find{key_id("key_a")}).has_value());  // over the old connection, which this ends
  CHECK((*db.answer(keys::find{key_id("key_a")})).has_value());
}

TEST_CASE("whoever the name leads to is looked at like the first", "[redis]") {
  const server first, unfit(GENERATE(lane::words{"--maxmemory-policy", "allkeys-lru"},
                                     lane::words{"--replicaof", "127.0.0.1 1", "--replica-read-only", "no",
                                                 "--replica-serve-stale-data", "yes"}));
  lane::proxy name(first.socket());
  redis::options how = first.options();
  how.unix_socket = name.socket();
  redis::store db = fixed::open_redis(std::move(how));
  REQUIRE(db.answer(keys::insert{key("key_a"), 0}).has_value());
  REQUIRE(db.answer(refresh::insert{session("fam_a")}).has_value());
  name.lead_to(unfit.socket());
  name.play(lane::trick::cut_before);
  CHECK(answered(db) == 0);
  CHECK(unfit.ask({"DBSIZE"}) == "0");
  name.lead_to(first.socket());
  CHECK((*db.answer(keys::find{key_id("key_a")})).has_value());
}

TEST_CASE("a primary that lost its replicas answers nothing where writes must reach one", "[redis]") {
  const server primary({"--min-replicas-to-write", "1", "--min-replicas-max-lag", "1"});
  server replica;
  follow(replica, primary);
  lane::until([&] { return primary.info("min_slaves_good_slaves") == "1"; });
  redis::store db = primary.open();
  CHECK(answered(db) == all_requests);
  replica.kill();
  lane::until([&] { return primary.info("min_slaves_good_slaves") == "0"; });
  CHECK(answered(db) == 0);
}

TEST_CASE("a server with replicas says what a failover forgets", "[redis]") {
  const server primary, replica;
  follow(replica, primary);
  CHECK(primary.open().warnings() == std::vector{warning::failover_forgets});
  primary.ask({"CONFIG", "SET", "min-replicas-to-write", "1"});
  CHECK(primary.open().warnings() == std::vector{warning::failover_may_forget});
}

TEST_CASE("every node of a cluster of three is refused, with the reason", "[redis]") {
  const auto node = [] {
    return std::make_unique<server>(
        lane::words{"--cluster-enabled", "yes", "--cluster-port", std::to_string(lane::free_port())});
  };
  const std::array nodes{node(), node(), node()};
  const std::array<const char*, 4> slots{"0", "5461", "10923", "16384"};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const std::string last = std::to_string(std::stoi(slots[i + 1]) - 1);
    REQUIRE(nodes[i]->ask({"CLUSTER", "ADDSLOTSRANGE", slots[i], last}) == "OK");
    REQUIRE(nodes[i]->ask({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)}) == "OK");
  }
  for (std::size_t i = 1; i < nodes.size(); ++i)
    REQUIRE(nodes[0]->ask(
                {"CLUSTER", "MEET", "127.0.0.1", nodes[i]->port_text(), nodes[i]->cluster_port()}) == "OK");
  for (const auto& each : nodes) {
    lane::until([&] {
      const std::string said = each->ask({"CLUSTER", "INFO"});
      return said.find("cluster_state:ok") != std::string::npos &&
             said.find("cluster_known_nodes:3") != std::string::npos;
    });
    const auto opened = redis::store::open(each->options());
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().code() == errc::store_unavailable);
    CHECK(std::string(opened.error().text()).find("cluster") != std::string::npos);
  }
}
