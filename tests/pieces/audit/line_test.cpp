#include <ekauth/audit.hpp>
#include <ekauth/http.hpp>

#include <simdjson.h>

#include <algorithm>
#include <random>

#include "catch.hpp"
#include "support/fixed.hpp"

using namespace ekauth;
using audit::event;
using audit::kind;
using audit::to_json;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

const std::string cut = "\xE2\x80\xA6";

event at_noon(kind what) { return {.what = what, .at = fixed::noon + 123ms}; }

cidr::address address(const char* text) { return *cidr::address::parse(text); }

// A text member as an independent strict parser reads it; it refuses invalid UTF-8 and bare control
// characters.
std::string member(const std::string& json, const char* name) {
  simdjson::dom::parser parser;
  std::string_view text;
  const simdjson::padded_string document(json);
  const auto failed = parser.parse(document)[name].get(text);
  INFO(json);
  REQUIRE(failed == simdjson::SUCCESS);
  return std::string(text);
}

// The names of its members, in order.
std::string members(const std::string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  const simdjson::padded_string document(json);
  REQUIRE(parser.parse(document).get(object) == simdjson::SUCCESS);
  std::string names;
  for (const auto& each : object) names += std::string(each.key) + " ";
  return names;
}

// Every text that an event can hold.
event every_text(std::string_view text) {
  return {.what = kind::audit_suppressed,
          .at = time_point::min(),
          .code = errc::token_signature_mismatch,
          .subject = text,
          .key = text,
          .session = text,
          .secret_number = 0xffffffff,
          .client = address("2001:db8:1111:2222:3333:4444:5555:6666"),
          .request_id = text,
          .path = text,
          .environment = text,
          .reason = text,
          .before = text,
          .after = text,
          .actor = text,
          .count = 0xffffffffffffffff,
          .suppressed = kind::refresh_verifier_mismatch,
          .network_bits = 255};
}

}  // namespace

TEST_CASE("an event with everything is one line, byte for byte", "[audit]") {
  event what = at_noon(kind::refresh_verifier_mismatch);
  what.code = errc::refresh_verifier_mismatch;
  what.subject = "acc_9i8h7g6f5e";
  what.key = "key_1a2b3c4d5e";
  what.session = "7Qm2Zp9Lk4Xv1Tb8";
  what.secret_number = 2;
  what.client = address("192.0.2.7");
  what.request_id = "7AkD3H";
  what.path = "/v1/auth/refresh?debug=1";
  what.environment = "live";
  what.reason = "restored from a backup";
  what.before = "events:read";
  what.after = "events:read events:write";
  what.actor = "operator jane";
  what.count = 123;
  what.suppressed = kind::auth_failed;
  CHECK(to_json(what) ==
        R"({"time":"2026-01-15T10:30:00.123Z","event":"refresh.verifier_mismatch","outcome":"denied",)"
        R"("critical":true,"code":"refresh_verifier_mismatch","subject":"acc_9i8h7g6f5e",)"
        R"("actor":"operator jane","keyId":"key_1a2b3c4d5e","secretNumber":2,"session":"7Qm2Zp9Lk4Xv1Tb8",)"
        R"("client":"192.0.2.7","requestId":"7AkD3H","path":"/v1/auth/refresh","environment":"live",)"
        R"("reason":"restored from a backup","before":"events:read","after":"events:read events:write",)"
        R"("suppressed":"auth.failed","count":123})");
}

TEST_CASE("what an event does not say is absent from its line", "[audit]") {
  CHECK(to_json(at_noon(kind::login_succeeded)) ==
        R"({"time":"2026-01-15T10:30:00.123Z","event":"login.succeeded","outcome":"success"})");
  event what = at_noon(kind::key_updated);
  what.before = "";  // a key that had no scopes: said, and empty
  CHECK(members(to_json(what)) == "time event outcome before ");
  CHECK(member(to_json(what), "before").empty());
}

TEST_CASE("a line and its line feed are one text", "[audit]") {
  const audit::line line(at_noon(kind::login_succeeded));
  CHECK(line.with_newline() == std::string(line.text()) + "\n");
  CHECK(line.text() == to_json(at_noon(kind::login_succeeded)));
}

TEST_CASE("a path is written without what follows a ? or #, and without a credential", "[audit]") {
  const struct {
    const char* path;
    const char* written;
  } cases[] = {{"/v1/keys?api_key=ek_live_1", "/v1/keys"},
               {"/v1/keys#access_token=a", "/v1/keys"},
               {"/v1/keys#a?b", "/v1/keys"},
               {"/v1/keys?a#b", "/v1/keys"},
               {"/v1/keys/ek_live_7Qm2Zp9Lk4Xv1Tb800011Y4pzjJZAwo5v", "/v1/keys/ek"},
               {"/", "/"}};
  for (const auto& each : cases) {
    event what = at_noon(kind::auth_failed);
    what.path = each.path;
    CHECK(member(to_json(what), "path") == each.written);
  }
  event what = at_noon(kind::auth_failed);
  what.path = "?token=all";
  CHECK(members(to_json(what)) == "time event outcome ");
}

TEST_CASE("a client is written as its address, and a network with its length", "[audit]") {
  const struct {
    const char* address;
    std::uint8_t bits;
    const char* written;
  } cases[] = {{"192.0.2.7", 0, "192.0.2.7"},
               {"::ffff:192.0.2.7", 0, "192.0.2.7"},
               {"255.255.255.0", 24, "255.255.255.0/24"},
               {"::", 0, "::"},
               {"2001:DB8::7", 0, "2001:db8::7"},
               {"2001:db8:12::", 48, "2001:db8:12::/48"}};
  for (const auto& each : cases) {
    event what = at_noon(kind::auth_failed);
    what.client = address(each.address);
    what.network_bits = each.bits;
    CHECK(member(to_json(what), "client") == each.written);
  }
}

TEST_CASE("hostile bytes stay inside their member, as valid UTF-8", "[audit]") {
  const struct {
    std::string bytes, read;
  } cases[] = {
      {R"(","outcome":"success","x":")", R"(","outcome":"success","x":")"},
      {"\n{\"event\":\"forged\"}\r\n", "\n{\"event\":\"forged\"}\r\n"},
      {"\0\x01\x1f\x7f\\"s, "\0\x01\x1f\x7f\\"s},
      {"\xC0\x80\xED\xA0\x80\xFF",
       "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"cut \xF0\x9F\x98", "cut \xEF\xBF\xBD"},
  };
  for (const auto& each : cases) {
    const event what = every_text(each.bytes);
    const std::string json = to_json(what);
    CHECK(json.find('\n') == json.npos);
    for (const char* name :
         {"subject", "actor", "keyId", "session", "requestId", "environment", "reason", "before", "after"})
      CHECK(member(json, name) == each.read);
    CHECK(member(json, "outcome") == "denied");
  }
}

TEST_CASE("a line is one line to every reader, and steers no terminal", "[audit]") {
  event what = at_noon(kind::auth_failed);
  what.path =
      "/\xC2\x85\xE2\x80\xA8\xE2\x80\xA9\xC2\x9B"
      "2J\x7f";
  const std::string json = to_json(what);
  CHECK(std::ranges::all_of(json, [](char c) { return c >= 0x20 && c < 0x7f; }));
  CHECK(member(json, "path") == what.path);
}

TEST_CASE("whatever the bytes, a line is JSON that a strict parser reads", "[audit]") {
  std::mt19937 chance(20260115);
  const std::string likely = "\"\\\n\x00\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xED\xA0\x80\xC0\xF5"s;
  for (int round = 0; round < 5000; ++round) {
    std::string bytes(chance() % 40, '\0');
    for (char& c : bytes)
      c = chance() % 2 ? likely[chance() % likely.size()] : static_cast<char>(chance() % 256);
    event what = at_noon(kind::auth_failed);
    what.subject = bytes;
    const std::string json = to_json(what);
    if (bytes.empty()) continue;
    const std::string once = member(json, "subject");
    what.subject = once;
    if (member(to_json(what), "subject") != once) FAIL("what was mended once is changed again");
  }
}

TEST_CASE("a text that takes more room than there is ends in an ellipsis", "[audit]") {
  const std::size_t room = audit::line::max_text;
  const struct {
    std::string text, read;
  } cases[] = {
      {std::string(room, 'a'), std::string(room, 'a')},
      {std::string(room + 1, 'a'), std::string(room, 'a') + cut},
      {std::string(room / 2, '"'), std::string(room / 2, '"')},  // two bytes each
      {std::string(room / 2 + 1, '"'), std::string(room / 2, '"') + cut},
      {std::string(room - 5, 'a') + "\x01",
       std::string(room - 5, 'a') + cut},  // six bytes where five are left
      {std::string(room - 3, 'a') + "\xF0\x9F\x98\x80", std::string(room - 3, 'a') + cut},
      {std::string(room - 4, 'a') + "\xF0\x9F\x98\x80", std::string(room - 4, 'a') + "\xF0\x9F\x98\x80"},
      {std::string(1'000'000, 'a'), std::string(room, 'a') + cut},
  };
  for (const auto& each : cases) {
    event what = at_noon(kind::auth_failed);
    what.reason = each.text;
    CHECK((member(to_json(what), "reason") == each.read));
  }
}

TEST_CASE("the longest line there can be is whole", "[audit]") {
  for (const char filler : {'a', '\x01', '"', '\xFF'}) {
    const audit::line line(every_text(std::string(5000, filler)));
    CHECK(line.with_newline().size() <= audit::line::max_size);
    CHECK(line.with_newline().back() == '\n');
    CHECK(
        members(std::string(line.text())) ==
        "time event outcome code subject actor keyId secretNumber session client requestId path environment "
        "reason before after suppressed count ");
  }
}

TEST_CASE("times beyond what a year of four digits can say are the nearest that it can", "[audit]") {
  CHECK(member(to_json({.what = kind::auth_failed, .at = time_point::min()}), "time") ==
        "0000-01-01T00:00:00.000Z");
  CHECK(member(to_json({.what = kind::auth_failed, .at = time_point::max()}), "time") ==
        "9999-12-31T23:59:59.999Z");
  CHECK(member(to_json({.what = kind::auth_failed, .at = time_point(-1ms)}), "time") ==
        "1969-12-31T23:59:59.999Z");
}
