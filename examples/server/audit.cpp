#include "audit.hpp"

#include <unistd.h>

namespace example {

void audit_trail::tell(ekauth::audit::event what, const exchange& where) {
  what.request_id = where.id();
  what.path = where.path();
  if (where.client()) what.client = where.client()->last_hop();
  events_.write(what);
}

void audit_trail::output::write(const ekauth::audit::event& what) noexcept {
  newest.write(what);
  const ekauth::audit::line line(what);
  // A trail that cannot be written must not stop the server, and there is nobody else to tell.
  if (::write(STDERR_FILENO, line.with_newline().data(), line.with_newline().size()) < 0) return;
}

}  // namespace example
