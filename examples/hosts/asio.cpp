// A host on Asio coroutines: the same methods as keys::store, with awaitable answers.

#include <ekauth/co_run.hpp>
#include <ekauth/keys.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/run.hpp>

#include <asio.hpp>

#include <cstdio>
#include <optional>
#include <string>

using namespace ekauth;

namespace {

constexpr scope::registry scopes{{"events:read"}};

/// A blocking database behind a pool of threads. verify asks no more than this.
class pooled_store {
 public:
  explicit pooled_store(memory::store& rows) : rows_(rows) {}
  asio::awaitable<result<keys::find::reply>> answer(keys::find request) {
    // Asio wants a type that can be made from nothing where a coroutine crosses executors.
    std::optional<result<keys::find::reply>> answer =
        co_await asio::co_spawn(pool_, on_pool(std::move(request)), asio::use_awaitable);
    co_return *std::move(answer);
  }

 private:
  asio::awaitable<std::optional<result<keys::find::reply>>> on_pool(keys::find request) {
    co_return rows_.answer(request);
  }
  memory::store& rows_;
  asio::thread_pool pool_{2};
};

asio::awaitable<void> handle(const keys::service& api_keys, pooled_store& store, std::string key,
                             bool& passed) {
  auto task = co_run<asio::awaitable>(api_keys.verify(key, {.now = now()}), store);
  const result<keys::principal> who = co_await std::move(task);
  passed = who.has_value();
}

}  // namespace

int main() {
  char root[32];
  os_random().fill(root, sizeof root);  // in a server: read from where its secrets are kept
  server_keys roots;
  if (!roots.add('1', secret(std::string_view(root, sizeof root)))) return 1;
  const auto api_keys = keys::service::make(roots, scopes);
  if (!api_keys) return 1;
  memory::store rows;
  const auto made =
      run(api_keys->create({.granted = {subject_id("acc_9i8h7g6f5e")}, .name = "Worker"}, now()), rows);
  if (!made) return 1;

  asio::io_context loop;
  pooled_store store(rows);
  bool passed = false;
  asio::co_spawn(loop, handle(*api_keys, store, std::string(made->token.expose()), passed), asio::detached);
  loop.run();
  std::puts(passed ? "the key was proven, and no thread waited for storage" : "the key was refused");
  return passed ? 0 : 1;
}
