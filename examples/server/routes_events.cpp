#include "fields.hpp"
#include "routes.hpp"

namespace example {

namespace {

json to_json(const event& what) {
  return {{"id", what.id}, {"name", what.name}, {"createdAt", ekauth::http::format_time(what.created_at)}};
}

event_space space_of(const caller& who) { return {who.granted().subject, who.environment()}; }

}  // namespace

void list_events(app& app, exchange& x, const caller& who) {
  const auto found = app.happenings.list(space_of(who));
  if (!found) return x.refuse(found.error());
  json list = json::array();
  for (const auto& each : *found) list.push_back(to_json(each));
  x.answer(200, {{"events", std::move(list)}});
}

void add_event(app& app, exchange& x, const caller& who) {
  fields in(x.body);
  const std::string title = in.text("name", 200);
  if (!in.accepted()) return x.refuse_fields(in.complaints());
  const auto made = app.happenings.add(space_of(who), title, x.at());
  if (!made) return x.refuse(made.error());
  x.answer(201, to_json(*made));
}

void remove_event(app& app, exchange& x, const caller& who) {
  const auto gone = app.happenings.remove(space_of(who), x.parameter);
  if (!gone) return x.refuse(gone.error());
  if (!*gone) return x.refuse({ekauth::errc::not_found, "no such event in this space"});
  x.answer_nothing();
}

}  // namespace example
