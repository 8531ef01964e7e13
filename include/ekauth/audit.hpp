// What happened, for whoever has to find out: events, one JSON line each, and what keeps a flood of them
// small.
//
//   class trail final : public audit::sink {
//     void write(const audit::event& what) noexcept override {
//       const audit::line line(what);  // no allocation
//       std::fwrite(line.with_newline().data(), 1, line.with_newline().size(), stderr);
//     }
//   };
//   trail lines;
//   audit::flood_control events(lines);  // the sink to hand out
//   events.write(
//       {.what = audit::kind::key_revoked, .at = now(), .subject = owner.text(), .key = id.text()});
//   events.flush(now());                 // about once a minute
//
//   {"time":"2026-01-15T10:30:00.123Z","event":"key.revoked","outcome":"success","subject":"acc_9i8h7g6f5e",
//    "keyId":"key_1a2b3c4d5e"}
//
// Never a secret: an event has members for ids, addresses and texts, and for no credential. What its writer
// does not put in does not come out; so put in no token, no password, and of a key its id only.
#pragma once

#include <ekauth/cidr.hpp>
#include <ekauth/clock.hpp>
#include <ekauth/error.hpp>
#include <ekauth/random.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ekauth::inline v1::audit {

/// What happened. Stable and append-only, as errc is: numbers and names never change their meaning.
enum class kind : std::uint16_t {
  // A request and its credential. Refusals carry the precise code.
  auth_succeeded = 1,          ///< admitted; as many as there are requests
  auth_failed = 2,             ///< no credential, or one that does not hold
  auth_network_denied = 3,     ///< proven, from a network that is on no allowlist
  auth_scope_denied = 4,       ///< proven, without a scope or kind of credential that is demanded
  auth_wrong_environment = 5,  ///< proven, a test credential where live is demanded, or the reverse

  // Logins.
  login_succeeded = 20,
  login_failed = 21,     ///< subject only where the account is known
  login_throttled = 22,  ///< refused before the password was looked at

  // Refresh tokens.
  refresh_rotated = 40,
  refresh_replayed = 41,           ///< a spent token, answered with the same successor
  refresh_coalesced = 42,          ///< a token younger than the race window, answered with itself
  refresh_failed = 43,             ///< refused; nothing was changed
  refresh_reuse_detected = 44,     ///< critical: a spent token came again, and its session is ended
  refresh_binding_mismatch = 45,   ///< a good token from a client that it is not bound to
  refresh_verifier_mismatch = 46,  ///< critical: made with a server key, and not what is stored
  refresh_store_regression = 47,   ///< critical: newer than what is stored; the store lost commits

  // Sessions.
  session_ended = 60,       ///< reason: how
  sessions_ended_all = 61,  ///< of one subject; reason: how

  // Accounts.
  account_created = 80,
  password_changed = 81,
  password_change_failed = 82,
  password_rehashed = 83,  ///< the same password under today's cost

  // Keys.
  key_created = 100,
  key_updated = 101,  ///< reason: of what; before, after
  key_rolled = 102,
  key_disabled = 103,
  key_enabled = 104,
  key_revoked = 105,
  key_old_secret_used = 106,    ///< by a client that has yet to take the new one; say it about once an hour
  key_exposed_plaintext = 107,  ///< it came without TLS: roll it
  key_exposed_in_url = 108,     ///< it came in a URL, where logs and referrers keep it: roll it

  // Allowlists; key is empty for the account's own.
  allowlist_changed = 120,  ///< before, after
  allowlist_enabled = 121,
  allowlist_disabled = 122,

  // The server itself.
  request_failed = 140,      ///< answered with internal_error
  maintenance_failed = 141,  ///< work between requests, such as a purge; reason: which
  audit_suppressed = 142,    ///< flood_control held back count events of the kind suppressed
};

/// The kind's spelling: "auth.failed". Unknown numbers: "unknown".
[[nodiscard]] std::string_view name(kind what) noexcept;

/// Whether somebody has to look: a token or a server key may be in wrong hands, or the store lost commits.
[[nodiscard]] bool is_critical(kind what) noexcept;

enum class outcome : std::uint8_t {
  success,  ///< it was done
  denied,   ///< it was refused
  failed,   ///< the server had trouble of its own, and refused
};

/// How it ended. A code makes any event denied, or failed where it stands for trouble of the server's own
/// (status 500 and above); without one the kind decides.
[[nodiscard]] outcome outcome_of(kind what, errc code) noexcept;

/// "success", "denied" or "failed".
[[nodiscard]] std::string_view name(outcome how) noexcept;

/// One thing that happened. Views: a sink copies what it keeps.
struct event {
  kind what;
  time_point at;
  errc code = errc{};                           ///< why it was refused, precisely; errc{}: it was not
  std::string_view subject = {};                ///< whose account
  std::string_view key = {};                    ///< a key's public id
  std::string_view session = {};                ///< a family's id
  std::uint32_t secret_number = 0;              ///< which of the key's secrets; 0: not said
  std::optional<cidr::address> client = {};     ///< as resolved behind trusted proxies
  std::string_view request_id = {};             ///< what the client was told
  std::string_view path = {};                   ///< not written from a ?, a # or a credential on
  std::string_view environment = {};            ///< "live" or "test"
  std::string_view reason = {};                 ///< more about it, in the host's words
  std::optional<std::string_view> before = {};  ///< of a change, in short
  std::optional<std::string_view> after = {};
  std::string_view actor = {};  ///< who did it, where that is not the subject

  // Of audit_suppressed; written by flood_control.
  std::uint64_t count = 0;
  std::optional<kind> suppressed = {};
  std::uint8_t network_bits = 0;  ///< when not 0, client stands for its network of so many bits
};

/// Where events go. Called from many threads at once, on the way to an answer: must not block for long.
///
/// A sink that cannot write drops the event: nothing waits for it, and nothing can be thrown through it.
class sink {
 public:
  virtual void write(const event& what) noexcept = 0;

 protected:
  sink() = default;
  sink(const sink&) = default;
  sink& operator=(const sink&) = default;
  ~sink() = default;
};

/// An event as one JSON object without line breaks. A value; made without allocation.
///
/// Members in this order, absent where there is nothing to say: time (milliseconds, UTC), event, outcome,
/// critical (true), code, subject, actor, keyId, secretNumber, session, client, requestId, path, environment,
/// reason, before, after, suppressed, count. Always valid JSON and UTF-8: bytes that are not become U+FFFD,
/// and what would steer a terminal, or end a line for some reader, is escaped. A text that takes more than
/// max_text bytes is cut before them and ends in "…". Source: RFC 8259; RFC 3339 §5.6 (time); RFC 5952
/// (client).
class line {
 public:
  static constexpr std::size_t max_text = 640;
  static constexpr std::size_t max_size = 8192;

  explicit line(const event& what) noexcept;

  [[nodiscard]] std::string_view text() const noexcept { return {bytes_.data(), size_}; }
  /// The same and a line feed, for one write of a whole line.
  [[nodiscard]] std::string_view with_newline() const noexcept { return {bytes_.data(), size_ + 1}; }

 private:
  std::size_t size_;
  std::array<char, max_size> bytes_;
};

/// line(what).text(), as a string.
[[nodiscard]] std::string to_json(const event& what);

struct flood_options {
  std::uint32_t per_minute = 10;  ///< events of one class that pass in a minute; 0 counts as 1
  /// Classes told apart in one minute, 40 bytes each, all taken at construction; near it some share already.
  /// It bounds what passes, whatever comes: per_minute of each of these and of 16 shared ones.
  std::size_t classes = 16384;
};

/// Passes events on to another sink, and of a flood of refusals only the first; the rest it counts.
///
/// Held back are events that were denied or failed, and of those never critical ones. A class of them is one
/// kind, one code and one network of clients: /24 of IPv4, /48 of IPv6, or no address. Of a class per_minute
/// events pass in the minute from its first one; when that is over, one audit_suppressed has the kind, the
/// code, the network, the count, and the time of the last that was held back. It is written with the next
/// event that needs its place, by flush(), or at destruction: every event was either passed on or counted.
///
/// Minutes follow event::at; one that lies a minute or more before its class's minute begins a new one. When
/// there are more classes than places, those without are counted together, in a class that has no kind, code
/// or network. Never allocates after construction. Threads may share it; the other sink must outlive it.
class flood_control final : public sink {
 public:
  /// random: draws the seed of a hash, so that nobody can choose who shares a place with whom.
  explicit flood_control(sink& next, flood_options how = {}, random_source& random = os_random());
  flood_control(const flood_control&) = delete;
  flood_control& operator=(const flood_control&) = delete;
  ~flood_control();

  void write(const event& what) noexcept override;

  /// Writes the summaries of minutes that are over. Call it about once a minute, from any thread.
  void flush(time_point now) noexcept;

 private:
  struct table;
  sink& next_;
  std::unique_ptr<table> table_;
};

struct recent_options {
  std::size_t subjects = 256;  ///< rings to keep; subjects share one by a seeded hash
  std::size_t lines = 64;      ///< newest events of each ring
};

/// The newest events of each subject as JSON lines, in memory: for a page that shows account owners what
/// happened. Not a record: a restart forgets it.
///
/// Keeps at most subjects times lines events, the largest of 8 KiB; events without subject are not kept. A
/// noisy subject pushes out its own and those of subjects in its ring, and no others. An event that finds no
/// memory is dropped, and counted. Threads may share it.
class recent final : public sink {
 public:
  explicit recent(recent_options how = {}, random_source& random = os_random());
  recent(const recent&) = delete;
  recent& operator=(const recent&) = delete;
  ~recent();

  void write(const event& what) noexcept override;

  /// Lines of a subject's events, the last written first, at most limit. An empty subject has none.
  [[nodiscard]] std::vector<std::string> newest(std::string_view subject, std::size_t limit = 50) const;

  /// Events that found no memory.
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

 private:
  struct ring;
  ring& ring_of(std::string_view subject) const noexcept;
  std::size_t subjects_;
  std::uint64_t seed_;
  std::unique_ptr<ring[]> rings_;
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace ekauth::inline v1::audit
