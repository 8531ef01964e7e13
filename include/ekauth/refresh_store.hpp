// What refresh tokens need of storage: the stored record, eight requests, and the class a host derives from.
//
//   class my_store final : public refresh::store {
//    public:
//     result<refresh::find::reply> answer(const refresh::find& request) override;
//     …
//   };
//
// Each request is one atomic act. docs/STORAGE.md shows the SQL of each; adapters are shipped.
#pragma once

#include <ekauth/clock.hpp>
#include <ekauth/grant.hpp>
#include <ekauth/secret.hpp>
#include <ekauth/storage.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ekauth::inline v1::refresh {

/// revoked is terminal. Stored as these numbers.
enum class status : std::uint8_t { active = 1, revoked = 2 };

/// Why a session ended. Stored as these numbers; append-only.
enum class end_reason : std::uint8_t {
  none = 0,
  signed_out = 1,
  signed_out_everywhere = 2,
  password_changed = 3,
  reuse_detected = 4,
  admin = 5,
};

/// "signed_out", "reuse_detected", …
[[nodiscard]] std::string_view name(end_reason reason) noexcept;

/// One login as stored. The version counts every write; times never go back.
struct record {
  family_id id;
  grant granted;
  std::string client;       ///< the host's word for the device or program; may be empty; at most 255 bytes
  std::uint64_t epoch = 0;  ///< the subject's epoch at login; a different epoch now means dead
  std::uint32_t generation = 0;
  char slot = '1';                      ///< the server key of the current token
  digest current{};                     ///< HMAC of the current secret
  digest previous{};                    ///< of the one before; zeroes in generation 0
  std::array<std::uint8_t, 16> salt{};  ///< that derived the current secret; zeroes in generation 0
  time_point created_at{};
  time_point rotated_at{};                 ///< of the current generation; its access token's iat
  time_point last_ok_at{};                 ///< when the current token was last handed out
  std::optional<time_point> confirmed_at;  ///< kept for a later policy; nothing sets it yet
  std::uint32_t replays = 0;               ///< of the current generation
  time_point idle_deadline{};
  std::optional<time_point> absolute_deadline;
  std::optional<digest> binding;  ///< hash of what the client must prove besides; empty: nothing
  status state = status::active;
  end_reason reason = end_reason::none;
  std::optional<time_point> ended_at;
  std::uint64_t version = 1;
};

// ---- Requests: what storage is asked. Each is one atomic act. SQL: docs/STORAGE.md ----

/// Adds a row whose id is new, if the subject's epoch is row.epoch (a subject without a row has epoch 0).
/// A wrong "inserted" at a changed epoch lets a login with the old password outlive the change until its
/// first refresh.
struct insert {
  static constexpr std::string_view name = "refresh::insert";
  record row;
  enum class reply : std::uint8_t { inserted, exists, epoch_changed };
};

/// The row of a family and its subject's epoch, in one consistent read. A stale answer costs a retry, never a
/// double use.
struct find {
  static constexpr std::string_view name = "refresh::find";
  struct found {
    record row;
    std::uint64_t subject_epoch = 0;
    end_reason subject_reason = end_reason::none;  ///< of the last bump
  };
  family_id id;
  using reply = std::optional<found>;
};

/// Whether one of a session's deadlines has come.
[[nodiscard]] bool is_past_deadline(const record& row, time_point now) noexcept;

/// Whether a session's credentials still count: active, under its subject's epoch, and before its deadlines.
[[nodiscard]] bool is_live(const find::found& found, time_point now) noexcept;

/// Compare-and-set: stores row's generation, slot, hashes, salt, times, replays and idle_deadline, with
/// version expected + 1, where the stored version is expected, the session is active, and its epoch is still
/// its subject's; otherwise nothing. true: stored. A wrong "true" lets one token be spent twice; a wrong
/// "false" costs a second read.
struct advance {
  static constexpr std::string_view name = "refresh::advance";
  record row;
  std::uint64_t expected = 0;
  using reply = bool;
};

/// Ends a session if it is active: state, reason, ended_at, version + 1. Idempotent. A wrong "revoked" leaves
/// a thief in.
struct revoke {
  static constexpr std::string_view name = "refresh::revoke";
  family_id id;
  end_reason reason = end_reason::signed_out;
  time_point at{};
  enum class reply : std::uint8_t { revoked, already, missing };
};

/// The subject's epoch; 0 when it never changed.
struct read_epoch {
  static constexpr std::string_view name = "refresh::read_epoch";
  subject_id subject;
  using reply = std::uint64_t;
};

/// Adds one to the subject's epoch and keeps the reason; answers the new epoch. In one order with insert and
/// advance: none of them succeeds under the old epoch after this answered. A wrong answer leaves stolen
/// sessions alive.
struct bump_epoch {
  static constexpr std::string_view name = "refresh::bump_epoch";
  subject_id subject;
  end_reason reason = end_reason::signed_out_everywhere;
  time_point at{};
  using reply = std::uint64_t;
};

/// Sessions of a subject, ended ones too, in byte order of id, after `after` (empty: from the start), at most
/// limit; with the subject's epoch, as in find.
struct list {
  static constexpr std::string_view name = "refresh::list";
  subject_id subject;
  family_id after;
  std::uint32_t limit = 100;
  using reply = std::vector<find::found>;
};

/// Removes at most limit sessions whose idle or absolute deadline is at or before `before`. Answers how many.
/// Removing too much signs people out; too little costs space.
struct purge {
  static constexpr std::string_view name = "refresh::purge";
  time_point before{};
  std::uint32_t limit = 1000;
  using reply = std::uint32_t;
};

/// What a blocking store of sessions derives from: it answers these requests.
class store : public storage::answers<insert, find, advance, revoke, read_epoch, bump_epoch, list, purge> {
 protected:
  ~store() = default;
};

}  // namespace ekauth::inline v1::refresh
