// Subjects and ids as operations take them: checked before storage is asked.
#pragma once

#include <ekauth/ids.hpp>
#include <ekauth/result.hpp>

namespace ekauth::inline v1 {

inline constexpr std::size_t max_id_size = 255;  // bytes

inline constexpr error bad_subject{errc::validation_failed, "a subject is 1 to 255 bytes"};
inline constexpr error bad_id{errc::validation_failed, "an id is 1 to 255 bytes"};

/// An empty subject would act on what storage keeps under no name, and a longer one is nobody's.
[[nodiscard]] inline bool is_subject(const subject_id& whose) noexcept {
  return !whose.empty() && whose.text().size() <= max_id_size;
}

/// A subject, and an id that may be left out. Errors: validation_failed.
template <class Kind>
[[nodiscard]] result<void> check_ids_if_given(const subject_id& whose, const id<Kind>& which) noexcept {
  if (!is_subject(whose)) return bad_subject;
  if (which.text().size() > max_id_size) return bad_id;
  return {};
}

/// A subject, and an id. Errors: validation_failed.
template <class Kind>
[[nodiscard]] result<void> check_ids(const subject_id& whose, const id<Kind>& which) noexcept {
  if (is_subject(whose) && which.empty()) return bad_id;
  return check_ids_if_given(whose, which);
}

}  // namespace ekauth::inline v1
