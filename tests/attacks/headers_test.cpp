// Header values and scope lists put together by chance from what attackers and careless clients send, before
// the grammar as a regular expression.
#include <ekauth/http.hpp>
#include <ekauth/scope.hpp>

#include <regex>

#include "catch.hpp"
#include "support/dice.hpp"
#include "support/figure.hpp"

using namespace ekauth;
using namespace std::string_literals;

namespace {

std::string put_together(fixed::dice& roll, const std::vector<std::string>& pieces, std::size_t most) {
  std::string text;
  for (std::size_t i = roll.below(most + 1); i > 0; --i) text += pieces[roll.below(pieces.size())];
  return text;
}

}  // namespace

TEST_CASE("an Authorization value is taken where the grammar of RFC 6750 matches, and nowhere else",
          "[http]") {
  const std::regex grammar("[Bb][Ee][Aa][Rr][Ee][Rr] ([A-Za-z0-9\\-._~+/]+=*)");
  const std::vector<std::string> pieces{"Bearer",
                                        "bearer",
                                        "BEARER ",
                                        "Bearer ",
                                        "Basic ",
                                        "DPoP ",
                                        "Token ",
                                        "token=",
                                        " ",
                                        "  ",
                                        "\t",
                                        "=",
                                        "==",
                                        ",",
                                        ", ",
                                        ";",
                                        "\"",
                                        "'",
                                        "\r\n",
                                        "\n",
                                        "\0"s,
                                        "\xc2\xa0",
                                        "%20",
                                        "+",
                                        "/",
                                        "-._~",
                                        ":",
                                        "ek_live_1a2b3c4d5e",
                                        "eyJh.e30.c2ln",
                                        "abc",
                                        "YQ==",
                                        "\xff",
                                        "@",
                                        "é"};
  fixed::dice roll(6750);
  int taken = 0;
  for (int i = 0; i < 40000; ++i) {
    const std::string value = (roll.once_in(2) ? "Bearer " : "") + put_together(roll, pieces, 4);
    std::smatch parts;
    const bool legal = std::regex_match(value, parts, grammar);
    const auto token = http::bearer(value);
    CAPTURE(value);
    REQUIRE(token.has_value() == legal);
    if (!legal) continue;
    ++taken;
    CHECK(*token == parts[1].str());
  }
  CHECK(taken > 1000);
  fixed::figure("Authorization values beside the grammar of RFC 6750",
                "40,000, " + std::to_string(taken) + " taken");
}

TEST_CASE("an X-Api-Key value is taken where it is one token, and nowhere else", "[http]") {
  const std::regex grammar("[A-Za-z0-9\\-._~+/]+=*");
  const std::vector<std::string> pieces{"ek_live_", "1a2b3c", "=", "==",      " ", "\t", ",", "\"",
                                        "\n",       "\0"s,    "é", "Bearer ", "~", "+/", "%", ":"};
  fixed::dice roll(6751);
  int taken = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string value = put_together(roll, pieces, 4);
    CAPTURE(value);
    const bool legal = std::regex_match(value, grammar);
    const auto found = http::find_credential({.x_api_key = value});
    REQUIRE(found.has_value() == legal);
    taken += legal ? 1 : 0;
  }
  CHECK(taken > 1000);
  fixed::figure("X-Api-Key values beside their grammar", "20,000, " + std::to_string(taken) + " taken");
}

TEST_CASE("a request with both headers, or one of them twice, has no credential, whatever they hold",
          "[http]") {
  const std::vector<std::string> values{"",    " ",          "Bearer abc",        "Bearer",
                                        "abc", "Basic YTpi", "Bearer a, Bearer b"};
  for (const std::string& authorization : values) {
    for (const std::string& key : values) {
      for (const http::accepted accepts :
           {http::accepted{}, http::accepted{true, false}, http::accepted{false, true}}) {
        CHECK(http::find_credential({.authorization = authorization, .x_api_key = key}, accepts)
                  .error()
                  .code() == errc::ambiguous_credentials);
      }
    }
    CHECK(http::find_credential({.authorization = authorization, .repeated = true}).error().code() ==
          errc::ambiguous_credentials);
    CHECK(http::find_credential({.x_api_key = authorization, .repeated = true}).error().code() ==
          errc::ambiguous_credentials);
  }
}

TEST_CASE("a list of scopes is taken where its grammar matches, and nowhere else", "[scope]") {
  const std::string segment = "[a-z][a-z0-9_.\\-]{0,31}";
  const std::string one = segment + "(:" + segment + "){0,3}|" + segment + "(:" + segment + "){0,2}:\\*";
  const std::regex entry(one), list("|(" + one + ")( (" + one + "))*");
  const std::vector<std::string> pieces{"events",
                                        "events:read",
                                        ":",
                                        ":*",
                                        "*",
                                        " ",
                                        "  ",
                                        "a",
                                        "a:b",
                                        "z9_.-",
                                        "_",
                                        "-",
                                        ".",
                                        "0",
                                        "A",
                                        "é",
                                        "\t",
                                        "\n",
                                        "\0"s,
                                        ",",
                                        "a:b:c",
                                        "full_access",
                                        "abcdefghijklmnopqrstuvwxyzabcde",
                                        "abcdefghijklmnopqrstuvwxyzabcdefg"};
  fixed::dice roll(6749);
  int taken = 0;
  for (int i = 0; i < 40000; ++i) {
    const std::string text = put_together(roll, pieces, 6);
    CAPTURE(text);
    const bool legal = std::regex_match(text, list);
    REQUIRE(scope::list::parse_spaced(text).has_value() == legal);
    REQUIRE(scope::list::parse({text}).has_value() == std::regex_match(text, entry));
    taken += legal && !text.empty() ? 1 : 0;
  }
  CHECK(taken > 1000);
  fixed::figure("lists of scopes beside their grammar", "40,000, " + std::to_string(taken) + " taken");
}
