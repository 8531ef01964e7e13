// A request as one statement, and what its answer means.
//
// Beside the statements of a request stand its two sides: compose(statement, request) and
// read_reply(request, received); and is_overtaken(request, received) where there is one.
#pragma once

#include <ekauth/keys_store.hpp>

#include "postgres/parameters.hpp"
#include "postgres/received.hpp"
#include "postgres/statements.hpp"

#include <optional>

namespace ekauth::inline v1::postgres {

struct statement {
  sql which;
  parameters values;
};

/// The statement of a request, or why it is not asked.
template <class Request>
[[nodiscard]] result<statement> statement_of(const Request& request) {
  statement asked{sql::count, {}};
  if (auto ok = compose(asked, request); !ok) return ok.error();
  if (!asked.values.fit())
    return error{errc::store_unavailable, "a number or a text larger than PostgreSQL stores"};
  return asked;
}

/// How often a statement is sent before others have won.
inline constexpr int most_tries = 8;
inline constexpr error races_lost{errc::store_busy, "other transactions kept coming between"};

/// Whether something came between that the statement could not see, so that asking again will tell.
template <class Request>
[[nodiscard]] bool is_overtaken(const Request&, const received&) {
  return false;
}

/// The reply, or the error; none: ask again.
template <class Request>
[[nodiscard]] std::optional<result<typename Request::reply>> reply_of(const Request& request,
                                                                      const received& got) {
  if (got.how() == fate::again) return std::nullopt;
  if (got.how() == fate::done && is_overtaken(request, got)) return std::nullopt;
  constexpr bool may_be_taken = std::is_same_v<Request, keys::insert>;
  if (got.how() == fate::done || (may_be_taken && got.how() == fate::taken)) return read_reply(request, got);
  return got.why();
}

}  // namespace ekauth::inline v1::postgres
