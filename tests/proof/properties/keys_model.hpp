// API keys as the documentation describes them, in the plainest way: every key with every secret that it ever
// had. Written from include/ekauth/keys.hpp; shares no code with src/keys.
#pragma once

#include <ekauth/keys.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace properties {

using namespace ekauth;

struct model_secret {
  std::string text;  // empty where its answer was lost on the way
  std::uint32_t number = 1;
  time_point created;
  std::optional<time_point> not_after, last_used;
  bool forgotten = false;  // made room for a newer one
};

struct model_key {
  key_id id;
  keys::environment env = keys::environment::live;
  std::string name;
  grant granted;
  keys::status state = keys::status::active;
  time_point created;
  std::optional<time_point> not_before, expires_at, revoked_at;
  std::vector<model_secret> secrets;  // all that there ever were

  [[nodiscard]] std::size_t stored() const {
    return static_cast<std::size_t>(
        std::count_if(secrets.begin(), secrets.end(), [](const auto& each) { return !each.forgotten; }));
  }
  [[nodiscard]] bool expired(time_point now) const { return expires_at && now >= *expires_at; }
  /// By the clock, or because a newer secret was made after its end.
  [[nodiscard]] bool dead(const model_secret& old, time_point now) const {
    return old.not_after &&
           (now >= *old.not_after || std::any_of(secrets.begin(), secrets.end(), [&](const auto& each) {
              return each.number > old.number && each.created >= *old.not_after;
            }));
  }

  /// What whoever presents a secret of this key is told.
  [[nodiscard]] errc present(const model_secret& secret, time_point now) const {
    if (secret.forgotten) return errc::key_secret_mismatch;
    if (state == keys::status::disabled) return errc::api_key_disabled;
    if (state == keys::status::revoked) return errc::api_key_revoked;
    if (not_before && now < *not_before) return errc::api_key_not_yet_valid;
    if (expired(now)) return errc::api_key_expired;
    return dead(secret, now) ? errc::api_key_rolled : errc{};
  }

  /// What a change of status comes to, or errc{}.
  [[nodiscard]] errc change(keys::status next) const {
    return state == keys::status::revoked && next != state ? errc::version_conflict : errc{};
  }

  /// What a roll comes to, or errc{}.
  [[nodiscard]] errc roll(duration grace, time_point now) const {
    if (state == keys::status::revoked) return errc::version_conflict;
    if (expired(now)) return errc::validation_failed;
    const auto outlives = [&](model_secret each) {
      if (each.forgotten || dead(each, now)) return false;
      each.not_after = std::min(each.not_after.value_or(now + grace), now + grace);
      return !dead(each, now);
    };
    return std::count_if(secrets.begin(), secrets.end(), outlives) >= 3 ? errc::roll_limit : errc{};
  }
  void apply_roll(std::string text, duration grace, time_point now) {
    std::uint32_t newest = 0;
    for (model_secret& each : secrets) {
      newest = std::max(newest, each.number);
      if (!each.forgotten && !dead(each, now))
        each.not_after = std::min(each.not_after.value_or(now + grace), now + grace);
    }
    // The oldest dead ones make room.
    for (model_secret& each : secrets) {
      if (stored() < 3) break;
      if (!each.forgotten && dead(each, now)) each.forgotten = true;
    }
    model_secret fresh;
    fresh.text = std::move(text);
    fresh.number = newest + 1;
    fresh.created = now;
    secrets.push_back(std::move(fresh));
  }
};

}  // namespace properties
