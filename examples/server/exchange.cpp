#include "exchange.hpp"

#include <ekauth/random.hpp>

#include <httplib.h>

#include <algorithm>

namespace example {

namespace http = ekauth::http;
using ekauth::cidr::forwarding;

namespace {

// Newer versions of the HTTP library keep headers in a hash table, which forgets in which order two lines of
// one name came.
template <class Headers>
constexpr bool keeps_order = requires(const Headers& all) {
  all.key_comp();
};

/// The lines of a header, as they came.
std::vector<std::string_view> lines(const httplib::Request& request, const char* name) {
  std::vector<std::string_view> out;
  const auto [first, last] = request.headers.equal_range(name);
  for (auto at = first; at != last; ++at) out.emplace_back(at->second);
  return out;
}

// The HTTP library decodes %22 and %2C in header values, and so a text of the client's that a proxy has
// quoted, as in host=, can leave its quotes and look like what the proxy wrote. Parameters that hold no such
// text are safe.
bool may_hold_clients_text(std::string_view forwarded) {
  const auto is = [](std::string_view name, std::string_view known) {
    return std::equal(name.begin(), name.end(), known.begin(), known.end(),
                      [](char a, char b) { return (a | 0x20) == b; });
  };
  for (auto at = forwarded.find('='); at != std::string_view::npos; at = forwarded.find('=', at + 1)) {
    std::string_view name = forwarded.substr(0, at);
    name.remove_prefix(name.find_last_of(";, \t\"") + 1);  // nothing of that: the whole
    if (!is(name, "for") && !is(name, "by") && !is(name, "proto")) return true;
  }
  return false;
}

/// What proxies wrote about the client. Only the last word of it is theirs, so a last word that is not known
/// becomes one that nobody can read, and the client is unknown.
std::vector<std::string_view> forwarded_lines(const httplib::Request& request, forwarding by) {
  if (by == forwarding::none) return {};
  auto out = lines(request, by == forwarding::forwarded ? "Forwarded" : "X-Forwarded-For");
  if (!keeps_order<httplib::Headers> && out.size() > 1) return {"?"};
  if (by == forwarding::forwarded && std::any_of(out.begin(), out.end(), may_hold_clients_text)) return {"?"};
  return out;
}

std::optional<std::string_view> first_line(const httplib::Request& request, const char* name) {
  const auto at = request.headers.find(name);
  if (at == request.headers.end()) return std::nullopt;
  return at->second;
}

std::optional<ekauth::cidr::address> peer_of(const httplib::Request& request) {
  const auto read = ekauth::cidr::address::parse(request.remote_addr);
  return read ? std::optional(*read) : std::nullopt;
}

/// What is wrong with one entry of a list. The entry itself is the client's text and is not repeated.
std::vector<std::string> complaints(const ekauth::error& why) {
  if (why.position() == ekauth::error::no_position) return {};
  const std::string index = "[" + std::to_string(why.position()) + "]";
  switch (why.code()) {
    case ekauth::errc::unknown_scope:
      return {"scopes" + index + " is not a scope"};
    case ekauth::errc::invalid_network:
    case ekauth::errc::validation_failed:
      return {"entries" + index + ": " + why.text()};
    default:
      return {};
  }
}

}  // namespace

exchange::exchange(const config& settings, const httplib::Request& request, httplib::Response& response)
    : request_(request),
      response_(response),
      id_(http::make_request_id(ekauth::os_random())),
      at_(ekauth::now()),
      peer_(peer_of(request)),
      forwarded_for_(forwarded_lines(request, settings.forwarded_by)) {
  const auto proto = lines(request, "X-Forwarded-Proto");
  secure_ = peer_ && settings.trusted_proxies.contains(*peer_) && proto.size() == 1 && proto[0] == "https";
  response_.set_header("X-Request-Id", id_);
  response_.set_header("Cache-Control", "no-store");
}

const std::string& exchange::path() const { return request_.path; }

ekauth::guard::request exchange::seen() const {
  const std::string_view target = request_.target;
  const auto question = target.find('?');
  return {.headers = {.authorization = first_line(request_, "Authorization"),
                      .x_api_key = first_line(request_, "X-Api-Key"),
                      .repeated = request_.headers.count("Authorization") > 1 ||
                                  request_.headers.count("X-Api-Key") > 1},
          .secure = secure_,
          .peer = peer_,
          .forwarded_for = forwarded_for_,
          .query = question == std::string_view::npos ? "" : target.substr(question + 1),
          .path = path(),
          .request_id = id_};
}

std::optional<ekauth::cidr::address> exchange::address() const {
  if (!client_) return std::nullopt;
  const auto known = client_->known();
  return known ? std::optional(*known) : std::nullopt;
}

void exchange::answer(int status, const json& content) {
  response_.status = status;
  response_.set_content(content.dump(-1, ' ', false, json::error_handler_t::replace), "application/json");
}

void exchange::answer_nothing() { response_.status = 204; }

http::occurrence exchange::here() const {
  return {.path = path(), .request_id = id_, .unix_milliseconds = http::to_unix_milliseconds(at_)};
}

void exchange::refuse(const ekauth::error& why, const std::string& missing_scopes) {
  if (http::describe(why.code()).status >= 500) trouble_ = why.code();
  send(http::to_envelope(why, here(),
                         {.messages = complaints(why),
                          .realm = "ecoevents",
                          .missing_scopes = missing_scopes,
                          .offered = {.bearer = true, .x_api_key = true}}));
}

void exchange::refuse(const http::description& what, std::string_view details) {
  send(http::to_envelope(
      what, here(),
      {.details_text = details, .realm = "ecoevents", .offered = {.bearer = true, .x_api_key = true}}));
}

void exchange::refuse_fields(const std::vector<std::string>& complaints) {
  const ekauth::error why{ekauth::errc::validation_failed, "the body is not what this route takes"};
  send(http::to_envelope(why, here(), {.messages = complaints, .realm = "ecoevents"}));
}

void exchange::send(const http::response& answer) {
  response_.status = answer.status;
  if (!answer.www_authenticate.empty()) response_.set_header("WWW-Authenticate", answer.www_authenticate);
  if (answer.retry_after_seconds > 0)
    response_.set_header("Retry-After", std::to_string(answer.retry_after_seconds));
  response_.set_content(answer.body, std::string(answer.content_type).c_str());
}

std::string to_text(ekauth::time_point when) { return http::format_time(http::to_unix_milliseconds(when)); }

json time_or_null(const std::optional<ekauth::time_point>& when) {
  return when ? json(to_text(*when)) : json();
}

}  // namespace example
