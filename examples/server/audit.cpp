#include "audit.hpp"

#include <unistd.h>

namespace example {

namespace {

void write_line(const happening& what, const exchange* where) {
  const auto at = where ? where->at() : ekauth::now();
  json line{{"time", ekauth::http::format_time(ekauth::http::to_unix_milliseconds(at),
                                               ekauth::http::precision::milliseconds)},
            {"event", what.event}};
  if (!what.code.empty()) line["code"] = what.code;
  if (!what.subject.empty()) line["subject"] = what.subject.text();
  if (!what.key.empty()) line["keyId"] = what.key.text();
  if (!what.session.empty()) line["session"] = what.session.text();
  if (where) {
    line["path"] = where->path();
    line["requestId"] = where->id();
    line["client"] = where->client();
  }
  const std::string text = line.dump(-1, ' ', true, json::error_handler_t::replace) + "\n";
  // A trail that cannot be written must not stop the server, and there is nobody else to tell.
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

}  // namespace

void audit(const happening& what, const exchange& where) { write_line(what, &where); }
void audit(const happening& what) { write_line(what, nullptr); }

}  // namespace example
