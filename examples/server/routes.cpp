#include "routes.hpp"

#include <httplib.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <memory>
#include <string_view>

namespace example {

namespace {

using ekauth::errc;
using outcome = httplib::Server::HandlerResponse;

constexpr std::size_t max_body = 65536;
constexpr std::size_t longest_look = 16 * max_body;  // what is read of a body that will be refused

constexpr ekauth::http::description wrong_method{.code = errc::not_found,
                                                 .status = 405,
                                                 .reason_phrase = "Method Not Allowed",
                                                 .error_name = "MethodNotAllowedException",
                                                 .message = "This path does not take this method"};
constexpr ekauth::http::description too_large{.code = errc::validation_failed,
                                              .status = 413,
                                              .reason_phrase = "Payload Too Large",
                                              .error_name = "PayloadTooLargeException",
                                              .message = "The body is larger than 65536 bytes"};
constexpr ekauth::http::description not_json{.code = errc::validation_failed,
                                             .status = 415,
                                             .reason_phrase = "Unsupported Media Type",
                                             .error_name = "UnsupportedMediaTypeException",
                                             .message = "Bodies must be application/json, not compressed"};
constexpr ekauth::http::description unreadable{.code = errc::validation_failed,
                                               .status = 400,
                                               .reason_phrase = "Bad Request",
                                               .error_name = "BadRequestException",
                                               .message = "The request is malformed or a header is too long"};

using ekauth::guard::credentials;
using ekauth::guard::requirement;

/// How a route answers. There are two ways to make one, and both say who may come.
using action = std::function<void(app&, exchange&)>;

/// Whichever handler met trouble of the server's own, it leaves a trace.
void tell_trouble(app& shared, const exchange& x) {
  using ekauth::audit::kind;
  if (const auto code = x.trouble())
    shared.trail.tell({.what = kind::request_failed, .at = x.at(), .code = *code}, x);
}

action open(void (*run)(app&, exchange&)) {
  return [run](app& shared, exchange& x) {
    if (!let_in(shared, x)) return;
    run(shared, x);
    tell_trouble(shared, x);
  };
}

action guarded(const requirement& demanded, void (*run)(app&, exchange&, const caller&)) {
  return [demanded, run](app& shared, exchange& x) {
    const auto who = admit(shared, x, demanded);
    if (!who) return;
    run(shared, x, *who);
    tell_trouble(shared, x);
  };
}

struct route {
  std::string_view method;
  std::string_view pattern;  // "{key_}" stands for "key_" and ten base62 characters
  action run;
};

std::vector<route> table() {
  constexpr requirement any{.any_proven_caller = true};
  constexpr requirement key{.any_proven_caller = true, .takes = credentials::api_key};
  constexpr requirement reads{.scopes = scopes.all_of({"events:read"})},
      writes{.scopes = scopes.all_of({"events:write"})}, deletes{.scopes = scopes.all_of({"events:delete"})};
  return {
      {"POST", "/v1/accounts", open(create_account)},
      {"POST", "/v1/auth/login", open(login)},
      {"POST", "/v1/auth/refresh", open(refresh)},
      // Takes an access token, or a refresh token that is its own proof.
      {"POST", "/v1/auth/logout", open(logout)},
      {"GET", "/v1/auth/verify", guarded(any, verify)},
      {"POST", "/v1/auth/password", guarded(person, change_password)},
      {"GET", "/v1/audit", guarded(person, show_audit)},
      {"GET", "/v1/client", guarded(any, show_client)},
      {"GET", "/v1/events", guarded(reads, list_events)},
      {"POST", "/v1/events", guarded(writes, add_event)},
      {"DELETE", "/v1/events/{evt_}", guarded(deletes, remove_event)},
      {"GET", "/v1/keys", guarded(person, list_keys)},
      {"POST", "/v1/keys", guarded(person, create_key)},
      {"GET", "/v1/keys/{key_}", guarded(person, show_key)},
      {"DELETE", "/v1/keys/{key_}", guarded(person, revoke_key)},
      {"POST", "/v1/keys/{key_}/roll", guarded(person, roll_key)},
      {"POST", "/v1/keys/{key_}/disable", guarded(person, disable_key)},
      {"POST", "/v1/keys/{key_}/enable", guarded(person, enable_key)},
      {"GET", "/v1/allowlist", guarded(person, show_allowlist)},
      {"PUT", "/v1/allowlist", guarded(person, replace_allowlist)},
      {"POST", "/v1/allowlist/enable", guarded(person, enable_allowlist)},
      {"POST", "/v1/allowlist/disable", guarded(person, disable_allowlist)},
      {"GET", "/v1/keys/{key_}/allowlist", guarded(person, show_allowlist)},
      {"PUT", "/v1/keys/{key_}/allowlist", guarded(person, replace_allowlist)},
      {"POST", "/v1/keys/{key_}/allowlist/enable", guarded(person, enable_allowlist)},
      {"POST", "/v1/keys/{key_}/allowlist/disable", guarded(person, disable_allowlist)},
      {"POST", "/v2.5/impact_calculator", guarded(key, calculate_impact)},
  };
}

/// The body, or nothing after the refusal was sent. Reads what is too long a little further, so that most
/// clients get to see the answer.
bool read_body(const httplib::Request& request, const httplib::ContentReader& reader, exchange& x) {
  const bool chunked = request.has_header("Transfer-Encoding");
  const std::string length = request.get_header_value("Content-Length");
  if (!chunked && (length.empty() || length == "0")) return true;
  const std::string type = request.get_header_value("Content-Type");
  if (type.substr(0, type.find(';')) != "application/json" || request.has_header("Content-Encoding")) {
    x.refuse(not_json);
    return false;
  }
  // The HTTP library would refuse such a length as well, but as a malformed request.
  std::size_t size = 0;
  std::from_chars(length.data(), length.data() + length.size(), size);
  if (size > longest_look) {
    x.refuse(too_large);
    return false;
  }
  size = 0;
  const bool whole = reader([&](const char* data, std::size_t count) {
    size += count;
    if (size <= max_body) x.body.append(data, count);
    return size <= longest_look;
  });
  if (size > max_body)
    x.refuse(too_large);
  else if (!whole)
    x.refuse(unreadable);
  return whole && size <= max_body;
}

bool matches(std::string_view pattern, std::string_view path, std::string& parameter) {
  const auto brace = pattern.find('{');
  if (brace == std::string_view::npos) return pattern == path;
  const auto prefix = pattern.substr(brace + 1, pattern.find('}') - brace - 1);
  const auto behind = pattern.substr(pattern.find('}') + 1);
  if (path.size() != brace + prefix.size() + 10 + behind.size()) return false;
  const auto id = path.substr(brace, prefix.size() + 10);
  const auto is_base62 = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  if (path.substr(0, brace) != pattern.substr(0, brace) || path.substr(brace + id.size()) != behind ||
      id.substr(0, prefix.size()) != prefix || !std::all_of(id.end() - 10, id.end(), is_base62))
    return false;
  parameter = id;
  return true;
}

/// The router: which route a request is for. The HTTP library would find out only after reading the body.
class router {
 public:
  explicit router(app& shared) : app_(shared), routes_(table()) {}

  /// Before a body is read: is there such a route?
  outcome look(const httplib::Request& request, httplib::Response& response) const {
    // Nothing here is served in ranges (RFC 9110 §14.2 lets a server ignore them), and the HTTP library would
    // repeat an answer as often as a header asks. The request is the library's own object, handed out as
    // const.
    const_cast<httplib::Request&>(request).ranges.clear();
    std::string parameter, others;
    if (find(request, parameter, others)) return outcome::Unhandled;
    exchange x(app_.settings, request, response);
    if (!let_in(app_, x)) return outcome::Handled;
    if (others.empty()) {
      x.refuse({errc::not_found, "no such path"});
    } else {
      response.set_header("Allow", others);
      x.refuse(wrong_method);
    }
    return outcome::Handled;
  }

  void answer(const httplib::Request& request, httplib::Response& response,
              const httplib::ContentReader* reader) const {
    exchange x(app_.settings, request, response);
    std::string others;
    const route* found = find(request, x.parameter, others);
    if (!found) return x.refuse({errc::not_found, "no such path"});
    if (!reader || read_body(request, *reader, x)) found->run(app_, x);
  }

 private:
  /// others: the methods that the path takes, when it does not take this one.
  const route* find(const httplib::Request& request, std::string& parameter, std::string& others) const {
    const std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
    for (const auto& each : routes_) {
      if (!matches(each.pattern, request.path, parameter)) continue;
      if (each.method == method) return &each;
      others.append(others.empty() ? "" : ", ").append(each.method);
    }
    return nullptr;
  }

  app& app_;
  std::vector<route> routes_;
};

}  // namespace

std::vector<std::string> route_names() {
  std::vector<std::string> out;
  for (const auto& each : table()) out.push_back(std::string(each.method) + " " + std::string(each.pattern));
  return out;
}

void add_routes(httplib::Server& server, app& shared) {
  const auto routes = std::make_shared<const router>(shared);
  server.set_pre_routing_handler([routes](const httplib::Request& request, httplib::Response& response) {
    return routes->look(request, response);
  });
  const auto with_body = [routes](const httplib::Request& request, httplib::Response& response,
                                  const httplib::ContentReader& reader) {
    routes->answer(request, response, &reader);
  };
  server.Post(".*", with_body);
  server.Put(".*", with_body);
  server.Delete(".*", with_body);
  server.Get(".*", [routes](const httplib::Request& request, httplib::Response& response) {
    routes->answer(request, response, nullptr);
  });
  // One request a connection: a body that a refusal left unread must never be taken for the next request.
  server.set_keep_alive_max_count(1);
  server.set_payload_max_length(longest_look);
  // What the HTTP library refuses by itself gets our envelope too; our own refusals have a body already.
  server.set_error_handler([&shared](const httplib::Request& request, httplib::Response& response) {
    if (!response.body.empty()) return;
    exchange x(shared.settings, request, response);
    const int status = response.status;
    if (status == 413) return x.refuse(too_large);
    if (status >= 500) return x.refuse({errc::internal_error, "the HTTP library gave up"});
    x.refuse(unreadable);
  });
  server.set_exception_handler(
      [&shared](const httplib::Request& request, httplib::Response& response, std::exception_ptr) {
        exchange x(shared.settings, request, response);  // the handler's own is gone
        if (const auto who = shared.gate.open(x.seen(), x.at())) x.came_from(who->origin());
        x.refuse({errc::internal_error, "an exception reached the server"});
        tell_trouble(shared, x);
      });
}

}  // namespace example
