// API keys: ek_live_… and ek_test_…, shown once, stored as a digest, scoped, revocable at once, rollable.
//
//   auto made = run(api_keys.create({.granted = {owner, granted}, .name = "Build server"}, now()), store);
//   show_once(made->token.expose());                              // the only time the key exists in clear
//   auto who = run(api_keys.verify(credential, {.now = now()}), store);
//   if (!who) return refuse(who.error());
//   serve(who->granted().subject);                                // and who->scopes(), who->key()
//
//   ek_live_ 1a2b3c4d5e 1 6f7g8h9i0jKLMNOPQRSTUVWXY wYcSpW 3MzROh          56 characters
//   prefix   id         slot  secret, 148.9 bits    tag    check
//            = key_id    └ server key              HMAC   CRC-32 over everything before it
//
// Typos, truncation, a swapped environment and forgeries are refused offline, without a storage request.
#pragma once

#include <ekauth/flow.hpp>
#include <ekauth/keys_store.hpp>
#include <ekauth/random.hpp>
#include <ekauth/server_keys.hpp>

#include <memory>

namespace ekauth::inline v1::keys {

/// A record without its digests, for people: what create, list and verify hand out.
struct summary {
  explicit summary(const record& row) : summary(record(row)) {}
  explicit summary(record&& row);

  struct live_secret {
    std::uint32_t number;
    time_point created_at;
    std::optional<time_point> not_after, last_used;
  };
  key_id id;
  environment env;
  std::string name;
  grant granted;
  status state;
  time_point created_at;
  std::optional<time_point> not_before, expires_at, revoked_at;
  std::optional<time_point> last_used;  ///< the newest of its secrets'
  std::vector<live_secret> secrets;
};

struct options {
  std::string prefix = "ek";             ///< [a-z][a-z0-9]{1,7}
  bool accept_live = true;               ///< whether live keys pass here; others are refused offline
  bool accept_test = true;               ///< whether test keys pass here
  bool accept_unkeyed = false;           ///< keys of slot '0', made before there was a server key
  std::uint32_t max_keys_per_owner = 0;  ///< that are not revoked; 0: no limit
};

struct new_key {
  grant granted;
  std::string name;
  environment env = environment::live;
  std::optional<time_point> expires_at = {};
  std::optional<time_point> not_before = {};
};

struct context {
  time_point now;
  bool note_use = true;  ///< false: the host calls note_use() once the caller passed all its other checks
};

/// The one moment a key exists in clear.
struct created {
  secret token;
  summary key;
};

/// A key that was proven: made by verify only.
class principal {
 public:
  [[nodiscard]] const grant& granted() const noexcept { return key_.granted; }
  [[nodiscard]] const scope::set& scopes() const noexcept { return scopes_; }
  [[nodiscard]] const summary& key() const noexcept { return key_; }
  [[nodiscard]] std::uint32_t secret_number() const noexcept { return number_; }

 private:
  friend class verify_flow;
  principal(record&& row, scope::set scopes, std::uint32_t number)
      : key_(std::move(row)), scopes_(scopes), number_(number) {}
  summary key_;
  scope::set scopes_;
  std::uint32_t number_;
};

/// What a key says about itself offline. Proves nothing but that it was made here.
struct parsed {
  key_id id;
  environment env;
};

struct core;  // the service's immutable inside

class create_flow : public flow<create_flow, created, insert> {
 public:
  void on(const insert& asked, insert::reply answer);

 private:
  friend class service;
  create_flow(std::shared_ptr<const core> inside, new_key what, time_point now);
  void draw();
  std::shared_ptr<const core> core_;
  record row_;
  secret token_;
  int draws_ = 0;
};

class verify_flow : public flow<verify_flow, principal, find> {
 public:
  void on(const find& asked, find::reply&& answer);

 private:
  friend class service;
  verify_flow(std::shared_ptr<const core> inside, std::string_view credential, context at);
  std::shared_ptr<const core> core_;
  digest presented_{};
  environment env_ = environment::live;  // the key's own, which its row has to repeat
  context at_;
};

class find_flow : public flow<find_flow, summary, find> {
 public:
  void on(const find& asked, find::reply answer);

 private:
  friend class service;
  find_flow(subject_id owner, key_id id);
  subject_id owner_;
};

class list_flow : public flow<list_flow, std::vector<summary>, list> {
 public:
  void on(const list& asked, list::reply answer);

 private:
  friend class service;
  explicit list_flow(list what);
};

/// Revoke, disable or enable: reads, decides, compares and sets; reads again when another change came
/// between.
class change_flow : public flow<change_flow, summary, find, replace> {
 public:
  void on(const find& asked, find::reply answer);
  void on(const replace& asked, bool stored);

 private:
  friend class service;
  change_flow(subject_id owner, key_id id, status next, time_point now);
  subject_id owner_;
  status next_;
  time_point now_;
  int tries_ = 0;
};

class roll_flow : public flow<roll_flow, created, find, replace> {
 public:
  void on(const find& asked, find::reply answer);
  void on(const replace& asked, bool stored);

 private:
  friend class service;
  roll_flow(std::shared_ptr<const core> inside, subject_id owner, key_id id, duration grace, time_point now);
  std::shared_ptr<const core> core_;
  subject_id owner_;
  duration grace_;
  time_point now_;
  secret token_;
  int tries_ = 0;
};

class touch_flow : public flow<touch_flow, std::uint32_t, touch> {
 public:
  void on(const touch&, touch::reply moved) { finish(moved); }

 private:
  friend class service;
  explicit touch_flow(std::vector<touch::use> uses);
};

/// Makes and checks API keys. Holds policy and derived server keys, no storage. Immutable but for the table
/// of last uses, which synchronises itself; a copy shares both. Threads may share it.
class service {
 public:
  /// roots: without any, keys are made under slot '0'. scopes: what a key may be given. random: must outlive
  /// the service. Errors: option_invalid (prefix malformed, neither environment accepted).
  [[nodiscard]] static result<service> make(const server_keys& roots, scope::registry scopes,
                                            options how = {}, random_source& random = os_random());

  /// Makes a key and stores its digest; answers its text, for this once.
  ///
  /// Asks storage: insert, once (again on an id taken, which chance all but excludes).
  /// what.name: 1 to 100 bytes of UTF-8 without control characters.
  /// Errors: validation_failed (name, owner, expiry not after now), unknown_scope with its index,
  /// key_limit_reached, store_unavailable. Nothing is stored on an error but possibly store_unavailable,
  /// whose key nobody knows.
  [[nodiscard]] create_flow create(new_key what, time_point now) const;

  /// Checks everything that needs no storage: form, CRC, accepted environment, server key, tag.
  /// Errors: key_malformed, key_checksum_mismatch, key_slot_unknown, key_tag_mismatch,
  /// key_environment_refused.
  [[nodiscard]] result<parsed> parse(std::string_view credential) const;

  /// Whether a text starts like a key of this service: for telling keys from tokens, nothing more.
  [[nodiscard]] bool looks_like_key(std::string_view credential) const noexcept;

  /// Answers whom a key speaks for, and notes its use in memory.
  ///
  /// Asks storage: find, once; nothing when parse() would refuse.
  /// credential: the text after "Bearer " or in X-Api-Key; never logged, never kept.
  /// Errors: those of parse(); key_unknown, key_secret_mismatch; and, once the secret is proven:
  /// api_key_revoked, api_key_disabled, api_key_not_yet_valid, api_key_expired, api_key_rolled;
  /// store_unavailable. Time: equal for an unknown id and a wrong secret, but for what storage takes. Source:
  /// RFC 6750 §2.1; errors shown to clients §3.1.
  [[nodiscard]] verify_flow verify(std::string_view credential, context at) const;

  /// Notes in memory that a proven key was used. verify does so itself unless context says otherwise.
  void note_use(const principal& who, time_point now) const;

  /// One key of an owner. Asks storage: find, once.
  /// Errors: not_found, also for another owner's; validation_failed (owner or id not 1 to 255 bytes; nothing
  /// is asked); store_unavailable.
  [[nodiscard]] find_flow find(subject_id owner, key_id id) const;

  /// An owner's keys in order of id; page on with the last id. limit: 1 to 1,000; beyond that the nearest.
  /// Asks storage: list, once. Errors: validation_failed (owner not 1 to 255 bytes, id longer);
  /// store_unavailable.
  [[nodiscard]] list_flow list(subject_id owner, key_id after = {}, std::uint32_t limit = 100) const;

  /// Ends a key for good; from the answer on every verify refuses it. Revoking again succeeds and changes
  /// nothing.
  ///
  /// Asks storage: find and replace, again while other changes come between.
  /// Errors: not_found, also for another owner's; version_conflict after eight lost races; validation_failed
  /// (owner or id not 1 to 255 bytes; nothing is asked); store_unavailable.
  [[nodiscard]] change_flow revoke(subject_id owner, key_id id, time_point now) const;

  /// Switches a key off or on again. As revoke; a revoked key answers version_conflict.
  [[nodiscard]] change_flow disable(subject_id owner, key_id id, time_point now) const;
  [[nodiscard]] change_flow enable(subject_id owner, key_id id, time_point now) const;

  /// Adds a new secret under the same id, scopes and limits; the older ones die after grace (0: now), never
  /// later than they would have. Answers the new key text, for this once.
  ///
  /// grace: 0 to 90 days. Asks storage as revoke.
  /// Errors: those of revoke; roll_limit (three secrets live), validation_failed (grace; a key that has
  /// expired).
  [[nodiscard]] roll_flow roll(subject_id owner, key_id id, duration grace, time_point now) const;

  /// Writes the uses noted since the last flush, at most one a minute for each secret. Call it about once a
  /// minute and at shutdown. Asks storage: touch, once, or nothing.
  [[nodiscard]] touch_flow flush_uses(time_point now) const;

  /// What may stand in a log: prefix, environment and id.
  [[nodiscard]] std::string display(const key_id& id, environment env) const;

  // Copies only, and a move copies: no service is ever without its inside.
  service(const service&) noexcept = default;
  service& operator=(const service&) noexcept = default;

 private:
  explicit service(std::shared_ptr<const shares<const core>> all) : shares_(std::move(all)) {}
  std::shared_ptr<const shares<const core>> shares_;
};

}  // namespace ekauth::inline v1::keys
