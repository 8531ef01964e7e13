// How postgres::store and postgres::act answer: included where the statements of the requests are, and
// nowhere else, since each is instantiated there.
#pragma once

#include <ekauth/postgres_act.hpp>

#include "postgres/acts.hpp"
#include "postgres/state.hpp"

namespace ekauth::inline v1::postgres {

template <class Request>
result<typename Request::reply> state::answer(const Request& request) {
  if (is_forked()) return forked;
  const auto asked = statement_of(request);
  if (!asked) return asked.error();
  for (int tries = 0; tries < most_tries; ++tries) {
    const auto got = ask(*asked);
    if (!got) return got.error();
    if (auto reply = reply_of(request, *got)) return *std::move(reply);
  }
  return races_lost;
}

template <class Request>
result<typename Request::reply> store::answer(const Request& request) {
  return state_->answer(request);
}

template <class Request>
struct act<Request>::state {
  Request request;
  std::string schema;
  result<statement> asked;
  received got;
  int tries = 0;
};

template <class Request>
act<Request>::act(Request request, std::string_view schema) {
  auto asked = is_plain_name(schema) ? statement_of(request) : result<statement>(bad_schema);
  state_ = std::make_unique<state>(state{std::move(request), std::string(schema), std::move(asked), {}, 0});
}
template <class Request>
act<Request>::act(act&&) noexcept = default;
template <class Request>
act<Request>& act<Request>::operator=(act&&) noexcept = default;
template <class Request>
act<Request>::~act() = default;

template <class Request>
bool act<Request>::send(pg_conn* to) {
  state& in = *state_;
  if (!in.asked) return false;
  ++in.tries;
  in.got = received();
  const std::string text = in_schema(statement_texts[static_cast<std::size_t>(in.asked->which)], in.schema);
  const parameters::table with = in.asked->values.for_libpq();
  const bool sent = PQsendQueryParams(to, text.c_str(), with.count, with.types.data(), with.values.data(),
                                      with.lengths.data(), with.formats.data(), 1) == 1;
  if (!sent) in.got.lose();
  return sent;
}

template <class Request>
void act<Request>::take(pg_result* one) {
  state& in = *state_;
  in.got.take(postgres::answer(one));
  if (in.asked && only_reads(in.asked->which)) in.got.require_writable();
}

template <class Request>
void act<Request>::take_notice(const pg_result* said) {
  state_->got.take_notice(said);
}

template <class Request>
void act<Request>::lose() {
  state_->got.lose();
}

template <class Request>
bool act<Request>::is_open() const {
  return state_->tries > 0 && state_->tries < most_tries && !reply_of(state_->request, state_->got);
}

template <class Request>
bool act<Request>::keeps_connection() const {
  return state_->tries == 0 || state_->got.is_harmless();
}

template <class Request>
result<typename Request::reply> act<Request>::answer() const {
  if (!state_->asked) return state_->asked.error();
  if (auto reply = reply_of(state_->request, state_->got)) return *std::move(reply);
  return races_lost;
}

}  // namespace ekauth::inline v1::postgres
