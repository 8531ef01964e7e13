// A store in a part of the shared server, and a way to read and write the same names beside it.
#pragma once

#include "redis/server.hpp"
#include "support/private_redis.hpp"

namespace lane {

class part {
 public:
  explicit part(ekauth::redis::options how = fixed::fresh_redis())
      : names_("{" + how.prefix + "}:"), beside_(how.unix_socket), db(fixed::open_redis(std::move(how))) {}

  /// A command whose first argument is a name without its prefix.
  std::string ask(words command) {
    command[1].insert(0, names_);
    return beside_.ask(command);
  }

 private:
  std::string names_;
  plain beside_;

 public:
  ekauth::redis::store db;
};

}  // namespace lane
