// A host with allowlists, on a store that counts and can fail.
#pragma once

#include <ekauth/allowlists.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/run.hpp>

#include "catch.hpp"
#include "support/fault_store.hpp"
#include "support/fixed.hpp"

namespace listed {

using namespace ekauth;
using namespace std::chrono_literals;
using allowlists::edit;
using allowlists::holder;
using fixed::noon;

inline const holder account{subject_id("acc_9i8h7g6f5e")};
inline const holder key{account.account, key_id("key_1a2b3c4d5e")};
inline constexpr errc fine{};

inline cidr::address from(std::string_view text) { return *cidr::address::parse(text); }
inline const cidr::address inside = from("192.0.2.7"), outside = from("203.0.113.9");

template <class T>
errc code(const result<T>& answer) {
  return answer ? fine : answer.error().code();
}

struct host {
  explicit host(allowlists::options how = {}) : lists(*allowlists::service::make(how, random)) {}
  fixed::counting_random random;
  memory::store inner;
  fixed::fault_store<memory::store> store{inner};
  allowlists::service lists;

  result<allowlists::list> save(const holder& of, edit what, time_point now = noon) {
    return run(lists.save(of, std::move(what), now), store);
  }
  errc check(const holder& of, std::optional<cidr::address> client, time_point now = noon) {
    return code(run(lists.check(of, client, now), store));
  }
};

inline edit only(std::string networks, bool enabled = true) {
  return {.entries = {{std::move(networks)}}, .enabled = enabled};
}

}  // namespace listed
