// What stored allowlists need of storage: the stored record, two requests, and the class a host derives from.
//
//   class my_store final : public allowlists::store {
//    public:
//     result<allowlists::find::reply> answer(const allowlists::find& request) override;
//     …
//   };
//
// Each request is one atomic act. docs/STORAGE.md shows the SQL of each; adapters are shipped.
#pragma once

#include <ekauth/cidr.hpp>
#include <ekauth/clock.hpp>
#include <ekauth/ids.hpp>
#include <ekauth/storage.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ekauth::inline v1::allowlists {

/// One line of a list, with an identity of its own: removing it touches no other, whatever overlaps.
struct entry {
  std::string id;  ///< "net_" and ten base62 characters; unique in its list
  cidr::range networks;
  std::string label;                     ///< 0 to 100 bytes of UTF-8 without control characters
  std::optional<time_point> expires_at;  ///< grants nothing from then on

  friend bool operator==(const entry&, const entry&) = default;
};

/// Entries as one text, for stores that keep a list in one column. One line each:
///
///   net_1a2b3c4d5e 192.0.2.0/24 1767225600000 Office            id, networks, expiry in ms or "-", label
[[nodiscard]] std::string to_text(const std::vector<entry>& entries);

/// The entries of such a text. Errors: store_corrupt, for every text that to_text does not write.
[[nodiscard]] result<std::vector<entry>> parse_entries(std::string_view text);

/// Whose list: an account's, or that of one of its keys.
struct holder {
  subject_id account;
  key_id key = {};  ///< empty: the account's own list

  friend bool operator==(const holder&, const holder&) = default;
};

/// A list as stored. The version counts every save.
struct record {
  holder of;
  bool enabled = false;  ///< off allows everybody; on and empty denies everybody
  std::vector<entry> entries;
  time_point changed_at{};
  std::uint64_t version = 1;
};

// ---- Requests: what storage is asked. Each is one atomic act. SQL: docs/STORAGE.md ----

/// The account's list and, where of.key is not empty, the key's, in one consistent read. Entries travel only
/// when they are not those of the version that the caller knows. A stale answer keeps a removed network
/// allowed: read from the primary.
struct find {
  static constexpr std::string_view name = "allowlists::find";
  holder of;
  std::uint64_t known_account = 0;  ///< the version the caller has; 0: none
  std::uint64_t known_key = 0;

  struct answer {
    std::uint64_t version = 0;  ///< 0: there is no such list
    std::optional<record> row;  ///< when the version is neither 0 nor the known one
  };
  struct found {
    answer account;
    answer key;
  };
  using reply = found;
};

/// Compare-and-set of one whole list: stores row, with version expected + 1, where the stored version is
/// expected (0: where there is no such list); otherwise nothing. true: stored. A wrong "true" loses what an
/// administrator removed; a wrong "false" costs a second read.
struct save {
  static constexpr std::string_view name = "allowlists::save";
  record row;
  std::uint64_t expected = 0;
  using reply = bool;
};

/// What a blocking store of allowlists derives from: it answers these requests.
class store : public storage::answers<find, save> {
 protected:
  ~store() = default;
};

}  // namespace ekauth::inline v1::allowlists
