// A host whose database answers by callback: it answers as keys::store does, with one more argument.

#include <ekauth/async_run.hpp>
#include <ekauth/keys.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/run.hpp>

#include <cstdio>
#include <future>
#include <thread>

using namespace ekauth;

namespace {

constexpr scope::registry scopes{{"events:read"}};

/// Stands in for a database client that calls back on threads of its own. verify asks no more than this.
class callback_store {
 public:
  explicit callback_store(memory::store& rows) : rows_(rows) {}
  template <class Done>
  void answer(keys::find request, Done done) {
    // A thread for each request: the callback may ask the next one before this one's thread ends.
    std::thread([this, request = std::move(request), done = std::move(done)] {
      done(rows_.answer(request));
    }).detach();
  }

 private:
  memory::store& rows_;
};

}  // namespace

int main() {
  char root[32];
  os_random().fill(root, sizeof root);  // in a server: read from where its secrets are kept
  server_keys roots;
  if (const auto ok = roots.add('1', secret(std::string_view(root, sizeof root))); !ok) return 1;
  const auto api_keys = keys::service::make(roots, scopes);
  if (!api_keys) return 1;
  memory::store rows;
  const auto made =
      run(api_keys->create({.granted = {subject_id("acc_9i8h7g6f5e")}, .name = "Worker"}, now()), rows);
  if (!made) return 1;

  callback_store store(rows);
  std::promise<result<keys::principal>> answered;
  async_run(api_keys->verify(made->token.expose(), {.now = now()}), store,
            [&](result<keys::principal> who) { answered.set_value(std::move(who)); });  // on the worker
  const auto who = answered.get_future().get();
  if (!who) return 1;  // who.error() says why
  std::printf("%s, found by callback\n", who->granted().subject.text().c_str());
  return who->key().id == made->key.id ? 0 : 1;
}
