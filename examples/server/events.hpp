// Events: the data that the API is about. Live and sandbox data never meet.
#pragma once

#include "accounts.hpp"

#include <ekauth/keys_store.hpp>

namespace example {

struct event {
  std::string id;
  std::string name;
  std::int64_t created_at = 0;  ///< Unix milliseconds
};

/// Whose events, and which of the two sets.
struct event_space {
  ekauth::subject_id account;
  ekauth::keys::environment environment;
};

class events {
 public:
  static ekauth::result<events> open(const std::string& path);

  /// The newest hundred.
  ekauth::result<std::vector<event>> list(const event_space& space) const;
  ekauth::result<event> add(const event_space& space, const std::string& name, ekauth::time_point now) const;

  /// Whether there was one.
  ekauth::result<bool> remove(const event_space& space, const std::string& id) const;

 private:
  explicit events(database rows) : database_(std::move(rows)) {}
  database database_;
};

}  // namespace example
