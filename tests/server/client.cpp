// What bash cannot do for the tests of the example server.
//
//   server_client refresh PORT TOKEN CLIENTS         presents one token from many threads at once; counts
//                                                    answers
//   server_client change_password APP_DB ACCOUNT     stores a new hash as a server would that is then killed
//   server_client sql FILE STATEMENT                 does to a database what a server never would

#include "accounts.hpp"

#include <httplib.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace {

int refresh(int port, const std::string& token, std::size_t clients) {
  std::mutex mutex;
  std::map<int, int> statuses;
  std::set<std::string> successors;
  std::vector<std::thread> threads;
  const std::string body = "{\"refreshToken\":\"" + token + "\"}";
  for (std::size_t i = 0; i < clients; ++i)
    threads.emplace_back([&] {
      httplib::Client client("127.0.0.1", port);
      client.set_connection_timeout(60);
      client.set_read_timeout(60);
      const auto answer = client.Post("/v1/auth/refresh", body, "application/json");
      const std::lock_guard lock(mutex);
      ++statuses[answer ? answer->status : 0];
      if (answer && answer->status == 200)
        successors.insert(nlohmann::json::parse(answer->body).at("refreshToken").get<std::string>());
    });
  for (auto& thread : threads) thread.join();
  for (const auto& [status, count] : statuses) std::printf("%d %d, ", status, count);
  std::printf("successors %zu\n", successors.size());
  return 0;
}

int change_password(const std::string& path, const std::string& account) {
  const auto people = example::accounts::open(path);
  if (!people) return 1;
  const ekauth::subject_id id(account);
  const auto hash = people->password_hash(id);
  if (!hash || !*hash) return 1;
  const auto changed = people->change_password(id, **hash, **hash + " ");
  return changed && *changed ? 0 : 1;
}

int sql(const std::string& path, const std::string& statement) {
  const auto opened = example::database::open(path);
  return opened && opened->change(statement) ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.size() == 4 && words[0] == "refresh")
    return refresh(std::atoi(words[1].c_str()), words[2], std::strtoul(words[3].c_str(), nullptr, 10));
  if (words.size() == 3 && words[0] == "change_password") return change_password(words[1], words[2]);
  if (words.size() == 3 && words[0] == "sql") return sql(words[1], words[2]);
  std::fputs(
      "server_client refresh PORT TOKEN CLIENTS | change_password APP_DB ACCOUNT | sql FILE STATEMENT\n",
      stderr);
  return 2;
}
