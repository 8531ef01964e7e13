// A service of sessions, on a store that counts and can fail.
#pragma once

#include <ekauth/memory.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include "catch.hpp"
#include "support/fault_store.hpp"
#include "support/fixed.hpp"

#include <string>

namespace renewed {

using namespace ekauth;
using namespace std::chrono_literals;
using fixed::noon;
using refresh::end_reason;

inline const subject_id alice("acc_9i8h7g6f5e");

struct bench {
  fixed::counting_random random;
  memory::store inner;
  fixed::fault_store<memory::store> store{inner};
  refresh::service service;

  explicit bench(refresh::policy rules = refresh::strict(), std::string_view slots = "1")
      : service(*refresh::service::make(fixed::roots(slots), rules, random)) {}

  refresh::issued login(refresh::new_session what) {
    auto issued = run(service.login(std::move(what), noon), store);
    REQUIRE(issued);
    return *std::move(issued);
  }
  refresh::issued login(const subject_id& who = alice) {
    const auto epoch = run(service.epoch(who), store);
    return login({.granted = {who, *scope::list::parse({"events:read"})}, .epoch = *epoch});
  }
  result<refresh::issued> use(std::string_view token, time_point now = noon + 1h) {
    return run(service.refresh(token, {.now = now}), store);
  }
  result<refresh::issued> use(const refresh::issued& with, time_point now = noon + 1h) {
    return use(with.token.expose(), now);
  }
  errc refusal(const refresh::issued& with, time_point now = noon + 1h) {
    const auto renewed = use(with, now);
    return renewed ? errc{} : renewed.error().code();
  }
  refresh::record row(const refresh::issued& of) { return (**inner.answer(refresh::find{of.session})).row; }
};

}  // namespace renewed
