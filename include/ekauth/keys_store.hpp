// What API keys need of storage: the stored record, five requests, and the class a host derives from.
//
//   class my_store final : public keys::store {
//    public:
//     result<keys::find::reply> answer(const keys::find& request) override;
//     …
//   };
//
// Each request is one atomic act. docs/STORAGE.md shows the SQL of each; adapters are shipped.
#pragma once

#include <ekauth/clock.hpp>
#include <ekauth/grant.hpp>
#include <ekauth/secret.hpp>
#include <ekauth/server_keys.hpp>
#include <ekauth/storage.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ekauth::inline v1::keys {

/// Which data a key works on. Part of the key's authenticated text.
enum class environment : std::uint8_t { live = 1, test = 2 };

/// revoked is terminal; disabled is not. Stored as these numbers.
enum class status : std::uint8_t { active = 1, disabled = 2, revoked = 3 };

/// What is stored of one secret of a key: never the secret. At most three to a key.
struct verifier {
  std::uint32_t number = 1;          ///< counts up with each roll; 1 is the first
  char slot = server_keys::no_slot;  ///< the server key of the digest
  digest value{};                    ///< HMAC-SHA-256 bound to prefix, environment and id
  time_point created_at{};
  std::optional<time_point> not_after;  ///< set when a newer secret replaces this one; dead from then on
  std::optional<time_point> last_used;  ///< to the minute; written by touch only
};

/// A key as stored. The version counts every replace; touch does not move it.
struct record {
  key_id id;
  environment env = environment::live;
  std::string name;  ///< 1 to 100 bytes of UTF-8
  grant granted;     ///< its owner and its scopes
  std::vector<verifier> verifiers;
  status state = status::active;
  time_point created_at{};
  std::optional<time_point> not_before;
  std::optional<time_point> expires_at;  ///< dead at exactly this instant
  std::optional<time_point> revoked_at;
  std::uint64_t version = 1;
};

// ---- Requests: what storage is asked. Each is one atomic act. SQL: docs/STORAGE.md ----

/// Adds a row whose id is new and whose owner has fewer than owner_limit keys that are not revoked (0: no
/// limit). A wrong "inserted" loses a key that was shown; a wrong "exists" costs one more draw.
struct insert {
  static constexpr std::string_view name = "keys::insert";
  record row;
  std::uint32_t owner_limit = 0;
  enum class reply : std::uint8_t { inserted, exists, limit_reached };
};

/// The row of an id, with each verifier's last use. A stale answer keeps a revoked key alive: read from the
/// primary.
struct find {
  static constexpr std::string_view name = "keys::find";
  key_id id;
  using reply = std::optional<record>;
};

/// Compare-and-set: stores row, with version expected + 1, where the stored version is expected and the
/// stored key is not revoked; otherwise nothing. Id, environment, owner, created_at and last uses stay as
/// stored. true: stored. A wrong "true" forgets a revocation; a wrong "false" costs a second read.
struct replace {
  static constexpr std::string_view name = "keys::replace";
  record row;
  std::uint64_t expected = 0;
  using reply = bool;
};

/// Keys of an owner, revoked ones too, in byte order of id, after `after` (empty: from the start), at most
/// limit.
struct list {
  static constexpr std::string_view name = "keys::list";
  subject_id owner;
  key_id after;
  std::uint32_t limit = 100;
  using reply = std::vector<record>;
};

/// Moves last uses forward, never back; entries come in order of id, each (id, number) once. Unknown ones are
/// passed over. Answers how many moved. Losing it loses nothing that was promised.
struct touch {
  static constexpr std::string_view name = "keys::touch";
  struct use {
    key_id id;
    std::uint32_t number = 1;
    time_point at{};
  };
  std::vector<use> uses;
  using reply = std::uint32_t;
};

/// What a blocking store of keys derives from: it answers these requests.
class store : public storage::answers<insert, find, replace, list, touch> {
 protected:
  ~store() = default;
};

}  // namespace ekauth::inline v1::keys
