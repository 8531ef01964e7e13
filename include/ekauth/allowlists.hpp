// Stored allowlists: from which networks an account, or one of its keys, may be used; edited at run time.
//
//   auto saved = run(lists.save({account}, {.entries = {{"192.0.2.0/24", "Office"}}, .enabled = true,
//                                           .expected = seen.version, .caller = from}, now()), store);
//   if (!saved) …                        // allowlist_excludes_caller: ask, then save with .confirmed = true
//   auto ok = run(lists.check({account, key}, from, now()), store);          // ip_not_allowed
//
// An account's list and a key's must both let a client in. A list that does not exist, or is switched off,
// lets everybody in; one that is on and empty nobody. Networks are those of cidr.hpp.
#pragma once

#include <ekauth/allowlists_store.hpp>
#include <ekauth/flow.hpp>
#include <ekauth/random.hpp>

#include <memory>

namespace ekauth::inline v1::allowlists {

struct options {
  std::uint32_t max_entries = 10'000;     ///< of one list; 1 to 1,000,000
  std::uint32_t remembered_lists = 4096;  ///< kept ready for checks, the host's memory permitting; 0: none
  /// For how long a check may trust what it remembers: a change takes effect this much later, also on the
  /// node that saved it. 0: every check asks storage, which answers in a few bytes while nothing has changed,
  /// and with all entries once a minute. At most an hour.
  duration max_age{0};
};

/// An entry as an editor writes it.
struct draft {
  std::string networks;                       ///< an address, a block or a range
  std::string label = {};                     ///< at most 100 bytes of text
  std::optional<time_point> expires_at = {};  ///< after now
  std::string id = {};                        ///< of the entry that this one was; empty: a new one
};

/// A whole list as an editor leaves it.
struct edit {
  std::vector<draft> entries;
  bool enabled = false;
  std::uint64_t expected = 0;                ///< the version that was edited; 0: there was none
  std::optional<cidr::address> caller = {};  ///< who must not be locked out; nobody: not looked at
  bool confirmed = false;                    ///< lock the caller out, if it comes to that
};

/// A list for people. One that was never saved is off, empty, and of version 0.
struct list {
  holder of;
  bool enabled = false;
  std::vector<entry> entries = {};
  std::uint64_t version = 0;
  std::optional<time_point> changed_at = {};
  bool covers_all_ipv4 = false;  ///< entries alive now grant all of IPv4: worth asking a person twice
  bool covers_all_ipv6 = false;
};

struct core;   // the service's immutable inside, and what it remembers
class policy;  // a list ready for questions

class find_flow : public flow<find_flow, list, find> {
 public:
  void on(const find& asked, find::reply answer);

 private:
  friend class service;
  find_flow(holder of, time_point now);
  time_point now_;
};

class save_flow : public flow<save_flow, list, save> {
 public:
  void on(const save& asked, bool stored);

 private:
  friend class service;
  save_flow(const core& inside, holder of, edit what, time_point now);
  time_point now_;
};

/// Reads, decides, compares and sets; reads again when another change came between.
class switch_flow : public flow<switch_flow, list, find, save> {
 public:
  void on(const find& asked, find::reply answer);
  void on(const save& asked, bool stored);

 private:
  friend class service;
  switch_flow(holder of, bool on, std::optional<cidr::address> caller, time_point now);
  bool on_;
  std::optional<cidr::address> caller_;
  time_point now_;
  int tries_ = 0;
};

class check_flow : public flow<check_flow, void, find> {
 public:
  void on(const find& asked, find::reply answer);

 private:
  friend class service;
  check_flow(std::shared_ptr<core> inside, holder of, std::optional<cidr::address> client, time_point now);
  void decide(const policy& account, const policy* key);
  std::shared_ptr<core> core_;
  std::shared_ptr<const policy> account_, key_;  // remembered when storage was asked
  std::optional<cidr::address> client_;
  time_point now_;
};

/// Keeps and checks allowlists. Holds policy and remembered lists, no storage; synchronises itself; a copy
/// shares both. Threads may share it.
class service {
 public:
  /// random: names entries; must outlive the service. Errors: option_invalid (an option outside its
  /// limits).
  [[nodiscard]] static result<service> make(options how = {}, random_source& random = os_random());

  /// A holder's list. Asks storage: find, once.
  /// Errors: validation_failed (account not 1 to 255 bytes); store_unavailable.
  [[nodiscard]] find_flow find(holder of, time_point now) const;

  /// Replaces a holder's list; one bad entry refuses the whole edit. From the answer on, checks that ask
  /// storage decide by it, on every node.
  ///
  /// Asks storage: save, once; nothing for an edit that is refused.
  /// Errors, with the index of the entry where one is to blame: invalid_network, validation_failed (label,
  /// expiry, id, count, account), allowlist_empty (on without an entry that is alive),
  /// allowlist_excludes_caller (on, not confirmed, and the caller is in no entry); version_conflict (another
  /// change came first: read again); store_unavailable.
  [[nodiscard]] save_flow save(holder of, edit what, time_point now) const;

  /// Switches a list on or off and leaves its entries. caller: who must not be locked out; nobody: not looked
  /// at. Switching to what it is changes nothing.
  ///
  /// Asks storage: find and save, again while other changes come between.
  /// Errors: allowlist_empty, allowlist_excludes_caller; version_conflict after eight lost races;
  /// validation_failed (account); store_unavailable.
  [[nodiscard]] switch_flow enable(holder of, std::optional<cidr::address> caller, time_point now) const;
  [[nodiscard]] switch_flow disable(holder of, time_point now) const;

  /// Whether a client may use the account or, where of.key is not empty, this key of it.
  ///
  /// Asks storage: find, once; nothing while what is remembered is younger than max_age.
  /// client: from the socket or cidr::client_of; unknown is let in only where no list is on.
  /// Errors: ip_not_allowed; validation_failed (account not 1 to 255 bytes); store_unavailable.
  [[nodiscard]] check_flow check(holder of, std::optional<cidr::address> client, time_point now) const;

  // Copies only, and a move copies: no service is ever without its inside.
  service(const service&) noexcept = default;
  service& operator=(const service&) noexcept = default;

 private:
  explicit service(std::shared_ptr<const shares<core>> all) : shares_(std::move(all)) {}
  std::shared_ptr<const shares<core>> shares_;
};

}  // namespace ekauth::inline v1::allowlists
