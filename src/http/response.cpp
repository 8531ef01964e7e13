#include "http/text.hpp"

#include "core/base62.hpp"
#include "core/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace ekauth::inline v1::http {

namespace {

// Text for a header value, quoted or not. Cuts nothing, so that a damaged value is seen, and lets no byte
// through that could end the value, the header or the response. RFC 6750 §3 and RFC 6749 §5.2 allow these
// characters and no others.
std::string header_text(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') c = '?';
  return out;
}

char* write_digits(char* out, int width, std::int64_t value, char after) noexcept {
  for (int i = width; i-- > 0; value /= 10) out[i] = static_cast<char>('0' + value % 10);
  out[width] = after;
  return out + width + 1;
}

std::string bearer_challenge(const description& what, const options& extra) {
  std::string out = fmt::format("Bearer realm=\"{}\"", header_text(extra.realm));
  switch (what.challenges) {
    case challenge::none:
    case challenge::bare:
      break;
    case challenge::invalid_request:
      out += ", error=\"invalid_request\"";
      break;
    case challenge::invalid_token:
      out += ", error=\"invalid_token\"";
      break;
    case challenge::expired_token:
      out += fmt::format(", error=\"invalid_token\", error_description=\"{}\"", header_text(what.message));
      break;
    case challenge::insufficient_scope:
      out += ", error=\"insufficient_scope\"";
      if (!extra.missing_scopes.empty())
        out += fmt::format(", scope=\"{}\"", header_text(extra.missing_scopes));
      break;
  }
  return out;
}

std::string www_authenticate(const description& what, const options& extra) {
  if (what.challenges == challenge::none) return {};
  const std::string key = fmt::format("ApiKey realm=\"{}\", name=\"X-Api-Key\"", header_text(extra.realm));
  if (!extra.offered.x_api_key) return bearer_challenge(what, extra);
  return extra.offered.bearer ? bearer_challenge(what, extra) + ", " + key : key;
}

response answer(const description& what, const options& extra, std::string_view content_type,
                std::string body) {
  return {.status = what.status,
          .reason_phrase = header_text(what.reason_phrase),
          .content_type = content_type,
          .body = std::move(body),
          .www_authenticate = www_authenticate(what, extra),
          .retry_after_seconds =
              extra.retry_after_seconds != 0 ? extra.retry_after_seconds : what.retry_after_seconds};
}

std::string envelope_details(const description& what, const options& extra) {
  if (!extra.details_text.empty()) return json_string(extra.details_text);
  std::string messages;
  for (const auto& message : extra.messages) {
    if (!messages.empty()) messages += ',';
    messages += json_string(message);
  }
  if (messages.empty()) messages = json_string(what.message);
  return fmt::format(R"({{"message":[{}],"error":{},"statusCode":{}}})", messages,
                     json_string(what.reason_phrase), what.status);
}

}  // namespace

response to_envelope(const description& what, const occurrence& where, const options& extra) {
  return answer(what, extra, "application/json",
                fmt::format(R"({{"error":{{"statusCode":{},"message":{},"errorName":{},"details":{},)"
                            R"("path":{},"requestId":{},"timestamp":"{}"}}}})",
                            what.status, json_string(what.message), json_string(what.error_name),
                            envelope_details(what, extra), json_string(shown_path(where.path)),
                            json_string(where.request_id),
                            format_time(where.unix_milliseconds, precision::milliseconds)));
}

response to_envelope(const error& why, const occurrence& where, const options& extra) {
  return to_envelope(describe(why.code()), where, extra);
}

response to_problem(const description& what, const occurrence& where, const options& extra) {
  const std::string_view code = name(face(what.code));  // a host's description may hold a precise reason
  std::string type, errors;
  if (!extra.problem_types.empty())
    type = fmt::format(R"("type":{},)", json_string(std::string(extra.problem_types).append(code)));
  for (const auto& message : extra.messages)
    errors +=
        fmt::format(R"({}{{"detail":{}}})", errors.empty() ? R"(,"errors":[)" : ",", json_string(message));
  if (!errors.empty()) errors += ']';
  return answer(
      what, extra, "application/problem+json",
      fmt::format(R"({{{}"title":{},"status":{},"detail":{},"instance":{},)"
                  R"("code":{},"requestId":{},"timestamp":"{}"{}}})",
                  // Without a type the title is the phrase of the status: RFC 9457 §4.2.1.
                  type, json_string(type.empty() ? what.reason_phrase : what.message), what.status,
                  json_string(extra.details_text.empty() ? what.message : extra.details_text),
                  json_string(shown_path(where.path)), json_string(code), json_string(where.request_id),
                  format_time(where.unix_milliseconds, precision::milliseconds), errors));
}

response to_problem(const error& why, const occurrence& where, const options& extra) {
  return to_problem(describe(why.code()), where, extra);
}

response to_oauth(const description& what, const options& extra) {
  description shown = what;
  const bool grant = what.oauth_error == "invalid_grant";
  if (what.status == 401 && (grant || what.oauth_error == "invalid_request")) {
    shown.status = 400;
    shown.reason_phrase = "Bad Request";
    if (grant)
      shown.challenges = challenge::none;  // the client is known; what it presented in the body is not
  }
  return answer(
      shown, extra, "application/json",
      fmt::format(R"({{"error":{},"error_description":{}}})", json_string(header_text(what.oauth_error)),
                  json_string(header_text(what.message))));
}

response to_oauth(const error& why, const options& extra) { return to_oauth(describe(why.code()), extra); }

std::string json_string(std::string_view text) { return ekauth::json_string(text); }

char* write_time(char* out, std::int64_t unix_milliseconds, precision shown) noexcept {
  using namespace std::chrono;
  constexpr sys_time<milliseconds> first = sys_days{January / 1 / 0},
                                   last = sys_days{January / 1 / 10000} - milliseconds{1};
  const auto at = std::clamp(sys_time<milliseconds>{milliseconds{unix_milliseconds}}, first, last);
  const auto midnight = floor<days>(at);
  const year_month_day date{midnight};
  const hh_mm_ss time{at - midnight};
  const bool whole = shown == precision::seconds;
  out = write_digits(out, 4, static_cast<int>(date.year()), '-');
  out = write_digits(out, 2, static_cast<unsigned>(date.month()), '-');
  out = write_digits(out, 2, static_cast<unsigned>(date.day()), 'T');
  out = write_digits(out, 2, time.hours().count(), ':');
  out = write_digits(out, 2, time.minutes().count(), ':');
  out = write_digits(out, 2, time.seconds().count(), whole ? 'Z' : '.');
  return whole ? out : write_digits(out, 3, time.subseconds().count(), 'Z');
}

std::string format_time(std::int64_t unix_milliseconds, precision shown) {
  std::array<char, longest_time> text;
  return {text.data(), write_time(text.data(), unix_milliseconds, shown)};
}

std::string make_request_id(random_source& random) { return base62::random_digits(random, 6); }

}  // namespace ekauth::inline v1::http
