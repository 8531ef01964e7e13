// The audit trail: one JSON object a line on stderr, and the newest of each account in memory, for
// GET /v1/audit. Of a flood of refusals the first ones are told and the rest is counted.
//
// No event ever holds a secret, a token or a password.
#pragma once

#include "exchange.hpp"

#include <ekauth/audit.hpp>
#include <ekauth/ids.hpp>

#include <string>
#include <vector>

namespace example {

class audit_trail {
 public:
  audit_trail() = default;
  audit_trail(const audit_trail&) = delete;
  audit_trail& operator=(const audit_trail&) = delete;

  /// An event of a request, whose id, path and client are added.
  void tell(ekauth::audit::event what, const exchange& where);
  /// One outside of a request.
  void tell(const ekauth::audit::event& what) { events_.write(what); }

  /// For the guard, which tells of every request that it refuses.
  ekauth::audit::sink& sink() { return events_; }

  /// The newest events of an account, as JSON, the last one first.
  std::vector<std::string> newest(const ekauth::subject_id& account) const {
    return output_.newest.newest(account.text());
  }

  /// Tells how much was held back in minutes that are over.
  void flush() { events_.flush(ekauth::now()); }

 private:
  struct output final : ekauth::audit::sink {
    ekauth::audit::recent newest;
    void write(const ekauth::audit::event& what) noexcept override;
  };
  output output_;
  ekauth::audit::flood_control events_{output_};
};

}  // namespace example
