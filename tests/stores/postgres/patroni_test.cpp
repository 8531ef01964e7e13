// Three nodes under Patroni and etcd, the leader of which is killed.
#include "postgres/writers.hpp"
#include "support/postgres_server.hpp"

#include <list>

using namespace records;
using ekauth::postgres::store;
using fixed::postgres_connection;
using fixed::postgres_schema;
using fixed::process;
using fixed::server_folder;

namespace {

std::string at(int port) { return "127.0.0.1:" + std::to_string(port); }

// Three of them, so that one may be lost. What they agreed on outlives the leader.
class etcd {
 public:
  etcd() {
    std::string members;
    std::array<int, 3> peers{};
    for (std::size_t i = 0; i < 3; ++i) {
      peers[i] = fixed::free_port();
      clients_[i] = fixed::free_port();
      members += (i == 0 ? "n" : ",n") + std::to_string(i) + "=http://" + at(peers[i]);
    }
    for (std::size_t i = 0; i < 3; ++i) {
      const std::string name = "n" + std::to_string(i), client = "http://" + at(clients_[i]),
                        peer = "http://" + at(peers[i]);
      nodes_.emplace_back(std::vector<std::string>{"env",
                                                   "HOME=" + folder_.path(),
                                                   "etcd",
                                                   "--name",
                                                   name,
                                                   "--data-dir",
                                                   folder_.file(name),
                                                   "--listen-client-urls",
                                                   client,
                                                   "--advertise-client-urls",
                                                   client,
                                                   "--listen-peer-urls",
                                                   peer,
                                                   "--initial-advertise-peer-urls",
                                                   peer,
                                                   "--initial-cluster",
                                                   members,
                                                   "--initial-cluster-state",
                                                   "new",
                                                   "--unsafe-no-fsync"},
                          folder_.file("log"));
    }
  }
  [[nodiscard]] std::string hosts() const {
    return at(clients_[0]) + "," + at(clients_[1]) + "," + at(clients_[2]);
  }
  [[nodiscard]] std::string log() const { return folder_.file("log"); }
  [[nodiscard]] bool outlives(std::chrono::milliseconds time) { return nodes_.front().outlives(time); }

 private:
  server_folder folder_;
  std::array<int, 3> clients_{};
  std::list<process> nodes_;
};

class node {
 public:
  node(const etcd& agreed, const std::string& name) : port_(fixed::free_port()) {
    const std::string restapi = at(fixed::free_port());
    std::ofstream(folder_.file("patroni.yml"))
        << "scope: ekauth\nname: " << name << "\nrestapi: {listen: '" << restapi << "', connect_address: '"
        << restapi << "'}\netcd3: {hosts: '" << agreed.hosts()
        << "'}\nbootstrap:\n  dcs: {ttl: 20, loop_wait: 1, retry_timeout: 3, synchronous_mode: true}\n"
           "  initdb: [{auth: trust}, {encoding: UTF8}, {locale: C}, no-sync]\n"
           "  pg_hba: ['host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust']\n"
           "postgresql:\n  listen: '"
        << at(port_) << "'\n  connect_address: '" << at(port_) << "'\n  data_dir: '" << data()
        << "'\n  bin_dir: '" EKAUTH_POSTGRES_PROGRAMS "'\n  pgpass: '" << folder_.file("pgpass")
        << "'\n  authentication: {superuser: {username: ekauth}, replication: {username: replicator}}\n"
           "  parameters: {unix_socket_directories: '"
        << folder_.path() << "', fsync: 'off', max_connections: 60}\n";
    keeper_ =
        process({"env", "HOME=" + folder_.path(), "patroni", folder_.file("patroni.yml")}, log(), SIGTERM);
  }

  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] std::string log() const { return folder_.file("log"); }

  /// As the end of its machine: first who would start the server again.
  void kill() {
    keeper_.signal(SIGKILL);
    keeper_.wait();
    pid_t postmaster = 0;
    std::ifstream(data() + "/postmaster.pid") >> postmaster;
    fixed::kill_postmaster(postmaster);
  }

 private:
  [[nodiscard]] std::string data() const { return folder_.file("data"); }
  server_folder folder_;
  int port_;
  process keeper_;  // ends its server with itself, before their folder
};

// Tries for two minutes, unless there is nobody any more to agree with.
template <class Condition>
void until(etcd& agreed, const Condition& holds, const std::string& what, const std::string& log) {
  const auto give_up_at = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while (!holds()) {
    if (!agreed.outlives(std::chrono::milliseconds(100))) fixed::give_up(what, agreed.log());
    if (std::chrono::steady_clock::now() > give_up_at) fixed::give_up(what, log);
  }
}

}  // namespace

TEST_CASE("when Patroni's leader is killed, all that was answered is there, and writing goes on",
          "[postgres][.patroni]") {
  etcd agreed;  // needs the packages etcd-server, patroni and python3-etcd
  std::list<node> nodes;
  std::string hosts, ports;
  for (const char* name : {"a", "b", "c"}) {
    nodes.emplace_back(agreed, name);
    hosts += hosts.empty() ? "127.0.0.1" : ",127.0.0.1";
    ports += (ports.empty() ? "" : ",") + std::to_string(nodes.back().port());
  }
  const ekauth::postgres::options how{.conninfo = "host=" + hosts + " port=" + ports +
                                                  " user=ekauth dbname=postgres"};
  until(
      agreed, [&] { return store::migrate(how).has_value(); }, "no leader was elected", nodes.front().log());
  const postgres_connection raw(how.conninfo + " target_session_attrs=read-write");
  until(
      agreed,
      [&] {
        return raw.ask(
                   "SELECT count(*), max(sync_state) FROM pg_stat_replication WHERE state = 'streaming' "
                   "HAVING max(sync_state) = 'sync'") == "2";
      },
      "no standby followed", nodes.back().log());

  store db = postgres_schema::open(how);
  const std::string leader = raw.ask("SELECT inet_server_port()");
  const auto versions = writers::versions_until(db, [&] {
    for (node& one : nodes)
      if (std::to_string(one.port()) == leader) one.kill();
  });
  until(
      agreed, [&] { return db.answer(refresh::find{family_id("fam_0")}).has_value(); },
      "no standby took over", nodes.front().log());
  writers::check_versions(db, versions);
  CHECK(*db.answer(refresh::revoke{family_id("fam_0"), refresh::end_reason::admin, fixed::noon}) ==
        refresh::revoke::reply::revoked);
  CHECK(postgres_connection(how.conninfo + " target_session_attrs=read-write")
            .ask("SELECT inet_server_port()") != leader);
}
