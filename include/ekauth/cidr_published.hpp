// An allowlist that one thread replaces while others ask it.
//
//   cidr::published offices;                                    // switched off: allows everybody
//   offices.replace({.list = *parsed, .enabled = true});        // when the customer saves
//   if (!offices.allows(client)) return refuse(errc::ip_not_allowed);
#pragma once

#include <ekauth/cidr.hpp>

namespace ekauth::inline v1::cidr {

/// A list and whether it counts. A value; they are published together, so no reader sees one without the
/// other.
struct allowlist_setting {
  allowlist list;
  bool enabled = false;  ///< off allows everybody; on and empty denies everybody
};

/// The setting that is in force. A resource: any thread may call anything at any time, except destroy it.
class published {
 public:
  /// Switched off.
  published() noexcept = default;
  explicit published(allowlist_setting setting) noexcept;
  published(const published&) = delete;
  published& operator=(const published&) = delete;
  ~published();

  /// Whether the setting in force is off, or its list contains the address. Never waits, locks or allocates,
  /// whatever writers do; but a thread's first call ever allocates a cache line, and throws std::bad_alloc
  /// when there is no memory for it.
  [[nodiscard]] bool allows(const address& who) const;

  /// Puts a setting in force: calls of allows() that begin after it returns answer by it. Waits until those
  /// that began before have ended, some microseconds, and frees the old list if nobody holds a copy.
  void replace(allowlist_setting setting) noexcept;

  /// The setting in force. A thread's first call is as that of allows().
  [[nodiscard]] allowlist_setting current() const;

 private:
  std::uintptr_t word_ = 0;  // the list's shared part, and in the lowest bit whether it is enabled
};

}  // namespace ekauth::inline v1::cidr
