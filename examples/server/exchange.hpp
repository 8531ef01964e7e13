// One request and its answer: what every handler works with, so that no handler speaks to the HTTP library.
#pragma once

#include <ekauth/clock.hpp>
#include <ekauth/http.hpp>

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
  /// client: the caller's address, behind trusted proxies.
  exchange(const httplib::Request& request, httplib::Response& response, std::string client);

  const httplib::Request& request() const { return request_; }
  const std::string& id() const { return id_; }
  const std::string& client() const { return client_; }
  const std::string& path() const;
  ekauth::time_point at() const { return at_; }

  std::string body;       ///< as sent
  std::string parameter;  ///< what the route's pattern captured of the path

  void answer(int status, const json& body);
  void answer_nothing();  ///< 204

  /// The error as a client may see it, in the envelope.
  void refuse(const ekauth::error& why);
  void refuse(const ekauth::http::description& what);
  void refuse_fields(const std::vector<std::string>& complaints);
  void refuse_scope(const ekauth::error& why, const std::string& missing);

 private:
  ekauth::http::occurrence here() const;
  void send(const ekauth::http::response& answer);

  const httplib::Request& request_;
  httplib::Response& response_;
  std::string id_;
  std::string client_;
  ekauth::time_point at_;
};

/// 2026-01-15T10:30:00Z.
std::string to_text(ekauth::time_point when);

}  // namespace example
