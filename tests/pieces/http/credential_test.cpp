#include <ekauth/http.hpp>

#include <set>

#include "catch.hpp"

using namespace ekauth;
using http::accepted;
using http::credential_headers;
using namespace std::string_view_literals;

namespace {

constexpr accepted both{}, only_bearer{.bearer = true, .x_api_key = false},
    only_key{.bearer = false, .x_api_key = true}, neither{.bearer = false, .x_api_key = false};

std::optional<std::string_view> none() { return std::nullopt; }

struct good_row {
  std::string_view header, token;
};

struct bad_row {
  std::string_view header, text;
};

const good_row good_authorizations[] = {
    {"Bearer ek_live_1a2b3c4d5e6f7g8h9i0j", "ek_live_1a2b3c4d5e6f7g8h9i0j"},
    {"bearer abc", "abc"},
    {"BEARER abc", "abc"},
    {"bEaReR abc", "abc"},
    {"Bearer x", "x"},
    {"Bearer Bearer", "Bearer"},
    {"Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl", "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl"},
    {"Bearer -._~+/", "-._~+/"},
    {"Bearer azAZ09", "azAZ09"},
    {"Bearer YQ==", "YQ=="},
    {"Bearer a=", "a="},
    {"Bearer a=====", "a====="},
};

const bad_row bad_authorizations[] = {
    {"", "Authorization is empty"},
    {" Bearer abc", "Authorization begins with a blank"},
    {"\tBearer abc", "Authorization begins with a blank"},
    {" ", "Authorization begins with a blank"},
    {"Basic dXNlcjpwYXNz", "Authorization is not of the Bearer scheme"},
    {"ApiKey abc", "Authorization is not of the Bearer scheme"},
    {"ek_live_1a2b3c4d5e6f7g8h9i0j", "Authorization is not of the Bearer scheme"},
    {"Beare", "Authorization is not of the Bearer scheme"},
    {"Beare abc", "Authorization is not of the Bearer scheme"},
    {"Bearerabc", "Authorization is not of the Bearer scheme"},
    {"Bearer-abc def", "Authorization is not of the Bearer scheme"},
    {"B\xC3\xA9"
     "arer abc",
     "Authorization is not of the Bearer scheme"},
    {"Bearer", "Bearer without a token"},
    {"Bearer ", "Bearer and a space without a token"},
    {"Bearer  ", "Bearer is followed by more than one space"},
    {"Bearer  abc", "Bearer is followed by more than one space"},
    {"Bearer \tabc", "Bearer is followed by more than one space"},
    {"Bearer\tabc", "Bearer is not followed by a space"},
    {"Bearer:abc", "Bearer is not followed by a space"},
    {"Bearer=abc", "Bearer is not followed by a space"},
    {"Bearer,abc", "Bearer is not followed by a space"},
    {"Bearer\0abc"sv, "Bearer is not followed by a space"},
    {"Bearer abc ", "Authorization has a blank after its token"},
    {"Bearer abc\t", "Authorization has a blank after its token"},
    {"Bearer abc=  ", "Authorization has a blank after its token"},
    {"Bearer abc def", "Authorization has more than one token"},
    {"Bearer Bearer abc", "Authorization has more than one token"},
    {"Bearer abc\tdef", "Authorization has more than one token"},
    {"Bearer abc,", "Authorization has a comma: two values, or parameters"},
    {"Bearer abc,def", "Authorization has a comma: two values, or parameters"},
    {"Bearer abc, Bearer def", "Authorization has a comma: two values, or parameters"},
    {"Bearer abc=,def", "Authorization has a comma: two values, or parameters"},
    {"Bearer abc\r\nX-Evil: 1", "Authorization has a control character"},
    {"Bearer abc\n", "Authorization has a control character"},
    {"Bearer a\0b"sv, "Authorization has a control character"},
    {"Bearer abc\x7f", "Authorization has a control character"},
    {"Bearer =", "Authorization has a = that is not at the end, or nothing else"},
    {"Bearer ===", "Authorization has a = that is not at the end, or nothing else"},
    {"Bearer a=b", "Authorization has a = that is not at the end, or nothing else"},
    {"Bearer token=abc", "Authorization has a = that is not at the end, or nothing else"},
    {"Bearer \"abc\"", "Authorization has a character that no token has"},
    {"Bearer abc;x", "Authorization has a character that no token has"},
    {"Bearer a:b", "Authorization has a character that no token has"},
    {"Bearer a%20b", "Authorization has a character that no token has"},
    {"Bearer caf\xC3\xA9", "Authorization has a character that no token has"},
    {"Bearer a\xA0", "Authorization has a character that no token has"},
};

const bad_row bad_keys[] = {
    {"", "X-Api-Key is empty"},
    {" ", "X-Api-Key has a blank at its end"},
    {"abc ", "X-Api-Key has a blank at its end"},
    {" abc", "X-Api-Key has a blank"},
    {"abc def", "X-Api-Key has a blank"},
    {"Bearer abc", "X-Api-Key has a blank"},
    {"abc,def", "X-Api-Key has a comma: two values"},
    {"abc\r\n", "X-Api-Key has a control character"},
    {"a\0b"sv, "X-Api-Key has a control character"},
    {"=", "X-Api-Key has a = that is not at the end, or nothing else"},
    {"a=b", "X-Api-Key has a = that is not at the end, or nothing else"},
    {"\"abc\"", "X-Api-Key has a character that no credential has"},
    {"caf\xC3\xA9", "X-Api-Key has a character that no credential has"},
};

struct choice_row {
  std::optional<std::string_view> authorization, x_api_key;
  accepted accepts;
  errc code;
};

const choice_row refused_choices[] = {
    {none(), none(), both, errc::missing_credentials},
    {none(), none(), only_bearer, errc::missing_credentials},
    {none(), none(), neither, errc::missing_credentials},
    {"Bearer abc", none(), only_key, errc::missing_credentials},
    {"Basic YTpi", none(), only_key, errc::missing_credentials},
    {"", none(), only_key, errc::missing_credentials},
    {none(), "abc", only_bearer, errc::missing_credentials},
    {none(), "", only_bearer, errc::missing_credentials},
    {none(), "abc", neither, errc::missing_credentials},
    {"Bearer abc", none(), neither, errc::missing_credentials},
    {"Bearer abc", "abc", both, errc::ambiguous_credentials},
    {"Bearer abc", "def", both, errc::ambiguous_credentials},
    {"Bearer abc", "def", only_bearer, errc::ambiguous_credentials},
    {"Bearer abc", "def", only_key, errc::ambiguous_credentials},
    {"Basic YTpi", "def", only_key, errc::ambiguous_credentials},
    {"Bearer abc", "", only_bearer, errc::ambiguous_credentials},
    {"", "def", only_key, errc::ambiguous_credentials},
    {"", "", neither, errc::ambiguous_credentials},
    {"Basic YTpi", none(), both, errc::malformed_authorization},
    {"", none(), both, errc::malformed_authorization},
    {none(), "", both, errc::malformed_authorization},
    {none(), "a b", only_key, errc::malformed_authorization},
};

}  // namespace

TEST_CASE("an Authorization header of Bearer, one space and one token gives the token", "[http]") {
  for (const auto& row : good_authorizations) {
    CAPTURE(row.header);
    const auto token = http::bearer(row.header);
    REQUIRE(token);
    CHECK(*token == row.token);
    CHECK(token->data() == row.header.data() + 7);  // a view, not a copy
    const auto found = http::find_credential({.authorization = row.header}, only_bearer);
    REQUIRE(found);
    CHECK(found->text == row.token);
    CHECK(found->via == http::scheme::bearer);
  }
}

TEST_CASE("an Authorization header of any other form is malformed, and the text says how", "[http]") {
  for (const auto& row : bad_authorizations) {
    CAPTURE(row.header);
    const auto token = http::bearer(row.header);
    REQUIRE_FALSE(token);
    CHECK(token.error().code() == errc::malformed_authorization);
    CHECK(token.error().text() == row.text);
    CHECK(http::find_credential({.authorization = row.header}).error() == token.error());
  }
}

TEST_CASE("a token has the characters of RFC 6750 b64token and no other byte", "[http]") {
  const auto allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/="sv;
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = std::string("a") + static_cast<char>(byte);
    const bool legal = allowed.find(text[1]) != allowed.npos;
    CAPTURE(byte);
    CHECK(http::bearer("Bearer " + text).has_value() == legal);
    CHECK(http::find_credential({.x_api_key = text}).has_value() == legal);
  }
}

TEST_CASE("a token is read alike wherever the byte stands and however long it is", "[http]") {
  const auto allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"sv;
  for (std::size_t size = 1; size <= 50; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text = "Bearer " + std::string(size, 'x');
        text[7 + at] = static_cast<char>(byte);
        const bool padding = byte == '=' && at != 0 && at + 1 == size;
        const bool legal = allowed.find(static_cast<char>(byte)) != allowed.npos || padding;
        if (http::bearer(text).has_value() != legal) FAIL(size << " bytes, at " << at << ": " << byte);
      }
    }
  }
}

TEST_CASE("an X-Api-Key header is the credential, whole", "[http]") {
  for (const auto key : {"ek_test_1a2b3c4d5e"sv, "Bearer"sv, "a"sv, "YQ=="sv}) {
    const auto found = http::find_credential({.x_api_key = key}, only_key);
    REQUIRE(found);
    CHECK(found->text.data() == key.data());
    CHECK(found->text == key);
    CHECK(found->via == http::scheme::api_key);
  }
  for (const auto& row : bad_keys) {
    CAPTURE(row.header);
    const auto found = http::find_credential({.x_api_key = row.header});
    REQUIRE_FALSE(found);
    CHECK(found.error().code() == errc::malformed_authorization);
    CHECK(found.error().text() == row.text);
  }
}

TEST_CASE("a request without exactly one credential in an accepted header is refused", "[http]") {
  for (const auto& row : refused_choices) {
    CAPTURE(row.authorization.value_or("(none)"), row.x_api_key.value_or("(none)"), row.accepts.bearer,
            row.accepts.x_api_key);
    const auto found =
        http::find_credential({.authorization = row.authorization, .x_api_key = row.x_api_key}, row.accepts);
    REQUIRE_FALSE(found);
    CHECK(found.error().code() == row.code);
  }
}

TEST_CASE("a repeated header is ambiguous even where one line would do", "[http]") {
  CHECK(http::find_credential({.authorization = "Bearer abc", .repeated = true}).error().code() ==
        errc::ambiguous_credentials);
  CHECK(http::find_credential({.x_api_key = "abc", .repeated = true}).error().code() ==
        errc::ambiguous_credentials);
}

TEST_CASE("a header value of 16 KiB is read and one byte more is not", "[http]") {
  const std::string key(http::max_header, 'a');
  CHECK(http::find_credential({.x_api_key = key}));
  CHECK(http::find_credential({.x_api_key = key + "a"}).error().text() == "X-Api-Key is over 16 KiB"sv);
  const std::string value = "Bearer " + key.substr(7);
  CHECK(http::bearer(value));
  CHECK(http::bearer(value + "a").error().text() == "Authorization is over 16 KiB"sv);
}

TEST_CASE("each way for credentials to be absent or doubled has a text of its own", "[http]") {
  std::set<std::string> texts;
  const credential_headers authorization{.authorization = "Bearer abc"}, key{.x_api_key = "abc"};
  texts.insert(http::find_credential({}).error().text());
  texts.insert(http::find_credential(authorization, only_key).error().text());
  texts.insert(http::find_credential(key, only_bearer).error().text());
  texts.insert(http::find_credential({.authorization = "Bearer abc", .x_api_key = "abc"}).error().text());
  texts.insert(http::find_credential({.authorization = "Bearer abc", .repeated = true}).error().text());
  CHECK(texts.size() == 5);
}
