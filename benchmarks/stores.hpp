// The operations of a store that asks a server, beside the same commands by the server's client library used
// by hand, whose answers are thrown away. The two take turns, call by call; "x by hand" is the median of the
// one by the median of the other.
#pragma once

#include <ekauth/keys.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include <optional>
#include <string>

#include <benchmark/benchmark.h>

#include "beside.hpp"
#include "support/fixed.hpp"

namespace beside {

/// Round trips of this thread so far. Counted by round_trips.cpp.
std::size_t round_trips() noexcept;

/// A store with a key and sessions. What each operation asks of the server stands in a hand's find_key or
/// rotate.
template <class Store>
class host {
 public:
  explicit host(Store opened) : db_(std::move(opened)) {
    auto made = run(keys_.create({.granted = granted(), .name = "Production"}, fixed::noon), db_);
    must(made.has_value());
    key_ = *std::move(made);
    auto login = run(sessions_.login({.granted = granted(), .epoch = 0}, fixed::noon), db_);
    must(login.has_value());
    token_ = login->token.expose();
    rotated_ = add_session();
  }

  [[nodiscard]] const ekauth::key_id& key() const { return key_->key.id; }
  ekauth::refresh::record add_session() {
    static int count = 1'000'000'000;
    ekauth::refresh::record row;
    row.id = ekauth::family_id("family" + std::to_string(count++));
    row.granted = granted();
    row.created_at = row.rotated_at = row.last_ok_at = fixed::noon;
    row.idle_deadline = fixed::noon + std::chrono::hours(720);
    const auto added = db_.answer(refresh::insert{row});
    must(added && *added == ekauth::refresh::insert::reply::inserted);
    return row;
  }

  bool find_key() {
    const auto found = db_.find_key({key()});
    return found->has_value();
  }
  bool verify_key() { return run(keys_.verify(key_->token.expose(), {.now = fixed::noon}), db_).has_value(); }
  /// The two requests of a rotation.
  bool rotate() {
    auto found = db_.answer(refresh::find{rotated_.id});
    must(found && *found);
    const std::uint64_t version = (*found)->row.version;
    const auto stored = db_.answer(refresh::advance{std::move((*found)->row), version});
    return stored && *stored;
  }
  bool refresh_token() {
    const auto renewed = run(sessions_.refresh(token_, {.now = fixed::noon}), db_);
    must(renewed.has_value());
    token_ = renewed->token.expose();
    return true;
  }

 private:
  static ekauth::grant granted() {
    return {ekauth::subject_id("acc_1"), *ekauth::scope::list::parse_spaced("events:read")};
  }
  static constexpr ekauth::scope::registry scopes{{"events:read"}, {"events:write"}};

  Store db_;
  ekauth::keys::service keys_ = *ekauth::keys::service::make(fixed::roots(), scopes);
  ekauth::refresh::service sessions_ = *ekauth::refresh::service::make(fixed::roots());
  std::optional<ekauth::keys::created> key_;
  std::string token_;
  ekauth::refresh::record rotated_;
};

template <class Call, class Hand>
void add_one(const std::string& name, int turns, Call call, Hand hand) {
  const auto once = [=](benchmark::State& state) {
    must(call() && hand());
    const std::size_t before = round_trips();
    must(call());
    const std::size_t made = round_trips() - before;
    measure<1>(state, call, other{"by hand", hand});
    state.counters["round trips"] = static_cast<double>(made);
  };
  benchmark::RegisterBenchmark(name.c_str(), once)->UseManualTime()->Iterations(turns);
}

/// Adds all of them. how: ends their names. ours: makes or finds the host; hand and again: the same of two
/// connections by hand, which beside each other show what a difference is worth.
template <class Ours, class Hand>
bool add_operations(const std::string& how, int turns, Ours ours, Hand hand, Hand again) {
  const auto find_by_hand = [=] { return hand().find_key(); };
  const auto rotate_by_hand = [=] { return hand().rotate(); };
  add_one(
      "find_key_by_hand" + how, turns, [=] { return again().find_key(); }, find_by_hand);
  add_one(
      "find_key" + how, turns, [=] { return ours().find_key(); }, find_by_hand);
  add_one(
      "verify_key" + how, turns, [=] { return ours().verify_key(); }, find_by_hand);
  add_one(
      "rotate_by_hand" + how, turns, [=] { return again().rotate(); }, rotate_by_hand);
  add_one(
      "rotate" + how, turns, [=] { return ours().rotate(); }, rotate_by_hand);
  add_one(
      "refresh_token" + how, turns, [=] { return ours().refresh_token(); }, rotate_by_hand);
  return true;
}

}  // namespace beside
