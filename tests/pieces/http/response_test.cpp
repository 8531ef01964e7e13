#include <ekauth/clock.hpp>
#include <ekauth/http.hpp>

#include <simdjson.h>

#include <algorithm>
#include <set>

#include "catch.hpp"
#include "core/base62.hpp"

using namespace ekauth;
using namespace std::chrono_literals;

namespace {

// The two errors of the ekko document, whitespace apart.
const std::string ekko_400 =
    R"({"error":{"statusCode":400,"message":"Bad Request Exception","errorName":"BadRequestException",)"
    R"("details":{"message":["amount.value must be a positive number","amount.value should not be empty",)"
    R"("amount.value must be a number conforming to the specified constraints"],"error":"Bad Request",)"
    R"("statusCode":400},"path":"/v2.5/impact_calculator","requestId":"7AkD3H",)"
    R"("timestamp":"2025-09-09T16:51:00.789Z"}})";
const std::string ekko_404 =
    R"({"error":{"statusCode":404,"message":"Carbon data not found for MCC: 54992 and country: GBR",)"
    R"("errorName":"_NotFoundException","details":"Carbon data not found for MCC: 54992 and country: GBR",)"
    R"("path":"/v2.5/impact_calculator","requestId":"qnYFPF","timestamp":"2025-09-09T16:52:10.413Z"}})";

constexpr std::int64_t ms_2025_09_09T16_51_00_789 = 1757436660789;

http::occurrence at_login() {
  return {.path = "/v1/auth/login", .request_id = "7AkD3H", .unix_milliseconds = ms_2025_09_09T16_51_00_789};
}

// Parses a body with a strict, independent parser, and lists the keys of an object in their order.
struct parsed {
  explicit parsed(const std::string& body) : text(body) {
    REQUIRE(parser.parse(text).get(root) == simdjson::SUCCESS);
  }
  std::string keys(const char* pointer) const {
    simdjson::dom::object object;
    REQUIRE(root.at_pointer(pointer).get(object) == simdjson::SUCCESS);
    std::string all;
    for (const auto& field : object) all += std::string(field.key) + " ";
    return all;
  }
  std::string string(const char* pointer) const {
    std::string_view found;
    REQUIRE(root.at_pointer(pointer).get(found) == simdjson::SUCCESS);
    return std::string(found);
  }
  simdjson::padded_string text;
  simdjson::dom::parser parser;
  simdjson::dom::element root;
};

bool header_safe(std::string_view value) {
  for (const char c : value)
    if (c < 0x20 || c > 0x7e || c == '\\') return false;
  return true;
}

const std::string hostile = "x\"\r\nSet-Cookie: a=b\\\xC3\xA9\x7f\t, Basic realm=\"y";

class counting final : public random_source {
 public:
  void fill(void* bytes, std::size_t size) override {
    for (std::size_t i = 0; i < size; ++i) static_cast<unsigned char*>(bytes)[i] = next_++;
  }

 private:
  unsigned char next_ = 0;
};

}  // namespace

TEST_CASE("the envelope of a validation error is the ekko document's", "[http]") {
  const http::options extra{
      .messages = {"amount.value must be a positive number", "amount.value should not be empty",
                   "amount.value must be a number conforming to the specified constraints"}};
  const auto answer = http::to_envelope(error{errc::validation_failed, "amount"},
                                        {.path = "/v2.5/impact_calculator",
                                         .request_id = "7AkD3H",
                                         .unix_milliseconds = ms_2025_09_09T16_51_00_789},
                                        extra);
  CHECK(answer.body == ekko_400);
  CHECK(answer.status == 400);
  CHECK(answer.content_type == "application/json");
}

TEST_CASE("the envelope of a host's own error is the ekko document's", "[http]") {
  const http::description missing{.code = errc::not_found,
                                  .status = 404,
                                  .reason_phrase = "Not Found",
                                  .error_name = "_NotFoundException",
                                  .message = "Carbon data not found for MCC: 54992 and country: GBR"};
  const auto answer = http::to_envelope(
      missing,
      {.path = "/v2.5/impact_calculator", .request_id = "qnYFPF", .unix_milliseconds = 1757436730413},
      {.details_text = missing.message});
  CHECK(answer.body == ekko_404);
  CHECK(answer.reason_phrase == "Not Found");
}

TEST_CASE("the envelope has seven members in order, and details hold one message by default", "[http]") {
  const auto answer = http::to_envelope(error{errc::key_unknown, ""}, at_login());
  const parsed body(answer.body);
  CHECK(body.keys("") == "error ");
  CHECK(body.keys("/error") == "statusCode message errorName details path requestId timestamp ");
  CHECK(body.keys("/error/details") == "message error statusCode ");
  CHECK(body.string("/error/details/message/0") == "Invalid API key");
  CHECK(body.string("/error/details/error") == "Unauthorized");
  CHECK(body.string("/error/path") == "/v1/auth/login");
  CHECK(body.string("/error/timestamp") == "2025-09-09T16:51:00.789Z");
  CHECK(answer.body.find('\n') == std::string::npos);
}

TEST_CASE("whatever follows the path of a URL is not repeated to the client", "[http]") {
  for (const char* path :
       {"/v1/events?api_key=ek_live_1", "/v1/events#ek_live_1", "/v1/events?#", "/v1/events"}) {
    const error why{errc::credential_in_query, ""};
    CHECK(parsed(http::to_envelope(why, {.path = path}).body).string("/error/path") == "/v1/events");
    CHECK(parsed(http::to_problem(why, {.path = path}).body).string("/instance") == "/v1/events");
  }
}

TEST_CASE("a credential in the path of a URL is not repeated to the client", "[http]") {
  const std::string digits = "7Qm2Zp9Lk4Xv1Tb800011Y4pzjJZAwo5v",
                    jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhY2NfMSJ9";
  const struct {
    std::string path, shown;
  } cases[] = {
      {"/v1/events/ek_live_" + digits, "/v1/events/ek"},
      {"/v1/events/acme_test_" + digits + "/x", "/v1/events/acme"},
      {"/v1/verifyek_live_" + digits, "/v1/verifyek"},
      {"/v1/rt_" + digits, "/v1/"},
      {"/v1/refreshrt_" + digits, "/v1/refresh"},
      {"/v1/" + jwt, "/v1/"},
      {"/v1/token" + jwt, "/v1/token"},
      {"rt_" + digits, ""},
      {"/v1/ek%5Flive_" + digits, "/v1/ek"},
      {"/v1/%72t_%37" + digits.substr(1), "/v1/"},
      {"/v1/%65%79%4a" + jwt.substr(3), "/v1/"},
      {"/v1/ek_live_" + digits.substr(1), "/v1/ek_live_" + digits.substr(1)},
      {"/v1/rt_" + digits.substr(1) + "-", "/v1/rt_" + digits.substr(1) + "-"},
      {"/v1/unit_test_results_of_the_month_of_may", "/v1/unit_test_results_of_the_month_of_may"},
      {"/v1/report_01J9ZK3V8N7Q2W5XYZABCDEFGH/delete", "/v1/report_01J9ZK3V8N7Q2W5XYZABCDEFGH/delete"},
      {"/v1/cart_550e8400e29b41d4a716446655440000", "/v1/cart_550e8400e29b41d4a716446655440000"},
      {"/v1/eyJhbGciOiJIUzI1NiJ9", "/v1/eyJhbGciOiJIUzI1NiJ9"},
      {"/v1/eyJhbGciOiJIUzI1NiJ9/a-thing_that.goes-on", "/v1/eyJhbGciOiJIUzI1NiJ9/a-thing_that.goes-on"},
      {"/v1/eyJhbGciOiJIUzI1NiJ9.a-thing_that.goes-on", "/v1/"},
      {"/v1/export_2026-11-29_to_2026-12-24", "/v1/export_2026-11-29_to_2026-12-24"},
      {"/v1/rt_%3", "/v1/rt_%3"},
      {"/v1/rt_%3g" + digits, "/v1/rt_%3g" + digits},
      {"/v1/rt_%g3" + digits, "/v1/rt_%g3" + digits}};
  for (const auto& each : cases) {
    const error why{errc::not_found, ""};
    CHECK(parsed(http::to_envelope(why, {.path = each.path}).body).string("/error/path") == each.shown);
    CHECK(parsed(http::to_problem(why, {.path = each.path}).body).string("/instance") == each.shown);
  }
}

TEST_CASE("RFC 9457 3.1 a problem has its members, and a type only where the host names one", "[http][rfc]") {
  const error why{errc::key_tag_mismatch, ""};
  const auto plain = http::to_problem(why, at_login());
  CHECK(plain.content_type == "application/problem+json");
  CHECK(plain.body ==
        R"({"title":"Unauthorized","status":401,"detail":"Invalid API key","instance":"/v1/auth/login",)"
        R"("code":"invalid_api_key","requestId":"7AkD3H","timestamp":"2025-09-09T16:51:00.789Z"})");
  const http::options extra{.messages = {"a", "b\""}, .problem_types = "https://docs.example/errors#"};
  const auto typed = http::to_problem(error{errc::validation_failed, ""}, at_login(), extra);
  CHECK(
      typed.body ==
      R"({"type":"https://docs.example/errors#validation_failed","title":"Bad Request Exception","status":400,)"
      R"("detail":"Bad Request Exception","instance":"/v1/auth/login","code":"validation_failed",)"
      R"("requestId":"7AkD3H","timestamp":"2025-09-09T16:51:00.789Z","errors":[{"detail":"a"},{"detail":"b\""}]})");
  CHECK(parsed(http::to_problem(why, {}, {.details_text = "more"}).body).string("/detail") == "more");
  CHECK(parsed(http::to_problem({.code = errc::key_unknown}, {}).body).string("/code") == "invalid_api_key");
}

TEST_CASE("RFC 6750 3 a challenge names the realm, the scopes that lack, and the schemes on offer",
          "[http][rfc]") {
  const error scope{errc::insufficient_scope, ""}, missing{errc::missing_credentials, ""};
  const auto challenge = [](const error& why, const http::options& extra) {
    return http::to_envelope(why, {}, extra).www_authenticate;
  };
  CHECK(challenge(scope, {.missing_scopes = "events:write events:delete"}) ==
        R"(Bearer realm="api", error="insufficient_scope", scope="events:write events:delete")");
  CHECK(challenge(missing, {.realm = "Green Events", .missing_scopes = "unused"}) ==
        R"(Bearer realm="Green Events")");
  CHECK(challenge(missing, {.realm = ""}) == R"(Bearer realm="")");
  CHECK(challenge(missing, {.offered = {.bearer = true, .x_api_key = true}}) ==
        R"(Bearer realm="api", ApiKey realm="api", name="X-Api-Key")");
  CHECK(challenge(missing, {.offered = {.bearer = false, .x_api_key = true}}) ==
        R"(ApiKey realm="api", name="X-Api-Key")");
  CHECK(challenge(missing, {.offered = {.bearer = false, .x_api_key = false}}) == R"(Bearer realm="api")");
  CHECK(challenge({errc::ip_not_allowed, ""}, {.offered = {.bearer = true, .x_api_key = true}}).empty());
}

TEST_CASE("the host's wait stands before the catalogue's", "[http]") {
  CHECK(
      http::to_envelope(error{errc::rate_limited, ""}, {}, {.retry_after_seconds = 17}).retry_after_seconds ==
      17);
  CHECK(http::to_oauth(error{errc::quota_exceeded, ""}, {.retry_after_seconds = 9}).retry_after_seconds == 9);
  CHECK(http::to_problem(error{errc::store_busy, ""}, {}).retry_after_seconds == 1);
}

TEST_CASE("a header value never holds what could end it, whatever the host passes", "[http]") {
  const http::description own{.status = 401,
                              .reason_phrase = hostile,
                              .error_name = hostile,
                              .message = hostile,
                              .oauth_error = hostile,
                              .challenges = http::challenge::expired_token};
  http::description scope = own;
  scope.challenges = http::challenge::insufficient_scope;
  const http::options extra{.messages = {hostile, "\xFF"},
                            .realm = hostile,
                            .missing_scopes = hostile,
                            .offered = {.bearer = true, .x_api_key = true},
                            .problem_types = hostile};
  const http::occurrence where{.path = hostile, .request_id = hostile};
  for (const auto& what : {own, scope})
    for (const auto& answer : {http::to_envelope(what, where, extra), http::to_problem(what, where, extra),
                               http::to_oauth(what, extra)}) {
      CAPTURE(answer.www_authenticate, answer.reason_phrase);
      CHECK(header_safe(answer.www_authenticate));
      CHECK(header_safe(answer.reason_phrase));
      CHECK(answer.reason_phrase.find('"') == std::string::npos);
      const auto quotes = std::count(answer.www_authenticate.begin(), answer.www_authenticate.end(), '"');
      CHECK(quotes == 10);  // of five attributes
      parsed body(answer.body);
    }
  const auto shown = http::to_envelope(own, where, extra);
  CHECK(parsed(shown.body).string("/error/message") == hostile);
  const std::string tamed = "x???Set-Cookie: a=b?????, Basic realm=?y";
  CHECK(shown.reason_phrase == tamed);
  CHECK(shown.www_authenticate == "Bearer realm=\"" + tamed +
                                      "\", error=\"invalid_token\", error_description=\"" + tamed +
                                      "\", ApiKey realm=\"" + tamed + "\", name=\"X-Api-Key\"");
}

TEST_CASE("an OAuth description has the characters that RFC 6749 allows", "[http][rfc]") {
  const http::description own{.status = 400, .message = "caf\xC3\xA9 \"x\" \\\n"};
  CHECK(http::to_oauth(own).body == R"({"error":"invalid_request","error_description":"caf?? ?x? ??"})");
}

TEST_CASE("a time is written to the second or the millisecond, in UTC, for the years 0000 to 9999",
          "[http]") {
  struct row {
    std::int64_t ms;
    std::string seconds, milliseconds;
  };
  const row rows[] = {
      {0, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"},
      {1768473000000, "2026-01-15T10:30:00Z", "2026-01-15T10:30:00.000Z"},
      {ms_2025_09_09T16_51_00_789, "2025-09-09T16:51:00Z", "2025-09-09T16:51:00.789Z"},
      {-1, "1969-12-31T23:59:59Z", "1969-12-31T23:59:59.999Z"},
      {-86400000, "1969-12-31T00:00:00Z", "1969-12-31T00:00:00.000Z"},
      {951782399999, "2000-02-28T23:59:59Z", "2000-02-28T23:59:59.999Z"},
      {951782400000, "2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z"},
      {4107542399000, "2100-02-28T23:59:59Z", "2100-02-28T23:59:59.000Z"},
      {4107542400000, "2100-03-01T00:00:00Z", "2100-03-01T00:00:00.000Z"},
      {253402300799999, "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z"},
      {253402300800000, "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z"},
      {INT64_MAX, "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z"},
      {-62167219200000, "0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"},
      {-62167219200001, "0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"},
      {INT64_MIN, "0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"},
  };
  for (const auto& row : rows) {
    CHECK(http::format_time(row.ms) == row.seconds);
    CHECK(http::format_time(row.ms, http::precision::milliseconds) == row.milliseconds);
  }
}

TEST_CASE("a time point of any period is the same millisecond, rounded down", "[http]") {
  using std::chrono::sys_time;
  CHECK(http::to_unix_milliseconds(time_point{1234ms}) == 1234);
  CHECK(http::to_unix_milliseconds(sys_time<std::chrono::seconds>{7s}) == 7000);
  CHECK(http::to_unix_milliseconds(sys_time<std::chrono::hours>{-2h}) == -7200000);
  CHECK(http::to_unix_milliseconds(sys_time<std::chrono::nanoseconds>{1999999ns}) == 1);
  CHECK(http::to_unix_milliseconds(sys_time<std::chrono::nanoseconds>{-1ns}) == -1);
  CHECK(http::to_unix_milliseconds(sys_time<std::chrono::nanoseconds>{-1000000ns}) == -1);
  CHECK(http::to_unix_milliseconds(sys_time<std::chrono::nanoseconds>{-1000001ns}) == -2);
}

TEST_CASE("a request id is six base62 digits of the given randomness", "[http]") {
  counting random, same;
  CHECK(http::make_request_id(random) == base62::random_digits(same, 6));
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto id = http::make_request_id(os_random());
    CHECK(id.size() == 6);
    CHECK(id.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == id.npos);
    seen.insert(id);
  }
  CHECK(seen.size() > 990);
}
