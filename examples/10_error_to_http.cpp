// Turns an error into a response: status, challenge, body, and nothing that helps an attacker.

#include <ekauth/clock.hpp>
#include <ekauth/http.hpp>

#include <cstdio>

using namespace ekauth;

namespace {

void print(const http::response& answer) {
  std::printf("HTTP/1.1 %d %s\nContent-Type: %s\n", answer.status, answer.reason_phrase.c_str(),
              std::string(answer.content_type).c_str());
  if (!answer.www_authenticate.empty())
    std::printf("WWW-Authenticate: %s\n", answer.www_authenticate.c_str());
  if (answer.retry_after_seconds != 0) std::printf("Retry-After: %d\n", answer.retry_after_seconds);
  std::printf("\n%s\n\n", answer.body.c_str());
}

}  // namespace

int main() {
  const std::string id = http::make_request_id(os_random());
  const http::occurrence here{
      .path = "/v1/events", .request_id = id, .unix_milliseconds = http::to_unix_milliseconds(now())};

  // The log gets the precise reason; the client only learns that the key is not valid.
  const error forged{errc::key_tag_mismatch, "well-formed, but not made by this server"};
  std::fprintf(stderr, "%s %s: %s\n", id.c_str(), std::string(name(forged.code())).c_str(), forged.text());
  const http::response unauthorized = http::to_envelope(forged, here);
  print(unauthorized);

  const error denied{errc::insufficient_scope, "the key was not given this scope"};
  const http::response forbidden = http::to_envelope(denied, here, {.missing_scopes = "events:write"});
  print(forbidden);

  const error locked{errc::store_busy, "others held the file beyond the timeout"};
  const http::response unavailable = http::to_problem(locked, here);  // RFC 9457 instead of the envelope
  print(unavailable);

  const bool folded = unauthorized.status == 401 &&
                      unauthorized.body.find("InvalidApiKeyException") != std::string::npos &&
                      unauthorized.body.find("tag") == std::string::npos;
  const bool challenged = forbidden.status == 403 &&
                          forbidden.www_authenticate ==
                              "Bearer realm=\"api\", error=\"insufficient_scope\", scope=\"events:write\"";
  return folded && challenged && unavailable.status == 503 && unavailable.retry_after_seconds == 1 ? 0 : 1;
}
