// Each request as one statement, and what its answer means.
#pragma once

#include <ekauth/allowlists_store.hpp>
#include <ekauth/keys_store.hpp>
#include <ekauth/refresh_store.hpp>

#include "postgres/parameters.hpp"
#include "postgres/received.hpp"
#include "postgres/statements.hpp"

#include <optional>

namespace ekauth::inline v1::postgres {

struct statement {
  sql which;
  parameters values;
};

/// The statement of a request, or why it is not asked. Through statement_of only.
[[nodiscard]] result<statement> to_statement(const keys::insert& request);
[[nodiscard]] result<statement> to_statement(const keys::find& request);
[[nodiscard]] result<statement> to_statement(const keys::replace& request);
[[nodiscard]] result<statement> to_statement(const keys::list& request);
[[nodiscard]] result<statement> to_statement(const keys::touch& request);
[[nodiscard]] result<statement> to_statement(const refresh::insert& request);
[[nodiscard]] result<statement> to_statement(const refresh::find& request);
[[nodiscard]] result<statement> to_statement(const refresh::advance& request);
[[nodiscard]] result<statement> to_statement(const refresh::revoke& request);
[[nodiscard]] result<statement> to_statement(const refresh::read_epoch& request);
[[nodiscard]] result<statement> to_statement(const refresh::bump_epoch& request);
[[nodiscard]] result<statement> to_statement(const refresh::list& request);
[[nodiscard]] result<statement> to_statement(const refresh::purge& request);
[[nodiscard]] result<statement> to_statement(const allowlists::find& request);
[[nodiscard]] result<statement> to_statement(const allowlists::save& request);

template <class Request>
[[nodiscard]] result<statement> statement_of(const Request& request) {
  auto asked = to_statement(request);
  if (asked && !asked->values.fit())
    return error{errc::store_unavailable, "a number or a text larger than PostgreSQL stores"};
  return asked;
}

/// How often a statement is sent before others have won.
inline constexpr int most_tries = 8;
inline constexpr error races_lost{errc::store_busy, "other transactions kept coming between"};

/// What the rows of a statement that is done say; of keys::insert also where its id was taken.
[[nodiscard]] result<keys::insert::reply> read_reply(const keys::insert& request, const received& got);
[[nodiscard]] result<keys::find::reply> read_reply(const keys::find& request, const received& got);
[[nodiscard]] result<keys::replace::reply> read_reply(const keys::replace& request, const received& got);
[[nodiscard]] result<keys::list::reply> read_reply(const keys::list& request, const received& got);
[[nodiscard]] result<keys::touch::reply> read_reply(const keys::touch& request, const received& got);
[[nodiscard]] result<refresh::insert::reply> read_reply(const refresh::insert& request, const received& got);
[[nodiscard]] result<refresh::find::reply> read_reply(const refresh::find& request, const received& got);
[[nodiscard]] result<refresh::advance::reply> read_reply(const refresh::advance& request,
                                                         const received& got);
[[nodiscard]] result<refresh::revoke::reply> read_reply(const refresh::revoke& request, const received& got);
[[nodiscard]] result<refresh::read_epoch::reply> read_reply(const refresh::read_epoch& request,
                                                            const received& got);
[[nodiscard]] result<refresh::bump_epoch::reply> read_reply(const refresh::bump_epoch& request,
                                                            const received& got);
[[nodiscard]] result<refresh::list::reply> read_reply(const refresh::list& request, const received& got);
[[nodiscard]] result<refresh::purge::reply> read_reply(const refresh::purge& request, const received& got);
[[nodiscard]] result<allowlists::find::reply> read_reply(const allowlists::find& request,
                                                         const received& got);
[[nodiscard]] result<allowlists::save::reply> read_reply(const allowlists::save& request,
                                                         const received& got);

/// Whether something came between that the statement could not see, so that asking again will tell.
template <class Request>
[[nodiscard]] bool is_overtaken(const Request&, const received&) {
  return false;
}
[[nodiscard]] bool is_overtaken(const refresh::insert& request, const received& got);
[[nodiscard]] bool is_overtaken(const refresh::revoke& request, const received& got);

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
