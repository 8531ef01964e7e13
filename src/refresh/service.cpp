#include <ekauth/refresh.hpp>

#include "refresh/core.hpp"

#include <algorithm>

namespace ekauth::inline v1::refresh {

namespace {

bool within(duration value, duration limit) { return value >= duration(0) && value <= limit; }

result<void> check_policy(const policy& rules) {
  if (!within(rules.race_window, std::chrono::minutes(5)))
    return error{errc::option_invalid, "race_window is 0 to 5 minutes"};
  if (!within(rules.lost_window, rules.race_window))
    return error{errc::option_invalid, "lost_window is 0 to race_window"};
  if (rules.max_replays > 16) return error{errc::option_invalid, "max_replays is 0 to 16"};
  if (rules.coalesce && rules.race_window == duration(0))
    return error{errc::option_invalid, "coalescing needs a race_window"};
  if (rules.idle_lifetime < std::chrono::minutes(1) || rules.idle_lifetime > std::chrono::hours(24 * 366))
    return error{errc::option_invalid, "idle_lifetime is 1 minute to 366 days"};
  if (rules.absolute_lifetime && (*rules.absolute_lifetime < std::chrono::minutes(1) ||
                                  *rules.absolute_lifetime > std::chrono::hours(24 * 3660)))
    return error{errc::option_invalid, "absolute_lifetime is 1 minute to ten years, or absent"};
  return {};
}

}  // namespace

result<parts> core::check(std::string_view token) const {
  auto read = split(token);
  if (!read) return read.error();
  const crypto::hmac_key* const key = keys.tag.find(read->slot);
  if (key == nullptr) return error{errc::refresh_slot_unknown, "its server key is not configured"};
  if (!constant_time_equal(tag_of(*key, read->tagged), read->tag))
    return error{errc::refresh_tag_mismatch, "not made by this server"};
  return read;
}

issued core::answer(const record& row, secret token, issue_kind kind) const {
  time_point end = row.idle_deadline;
  if (row.absolute_deadline) end = std::min(end, *row.absolute_deadline);
  return {std::move(token), row.granted, row.id, access_id_of(keys, row.slot, row.id.text(), row.generation),
          row.rotated_at,   end,         kind};
}

result<service> service::make(const server_keys& roots, policy rules, random_source& random) {
  if (roots.active() == server_keys::no_slot)
    return error{errc::option_invalid, "refresh tokens need at least one server key"};
  if (auto ok = check_policy(rules); !ok) return ok.error();
  return service(make_shares<const core>(roots, rules, random));
}

epoch_flow service::epoch(subject_id subject) const { return epoch_flow(std::move(subject)); }

login_flow service::login(new_session what, time_point now) const {
  return {shares_->one(), std::move(what), now};
}

refresh_flow service::refresh(std::string_view token, context at) const {
  return {shares_->one(), token, at};
}

end_flow service::end(std::string_view token, time_point now) const {
  const auto read = shares_->inside.check(token);
  if (!read) return {};
  return {family_id(read->family), end_reason::signed_out, now};
}

end_flow service::end(subject_id owner, family_id session, end_reason reason, time_point now) const {
  return {std::move(owner), std::move(session), reason, now};
}

end_all_flow service::end_all(subject_id subject, end_reason reason, time_point now) const {
  return end_all_flow({std::move(subject), reason, now});
}

list_flow service::list(subject_id subject, time_point now, family_id after, std::uint32_t limit) const {
  return {{std::move(subject), std::move(after), std::clamp(limit, 1u, 1000u)}, now};
}

purge_flow service::purge(time_point now, std::uint32_t limit) const {
  return purge_flow({now, std::clamp(limit, 1u, 100000u)});
}

}  // namespace ekauth::inline v1::refresh
