// A service of keys, on a store that counts and can fail.
#pragma once

#include <ekauth/keys.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/run.hpp>

#include "catch.hpp"
#include "support/fault_store.hpp"
#include "support/fixed.hpp"

#include <string>

namespace keyed {

using namespace ekauth;
using namespace std::chrono_literals;
using fixed::noon;

inline constexpr scope::registry scopes{
    {"events:read"}, {"events:write"}, {"full_access", scope::kind::superuser}};
inline constexpr scope::requirement may_read = scopes.all_of({"events:read"});
inline constexpr scope::requirement may_write = scopes.all_of({"events:write"});

struct bench {
  fixed::counting_random random;
  memory::store inner;
  fixed::fault_store<memory::store> store{inner};
  keys::service service;
  subject_id owner{"acc_9i8h7g6f5e"};

  explicit bench(keys::options how = {}, std::string_view slots = "1")
      : service(*keys::service::make(fixed::roots(slots), scopes, how, random)) {}

  keys::created create(keys::new_key what) {
    auto made = run(service.create(std::move(what), noon), store);
    REQUIRE(made);
    return *std::move(made);
  }
  keys::created create() {
    return create({.granted = {owner, *scope::list::parse({"events:read"})}, .name = "Production Server"});
  }

  result<keys::principal> verify(const secret& token, time_point now = noon) {
    return run(service.verify(token.expose(), {.now = now}), store);
  }
  errc refusal(std::string_view token, time_point now = noon) {
    const auto who = run(service.verify(token, {.now = now}), store);
    return who ? errc{} : who.error().code();
  }
};

}  // namespace keyed
