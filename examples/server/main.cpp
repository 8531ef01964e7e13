// An API with accounts, logins, API keys and scopes on cpp-httplib and SQLite, secured by ekauth.
// config.hpp lists its settings; examples/run walks through it.
//
//   ekauth_server             serves until SIGTERM or SIGINT
//   ekauth_server --routes    prints what it would serve

#include "routes.hpp"
#include "secrets_file.hpp"

#include <ekauth/run.hpp>

#include <httplib.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <thread>

namespace {

using namespace example;

constexpr const char* issuer = "https://api.ecoevents.com";
constexpr const char* audience = "ecoevents";

/// Says why a start failed, and gives main its answer.
int fail(const std::string& why) {
  std::fprintf(stderr, "ekauth_server: %s\n", why.c_str());
  return 1;
}

ekauth::result<app> make_app(config settings, secrets with, audit_trail& trail) {
  auto people = accounts::open(settings.directory + "/app.db");
  if (!people) return people.error();
  auto happenings = events::open(settings.directory + "/app.db");
  if (!happenings) return happenings.error();
  auto store = ekauth::sqlite::store::open({.path = settings.directory + "/auth.db"});
  if (!store) return store.error();
  auto api_keys = ekauth::keys::service::make(with.roots, scopes, {.max_keys_per_owner = 1000});
  if (!api_keys) return api_keys.error();
  auto sessions = ekauth::refresh::service::make(with.roots, settings.refresh);
  if (!sessions) return sessions.error();
  auto keyset = ekauth::jwt::keyset::make(std::move(with.token_keys));
  if (!keyset) return keyset.error();
  auto signer = ekauth::jwt::signer::make(*keyset, {.issuer = issuer, .audience = audience});
  if (!signer) return signer.error();
  auto tokens = ekauth::jwt::verifier::make(*keyset, {.issuer = issuer, .audiences = {audience}});
  if (!tokens) return tokens.error();
  auto networks = ekauth::allowlists::service::make();
  if (!networks) return networks.error();
  auto passwords = ekauth::password::hasher::make({.waiting = 2});  // of eight threads
  if (!passwords) return passwords.error();
  auto gate = ekauth::guard::service::make({.scopes = scopes,
                                            .api_keys = *api_keys,
                                            .access_tokens = *std::move(tokens),
                                            .networks = *networks,
                                            .tokens_end_with_session = true,
                                            .forwarded_by = settings.forwarded_by,
                                            .trusted_proxies = settings.trusted_proxies,
                                            .allow_plain_http = !settings.https_only,
                                            .trail = &trail.sink()});
  if (!gate) return gate.error();
  return app{std::move(settings),  trail,
             *std::move(people),   *std::move(happenings),
             *std::move(store),    *std::move(api_keys),
             *std::move(sessions), *std::move(signer),
             *std::move(networks), *std::move(passwords),
             *std::move(gate)};
}

/// What has to be done now and then: last uses to storage, old sessions away, unfinished work finished.
class housekeeping {
 public:
  explicit housekeeping(app& shared) : app_(shared), thread_([this] { loop(); }) {}
  housekeeping(const housekeeping&) = delete;
  housekeeping& operator=(const housekeeping&) = delete;
  ~housekeeping() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

 private:
  void loop() {
    std::unique_lock lock(mutex_);
    do {
      lock.unlock();
      once();
      lock.lock();
    } while (!wake_.wait_for(lock, std::chrono::minutes(1), [this] { return stopping_; }));
    flush();
  }
  void once() {
    finish_password_changes(app_);
    flush();
    if (const auto gone = ekauth::run(app_.sessions.purge(ekauth::now()), app_.store); !gone)
      tell(gone.error(), "remove old sessions");
    app_.trail.flush();
  }
  void flush() {
    if (const auto moved = ekauth::run(app_.api_keys.flush_uses(ekauth::now()), app_.store); !moved)
      tell(moved.error(), "write down when keys were used");
  }
  void tell(const ekauth::error& why, std::string_view what) {
    app_.trail.tell({.what = ekauth::audit::kind::maintenance_failed,
                     .at = ekauth::now(),
                     .code = why.code(),
                     .reason = what});
  }

  app& app_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

int bind(httplib::Server& server, const config& settings) {
  const auto listening = std::make_shared<int>(-1);
  server.set_socket_options([listening](auto socket) {
    // The library's default would let a second server share the port in silence.
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    *listening = socket;
  });
  int port = settings.port;
  if (port == 0)
    port = server.bind_to_any_port(settings.host.c_str());
  else if (!server.bind_to_port(settings.host.c_str(), port))
    port = -1;
  // The library lets five callers wait; of more that come at once, some would be turned away unanswered.
  if (port > 0) ::listen(*listening, SOMAXCONN);
  return port;
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 2 && std::string_view(arguments[1]) == "--routes") {
    for (const auto& each : route_names()) std::printf("%s\n", each.c_str());
    return 0;
  }
  if (count > 1) return fail("takes no arguments but --routes; settings are environment variables");
  ::umask(077);
  config settings;
  secrets with;
  std::string why;
  if (!read_config(settings, why)) return fail(why);
  if (::mkdir(settings.directory.c_str(), 0700) != 0 && errno != EEXIST)
    return fail("cannot make the directory of EKAUTH_DATA");
  if (!load_secrets(settings.secrets, with, why)) return fail(why);
  audit_trail trail;
  auto made = make_app(std::move(settings), std::move(with), trail);
  if (!made) return fail(made.error().text());
  app shared = *std::move(made);

  // Every thread inherits the mask, so that one thread alone waits for these signals.
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTERM);
  sigaddset(&stops, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stops, nullptr);
  ::signal(SIGPIPE, SIG_IGN);

  httplib::Server server;
  add_routes(server, shared);
  const int port = bind(server, shared.settings);
  if (port <= 0) return fail("cannot listen on the address and port that were asked for");
  const housekeeping keeper(shared);
  std::atomic<bool> stopped = false;
  std::thread stopper([&] {
    int signal = 0;
    sigwait(&stops, &signal);
    // A signal may come before the server has begun to listen, and stop() then does nothing.
    while (!stopped) {
      server.stop();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  });
  const bool v6 = shared.settings.host.find(':') != std::string::npos;
  std::printf("listening on http://%s:%d\n",
              v6 ? ("[" + shared.settings.host + "]").c_str() : shared.settings.host.c_str(), port);
  std::fflush(stdout);
  const bool served = server.listen_after_bind();
  stopped = true;
  pthread_kill(stopper.native_handle(), SIGTERM);  // already gone when it was the one that stopped the server
  stopper.join();
  return served ? 0 : 1;
}
