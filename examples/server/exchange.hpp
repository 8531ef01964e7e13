// One request and its answer: what every handler works with, so that no handler speaks to the HTTP library.
#pragma once

#include "config.hpp"

#include <ekauth/client_address.hpp>
#include <ekauth/clock.hpp>
#include <ekauth/guard.hpp>
#include <ekauth/http.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace httplib {
struct Request;
struct Response;
}  // namespace httplib

namespace example {

using json = nlohmann::ordered_json;

class exchange {
 public:
  /// settings say whose word about HTTPS is believed, and in which header a proxy names the client.
  exchange(const config& settings, const httplib::Request& request, httplib::Response& response);

  const std::string& id() const { return id_; }
  const std::string& path() const;
  ekauth::time_point at() const { return at_; }

  /// The request as the guard wants it: views that live as long as this.
  ekauth::guard::request seen() const;

  /// The client, as the guard found it; nothing until then, and nothing for a connection without an address.
  const std::optional<ekauth::cidr::client>& client() const { return client_; }
  void came_from(const std::optional<ekauth::cidr::client>& client) { client_ = client; }

  /// The client's address; nothing when it is not known, and then no allowlist lets them in.
  std::optional<ekauth::cidr::address> address() const;

  std::string body;       ///< as sent
  std::string parameter;  ///< what the route's pattern captured of the path

  void answer(int status, const json& body);
  void answer_nothing();  ///< 204

  /// The error as a client may see it, in the envelope.
  void refuse(const ekauth::error& why, const std::string& missing_scopes = {});
  void refuse(const ekauth::http::description& what, std::string_view details = {});
  void refuse_fields(const std::vector<std::string>& complaints);

  /// What was refused for trouble of the server's own, with a status of 500 and above.
  std::optional<ekauth::errc> trouble() const { return trouble_; }

 private:
  ekauth::http::occurrence here() const;
  void send(const ekauth::http::response& answer);

  const httplib::Request& request_;
  httplib::Response& response_;
  std::string id_;
  ekauth::time_point at_;
  std::optional<ekauth::cidr::address> peer_;
  std::vector<std::string_view> forwarded_for_;
  bool secure_;  // it came over HTTPS, by a trusted proxy's word
  std::optional<ekauth::cidr::client> client_;
  std::optional<ekauth::errc> trouble_;
};

/// 2026-01-15T10:30:00Z.
std::string to_text(ekauth::time_point when);

/// The same, or null.
json time_or_null(const std::optional<ekauth::time_point>& when);

}  // namespace example
