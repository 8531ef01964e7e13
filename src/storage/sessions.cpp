#include <ekauth/refresh_store.hpp>

namespace ekauth::inline v1::refresh {

std::string_view name(end_reason reason) noexcept {
  switch (reason) {
    case end_reason::none:
      return "none";
    case end_reason::signed_out:
      return "signed_out";
    case end_reason::signed_out_everywhere:
      return "signed_out_everywhere";
    case end_reason::password_changed:
      return "password_changed";
    case end_reason::reuse_detected:
      return "reuse_detected";
    case end_reason::admin:
      return "admin";
  }
  return "none";
}

bool is_past_deadline(const record& row, time_point now) noexcept {
  return now >= row.idle_deadline || (row.absolute_deadline && now >= *row.absolute_deadline);
}

bool is_live(const find::found& found, time_point now) noexcept {
  const record& row = found.row;
  return row.state == status::active && found.subject_epoch == row.epoch && !is_past_deadline(row, now);
}

}  // namespace ekauth::inline v1::refresh
