// The inside of allowlists::service: its options, and the lists it remembers.
#pragma once

#include <ekauth/allowlists.hpp>

#include "core/lanes.hpp"
#include "core/remembered.hpp"

namespace ekauth::inline v1::allowlists {

/// A list ready for questions: what is alive of its entries, merged. An immutable value.
class policy {
 public:
  /// row: nothing where there is no such list.
  policy(const std::optional<record>& row, time_point now);

  [[nodiscard]] std::uint64_t version() const noexcept { return version_; }

  /// Whether it was made recently enough, and no entry has expired since.
  [[nodiscard]] bool is_fresh(time_point now, duration max_age) const noexcept;

  /// Whether entries have expired since it was made, and it grants too much; or they were read so long ago
  /// that storage's word that their version is still the same is not enough. A store that was restored from a
  /// backup, or lost its last commits, may have come to that version by another change.
  [[nodiscard]] bool is_outlived(time_point now) const noexcept;

  [[nodiscard]] bool admits(const std::optional<cidr::address>& client) const noexcept {
    return !enabled_ || (client && networks_.contains(*client));
  }

  /// The same, seen unchanged just now.
  [[nodiscard]] policy seen_again(time_point now) const;

 private:
  std::uint64_t version_ = 0;
  bool enabled_ = false;
  cidr::allowlist networks_;
  time_point read_at_;  // from storage
  time_point made_at_;  // or seen unchanged
  time_point first_expiry_ = time_point::max();
};

struct core {
  core(options settings, random_source& source)
      : how(settings), random(source), policies(settings.remembered_lists) {}
  options how;
  random_source& random;
  remembered<std::shared_ptr<const policy>> policies;  // by holder; synchronises itself
};

inline constexpr std::string_view id_prefix = "net_";
inline constexpr std::size_t id_digits = 10;
inline constexpr int max_tries = 8;

/// What is alive of the entries at now.
[[nodiscard]] cidr::allowlist alive(const std::vector<entry>& entries, time_point now);

/// Whether a list that is on may be put in force.
[[nodiscard]] result<void> decide_enabled(const std::vector<entry>& entries,
                                          const std::optional<cidr::address>& caller, time_point now);

/// The row that an edit asks for. Errors: as service::save, but for storage's.
[[nodiscard]] result<record> decide_save(const core& inside, holder of, const edit& what, time_point now);

}  // namespace ekauth::inline v1::allowlists
