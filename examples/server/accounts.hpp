// Accounts: what the host knows about its users. ekauth never sees this table.
#pragma once

#include "sql.hpp"

#include <ekauth/clock.hpp>
#include <ekauth/ids.hpp>

#include <optional>
#include <string>
#include <vector>

namespace example {

struct account {
  ekauth::subject_id id;
  std::string name;
  std::string tier;
};

/// A prefix and ten base62 characters: "acc_9i8h7g6f5e".
std::string new_id(std::string_view prefix);

class accounts {
 public:
  static ekauth::result<accounts> open(const std::string& path);

  /// The new account, or nothing when the email is taken. Emails are compared without ASCII case.
  ekauth::result<std::optional<account>> create(const std::string& email, const std::string& name,
                                                const std::string& password_hash,
                                                ekauth::time_point now) const;

  ekauth::result<std::optional<ekauth::subject_id>> find_by_email(const std::string& email) const;
  ekauth::result<std::optional<account>> find(const ekauth::subject_id& id) const;
  ekauth::result<std::optional<std::string>> password_hash(const ekauth::subject_id& id) const;

  /// Puts a new hash in the place of the old one; false when another change came first.
  ekauth::result<bool> rehash(const ekauth::subject_id& id, const std::string& from,
                              const std::string& to) const;

  /// The same for a new password, and a note, in the same statement, that its sessions must end. The note
  /// stays until sessions_ended(), so that no crash between the two leaves a thief signed in.
  ekauth::result<bool> change_password(const ekauth::subject_id& id, const std::string& from,
                                       const std::string& to) const;
  struct note {
    ekauth::subject_id id;
    std::string password_hash;  ///< of the change that left the note
  };
  ekauth::result<std::vector<note>> sessions_to_end() const;
  ekauth::result<void> sessions_ended(const note& done) const;

 private:
  explicit accounts(database rows) : database_(std::move(rows)) {}
  database database_;
};

}  // namespace example
