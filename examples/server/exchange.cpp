#include "exchange.hpp"

#include <ekauth/random.hpp>

#include <httplib.h>

#include <utility>

namespace example {

namespace http = ekauth::http;

exchange::exchange(const httplib::Request& request, httplib::Response& response, std::string client)
    : request_(request),
      response_(response),
      id_(http::make_request_id(ekauth::os_random())),
      client_(std::move(client)),
      at_(ekauth::now()) {
  response_.set_header("X-Request-Id", id_);
  response_.set_header("Cache-Control", "no-store");
}

const std::string& exchange::path() const { return request_.path; }

void exchange::answer(int status, const json& content) {
  response_.status = status;
  response_.set_content(content.dump(-1, ' ', false, json::error_handler_t::replace), "application/json");
}

void exchange::answer_nothing() { response_.status = 204; }

http::occurrence exchange::here() const {
  return {.path = path(), .request_id = id_, .unix_milliseconds = http::to_unix_milliseconds(at_)};
}

void exchange::refuse(const ekauth::error& why) {
  http::options extra{.realm = "ecoevents", .offered = {.bearer = true, .x_api_key = true}};
  // The index of a bad entry may be said; the entry itself is the client's text and is not repeated.
  if (why.code() == ekauth::errc::unknown_scope && why.position() != ekauth::error::no_position)
    extra.messages = {"scopes[" + std::to_string(why.position()) + "] is not a scope"};
  send(http::to_envelope(why, here(), extra));
}

void exchange::refuse(const http::description& what) {
  send(http::to_envelope(what, here(),
                         {.realm = "ecoevents", .offered = {.bearer = true, .x_api_key = true}}));
}

void exchange::refuse_fields(const std::vector<std::string>& complaints) {
  const ekauth::error why{ekauth::errc::validation_failed, "the body is not what this route takes"};
  send(http::to_envelope(why, here(), {.messages = complaints, .realm = "ecoevents"}));
}

void exchange::refuse_scope(const ekauth::error& why, const std::string& missing) {
  send(http::to_envelope(
      why, here(),
      {.realm = "ecoevents", .missing_scopes = missing, .offered = {.bearer = true, .x_api_key = true}}));
}

void exchange::send(const http::response& answer) {
  response_.status = answer.status;
  if (!answer.www_authenticate.empty()) response_.set_header("WWW-Authenticate", answer.www_authenticate);
  if (answer.retry_after_seconds > 0)
    response_.set_header("Retry-After", std::to_string(answer.retry_after_seconds));
  response_.set_content(answer.body, std::string(answer.content_type).c_str());
}

std::string to_text(ekauth::time_point when) { return http::format_time(http::to_unix_milliseconds(when)); }

}  // namespace example
