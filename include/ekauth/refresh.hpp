// Refresh tokens: rt_…, single use, 30 days, rotation with reuse detection, dead on password change.
//
//   auto epoch = run(sessions.epoch(user), store);                        // before the password is looked at
//   …check the password…
//   auto session = run(sessions.login({.granted = {user, scopes}, .epoch = *epoch}, now()), store);
//   auto renewed = run(sessions.refresh(presented, {.now = now()}), store);
//   …refresh_token_reused: the family is revoked…
//   auto gone = run(sessions.end_all(user, refresh::end_reason::password_changed, now()), store);
//
//   rt_ 7Qm2Zp9Lk4Xv1Tb8 0001 1 Y4pzjJZAwo5vwiPozNBUOKXlz w3Z6Gp4qja4 ZUbc2…    66 characters
//       family           gen  slot  secret                tag, 65 bits  CRC-32
//
// One row per login. A successor's secret is derived from its predecessor's, a fresh salt and a server key,
// so that a retry can be answered with the same successor though only hashes are stored. States and their
// reasons: docs/FORMATS.md.
//
// Source: RFC 6749 §6, RFC 9700 §4.14.
#pragma once

#include <ekauth/flow.hpp>
#include <ekauth/random.hpp>
#include <ekauth/refresh_store.hpp>
#include <ekauth/server_keys.hpp>

#include <memory>

namespace ekauth::inline v1::refresh {

/// How a second presentation is taken. Windows are half-open: elapsed < window. Start from strict() or web().
struct policy {
  duration race_window{0};         ///< at most 5 minutes
  duration lost_window{0};         ///< at most race_window: how long the predecessor gets its successor again
  bool coalesce = false;           ///< for race_window a token, but a login's first, answers itself
  std::uint32_t max_replays = 16;  ///< of one generation; at most 16
  duration idle_lifetime = std::chrono::hours(24 * 30);  ///< from each refresh; 1 minute to 366 days
  std::optional<duration> absolute_lifetime = {};  ///< from the login; 1 minute to ten years; nothing: no end
};

/// Single use without exception: the second use of a token is reuse and ends the session. The default.
[[nodiscard]] constexpr policy strict() noexcept { return {}; }

/// For browsers: tabs that refresh together, at most 17 with one token, get the same successor for 30 seconds
/// instead of a sign-out.
[[nodiscard]] constexpr policy web() noexcept {
  return {.race_window = std::chrono::seconds(30), .lost_window = std::chrono::seconds(30), .coalesce = true};
}

struct new_session {
  grant granted;
  std::uint64_t epoch;  ///< from epoch(), asked before the password was checked
  std::string client = {};
  std::optional<digest> binding = {};
};

struct context {
  time_point now;
  std::optional<digest> binding = {};  ///< what the client proved besides the token
};

/// How a token came to be answered.
enum class issue_kind : std::uint8_t { login, rotated, replayed, coalesced };

/// A refresh token in clear, and what to sign into the access token beside it. The same generation always
/// answers the same session, access_id and issued_at, so that its access token comes out byte for byte the
/// same.
struct issued {
  secret token;
  grant granted;
  family_id session;      ///< for the claim sid
  token_id access_id;     ///< for the claim jti
  time_point issued_at;   ///< for the claim iat
  time_point expires_at;  ///< of the refresh token, if it is not used before
  issue_kind kind;
};

/// A session for people: without hashes.
struct session_info {
  family_id id;
  grant granted;
  std::string client;
  time_point created_at, last_refreshed_at, expires_at;
  bool live;          ///< neither ended, nor expired, nor under an old epoch
  end_reason reason;  ///< none while live or merely expired
};

struct core;  // the service's immutable inside

class epoch_flow : public flow<epoch_flow, std::uint64_t, read_epoch> {
 public:
  void on(const read_epoch&, std::uint64_t epoch) { finish(epoch); }

 private:
  friend class service;
  explicit epoch_flow(subject_id subject);
};

class login_flow : public flow<login_flow, issued, insert> {
 public:
  void on(const insert& asked, insert::reply answer);

 private:
  friend class service;
  login_flow(std::shared_ptr<const core> inside, new_session what, time_point now);
  void draw();
  std::shared_ptr<const core> core_;
  record row_;
  secret token_;
  int draws_ = 0;
};

/// find → deny | coalesce | advance (rotate or replay) | revoke (reuse); a lost advance reads and decides
/// again.
class refresh_flow : public flow<refresh_flow, issued, find, advance, revoke> {
 public:
  void on(const find& asked, find::reply answer);
  void on(const advance& asked, bool stored);
  void on(const revoke& asked, revoke::reply answer);

 private:
  friend class service;
  refresh_flow(std::shared_ptr<const core> inside, std::string_view token, context at);
  void rotate(record row);
  void replay(record row);
  std::shared_ptr<const core> core_;
  secret presented_;  // the whole token text
  context at_;
  secret successor_;
  issue_kind kind_ = issue_kind::rotated;
  int tries_ = 0;
};

/// Ends one session; answers whether this call ended it. One that expired, or is under an old epoch, can
/// still be ended.
class end_flow : public flow<end_flow, bool, find, revoke> {
 public:
  void on(const find& asked, find::reply answer);
  void on(const revoke& asked, revoke::reply answer);

 private:
  friend class service;
  end_flow(family_id id, end_reason reason, time_point now);
  end_flow(subject_id owner, family_id id, end_reason reason, time_point now);
  end_flow() { finish(false); }
  subject_id owner_;
  end_reason reason_ = end_reason::none;
  time_point now_{};
};

class end_all_flow : public flow<end_all_flow, std::uint64_t, bump_epoch> {
 public:
  void on(const bump_epoch&, std::uint64_t epoch) { finish(epoch); }

 private:
  friend class service;
  explicit end_all_flow(bump_epoch what);
};

class list_flow : public flow<list_flow, std::vector<session_info>, list> {
 public:
  void on(const list& asked, list::reply answer);

 private:
  friend class service;
  list_flow(list what, time_point now);
  time_point now_;
};

class purge_flow : public flow<purge_flow, std::uint32_t, purge> {
 public:
  void on(const purge&, std::uint32_t removed) { finish(removed); }

 private:
  friend class service;
  explicit purge_flow(purge what) { ask(what); }
};

/// Issues and rotates refresh tokens. Holds policy and derived server keys, no storage. Immutable; a copy
/// shares its inside; threads may share it.
class service {
 public:
  /// roots: at least one server key. random: must outlive the service. Errors: option_invalid (no root, a
  /// policy outside its limits, coalesce without a race_window).
  [[nodiscard]] static result<service> make(const server_keys& roots, policy rules = strict(),
                                            random_source& random = os_random());

  /// The subject's epoch. Ask it before the password is checked and hand it to login: a password changed in
  /// between then refuses the login instead of leaving it alive. Asks storage: read_epoch, once.
  /// Errors: validation_failed (subject not 1 to 255 bytes; nothing is asked), store_unavailable.
  [[nodiscard]] epoch_flow epoch(subject_id subject) const;

  /// Starts a session and answers its first token.
  ///
  /// Asks storage: insert, once (again on an id taken, which chance all but excludes).
  /// Errors: invalid_credentials (the epoch changed: the password that was checked is no longer the
  /// password), validation_failed (subject or client out of limits), store_unavailable.
  [[nodiscard]] login_flow login(new_session what, time_point now) const;

  /// Spends a token and answers its successor.
  ///
  /// Asks storage: find and advance; find and revoke on reuse; nothing for a token that is not ours.
  /// token: as the client sent it; never logged, never kept.
  /// Errors: refresh_malformed, refresh_checksum_mismatch, refresh_slot_unknown, refresh_tag_mismatch
  /// (nothing asked); refresh_token_expired, refresh_token_revoked with the reason's name as text,
  /// refresh_token_reused (the family is revoked, durably, before this answer), refresh_binding_mismatch
  /// (nothing burned), refresh_store_regression and refresh_verifier_mismatch (both critical: audit them),
  /// refresh_busy after 24 lost races, store_unavailable. Order: of any number of presenters of one token
  /// exactly one rotates it. Source: RFC 6749 §6, RFC 9700 §4.14.2.
  [[nodiscard]] refresh_flow refresh(std::string_view token, context at) const;

  /// Signs out the session of a token, whichever generation it is. A token that is not ours succeeds and asks
  /// nothing (RFC 7009 §2.2). Asks storage: revoke, once. Errors: store_unavailable.
  [[nodiscard]] end_flow end(std::string_view token, time_point now) const;

  /// Ends one session of a subject. Asks storage: find and revoke.
  /// Errors: not_found, also for another subject's; validation_failed (subject or id not 1 to 255 bytes;
  /// nothing is asked); store_unavailable.
  [[nodiscard]] end_flow end(subject_id owner, family_id session, end_reason reason, time_point now) const;

  /// Ends every session of a subject by bumping its epoch; answers the new epoch. On a password change: store
  /// the new hash first, then call this, and repeat it until it succeeds. Asks storage: bump_epoch, once.
  /// Errors: as epoch. A validation_failed is not mended by repeating.
  [[nodiscard]] end_all_flow end_all(subject_id subject, end_reason reason, time_point now) const;

  /// A subject's sessions in order of id; page on with the last id. limit: 1 to 1,000; beyond that
  /// the nearest. Asks storage: list, once.
  /// Errors: validation_failed (subject not 1 to 255 bytes, id longer; nothing is asked), store_unavailable.
  [[nodiscard]] list_flow list(subject_id subject, time_point now, family_id after = {},
                               std::uint32_t limit = 100) const;

  /// Removes sessions past their deadline, at most limit (1 to 100,000; beyond that the nearest); answers how
  /// many. Call it now and then.
  /// Asks storage: purge, once.
  [[nodiscard]] purge_flow purge(time_point now, std::uint32_t limit = 1000) const;

  // Copies only, and a move copies: no service is ever without its inside.
  service(const service&) noexcept = default;
  service& operator=(const service&) noexcept = default;

 private:
  explicit service(std::shared_ptr<const shares<const core>> all) : shares_(std::move(all)) {}
  std::shared_ptr<const shares<const core>> shares_;
};

}  // namespace ekauth::inline v1::refresh
