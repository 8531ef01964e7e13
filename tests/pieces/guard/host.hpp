// A host with keys, sessions, tokens and allowlists, on a store that counts and can fail.
#pragma once

#include <ekauth/guard.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include "catch.hpp"
#include "support/fault_store.hpp"
#include "support/fixed.hpp"

#include <string>

namespace guarded {

using namespace ekauth;
using namespace std::chrono_literals;
using fixed::noon;

inline constexpr scope::registry scopes{
    {"events:read"}, {"events:write"}, {"full_access", scope::kind::superuser}};
inline constexpr scope::requirement may_read = scopes.all_of({"events:read"});
inline constexpr scope::requirement may_write = scopes.all_of({"events:write"});
inline const subject_id alice("acc_9i8h7g6f5e");
inline constexpr errc fine{};

inline cidr::address from(std::string_view text) { return *cidr::address::parse(text); }

inline jwt::keyset signing_keys() { return *jwt::keyset::make(jwt::key{"k1", secret(std::string(32, 's'))}); }

struct host {
  fixed::counting_random random;
  memory::store inner;
  fixed::fault_store<memory::store> store{inner};
  keys::service api_keys = *keys::service::make(fixed::roots(), scopes, {}, random);
  refresh::service sessions = *refresh::service::make(fixed::roots(), refresh::strict(), random);
  jwt::signer signer = *jwt::signer::make(signing_keys(), {.issuer = "us", .audience = "events"}, random);
  jwt::verifier verifier = *jwt::verifier::make(signing_keys(), {.issuer = "us", .audiences = {"events"}});

  allowlists::service lists = *allowlists::service::make({}, random);

  guard::options both() const { return {.scopes = scopes, .api_keys = api_keys, .access_tokens = verifier}; }
  guard::options with_networks() const {
    auto how = both();
    how.networks = lists;
    return how;
  }

  keys::created key(std::initializer_list<std::string_view> granted = {"events:read"},
                    keys::environment env = keys::environment::live) {
    return *run(
        api_keys.create({.granted = {alice, *scope::list::parse(granted)}, .name = "n", .env = env}, noon),
        inner);
  }
  refresh::issued session() {
    return *run(sessions.login({.granted = {alice, *scope::list::parse({"events:read"})}, .epoch = 0}, noon),
                inner);
  }
  std::string token(const refresh::issued& of) {
    return std::string((*signer.sign(of.granted, {.issued_at = noon, .session = of.session})).expose());
  }

  void allow(const allowlists::holder& of, std::string networks, std::uint64_t expected = 0) {
    REQUIRE(
        run(lists.save(of, {.entries = {{std::move(networks)}}, .enabled = true, .expected = expected}, noon),
            inner));
  }

  result<guard::principal> check(const guard::options& how, const guard::request& what,
                                 guard::requirement demanded, time_point now = noon + 1s) {
    return run((*guard::service::make(how)).check(what, demanded, now), store);
  }
  errc bearer(const guard::options& how, std::string_view credential, guard::requirement demanded,
              time_point now = noon + 1s) {
    const std::string header = "Bearer " + std::string(credential);
    const auto who = check(how, {.headers = {.authorization = header}, .secure = true}, demanded, now);
    return who ? errc{} : who.error().code();
  }
};

}  // namespace guarded
