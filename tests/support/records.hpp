// Sample rows of keys and sessions, and whether two rows are the same in everything.
#pragma once

#include <ekauth/keys_store.hpp>
#include <ekauth/refresh_store.hpp>

#include "support/fixed.hpp"

#include <algorithm>
#include <string_view>

namespace records {

using namespace ekauth;

inline digest bytes(std::uint8_t first) {
  digest value{};
  for (std::uint8_t& byte : value) byte = first++;
  return value;
}

inline scope::list scopes(std::string_view spaced) { return *scope::list::parse_spaced(spaced); }

inline keys::record key(std::string_view id, std::string_view owner = "acc_1") {
  keys::record row;
  row.id = key_id(id);
  row.name = "Production Server";
  row.granted = {subject_id(owner), scopes("events:read events:write")};
  row.created_at = fixed::noon;
  row.verifiers.push_back({1, '1', bytes(1), fixed::noon, {}, {}});
  return row;
}

inline refresh::record session(std::string_view id, std::string_view subject = "usr_1") {
  refresh::record row;
  row.id = family_id(id);
  row.granted = {subject_id(subject), scopes("events:read")};
  row.client = "Firefox on Linux";
  row.current = bytes(10);
  row.created_at = row.rotated_at = row.last_ok_at = fixed::noon;
  row.idle_deadline = fixed::noon + std::chrono::hours(720);
  return row;
}

/// Every optional set, every number unlike the others.
inline keys::record full_key(std::string_view id) {
  keys::record row = key(id);
  row.env = keys::environment::test;
  row.state = keys::status::disabled;
  row.not_before = fixed::noon + duration(1);
  row.expires_at = fixed::noon + duration(2);
  row.revoked_at = fixed::noon + duration(3);
  row.version = 9;
  row.verifiers.push_back(
      {7, 'z', bytes(70), fixed::noon + duration(4), fixed::noon + duration(5), fixed::noon + duration(6)});
  row.verifiers.push_back({0xffffffff, '0', bytes(200), fixed::noon + duration(7), {}, fixed::noon});
  return row;
}

inline refresh::record full_session(std::string_view id) {
  refresh::record row = session(id);
  row.generation = 0xffffffff;
  row.slot = 'Z';
  row.previous = bytes(90);
  for (std::size_t i = 0; i < row.salt.size(); ++i) row.salt[i] = static_cast<std::uint8_t>(255 - i);
  row.created_at = fixed::noon + duration(1);
  row.rotated_at = fixed::noon + duration(2);
  row.last_ok_at = fixed::noon + duration(3);
  row.confirmed_at = fixed::noon + duration(4);
  row.replays = 0xfffffffe;
  row.absolute_deadline = fixed::noon + duration(5);
  row.binding = bytes(150);
  row.state = refresh::status::revoked;
  row.reason = refresh::end_reason::reuse_detected;
  row.ended_at = fixed::noon + duration(6);
  row.version = 77;
  return row;
}

inline bool same(const keys::verifier& a, const keys::verifier& b) {
  return a.number == b.number && a.slot == b.slot && a.value == b.value && a.created_at == b.created_at &&
         a.not_after == b.not_after && a.last_used == b.last_used;
}

inline bool same(const keys::record& a, const keys::record& b) {
  return a.id == b.id && a.env == b.env && a.name == b.name && a.granted == b.granted && a.state == b.state &&
         a.created_at == b.created_at && a.not_before == b.not_before && a.expires_at == b.expires_at &&
         a.revoked_at == b.revoked_at && a.version == b.version &&
         std::equal(a.verifiers.begin(), a.verifiers.end(), b.verifiers.begin(), b.verifiers.end(),
                    [](const auto& x, const auto& y) { return same(x, y); });
}

inline bool same(const refresh::record& a, const refresh::record& b) {
  return a.id == b.id && a.granted == b.granted && a.client == b.client && a.epoch == b.epoch &&
         a.generation == b.generation && a.slot == b.slot && a.current == b.current &&
         a.previous == b.previous && a.salt == b.salt && a.created_at == b.created_at &&
         a.rotated_at == b.rotated_at && a.last_ok_at == b.last_ok_at && a.confirmed_at == b.confirmed_at &&
         a.replays == b.replays && a.idle_deadline == b.idle_deadline &&
         a.absolute_deadline == b.absolute_deadline && a.binding == b.binding && a.state == b.state &&
         a.reason == b.reason && a.ended_at == b.ended_at && a.version == b.version;
}

inline bool same(const refresh::find::found& a, const refresh::find::found& b) {
  return same(a.row, b.row) && a.subject_epoch == b.subject_epoch && a.subject_reason == b.subject_reason;
}

template <class Row>
bool same(const std::vector<Row>& a, const std::vector<Row>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Row& x, const Row& y) { return same(x, y); });
}

}  // namespace records
