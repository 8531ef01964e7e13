#include <ekauth/postgres_act.hpp>

#include "postgres/acts.hpp"

namespace ekauth::inline v1::postgres {

template <class Request>
struct act<Request>::inside {
  Request request;
  std::string schema;
  result<statement> asked;
  received got;
  int tries = 0;
};

template <class Request>
act<Request>::act(Request request, std::string_view schema) {
  auto asked = is_plain_name(schema) ? statement_of(request) : result<statement>(bad_schema);
  inside_ =
      std::make_unique<inside>(inside{std::move(request), std::string(schema), std::move(asked), {}, 0});
}
template <class Request>
act<Request>::act(act&&) noexcept = default;
template <class Request>
act<Request>& act<Request>::operator=(act&&) noexcept = default;
template <class Request>
act<Request>::~act() = default;

template <class Request>
bool act<Request>::send(pg_conn* to) {
  inside& in = *inside_;
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
  inside& in = *inside_;
  in.got.take(postgres::answer(one));
  if (in.asked && only_reads(in.asked->which)) in.got.require_writable();
}

template <class Request>
void act<Request>::take_notice(const pg_result* said) {
  inside_->got.take_notice(said);
}

template <class Request>
void act<Request>::lose() {
  inside_->got.lose();
}

template <class Request>
bool act<Request>::is_open() const {
  return inside_->tries > 0 && inside_->tries < most_tries && !reply_of(inside_->request, inside_->got);
}

template <class Request>
bool act<Request>::keeps_connection() const {
  return inside_->tries == 0 || inside_->got.is_harmless();
}

template <class Request>
result<typename Request::reply> act<Request>::answer() const {
  if (!inside_->asked) return inside_->asked.error();
  if (auto reply = reply_of(inside_->request, inside_->got)) return *std::move(reply);
  return races_lost;
}

template class act<keys::insert>;
template class act<keys::find>;
template class act<keys::replace>;
template class act<keys::list>;
template class act<keys::touch>;
template class act<refresh::insert>;
template class act<refresh::find>;
template class act<refresh::advance>;
template class act<refresh::revoke>;
template class act<refresh::read_epoch>;
template class act<refresh::bump_epoch>;
template class act<refresh::list>;
template class act<refresh::purge>;
template class act<allowlists::find>;
template class act<allowlists::save>;

}  // namespace ekauth::inline v1::postgres
