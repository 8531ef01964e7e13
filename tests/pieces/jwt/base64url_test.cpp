#include "jwt/base64url.hpp"

#include <string>

#include "catch.hpp"
#include "craft.hpp"

using namespace ekauth::jwt;

namespace {

bool decodes(std::string_view text) {
  std::string out(base64url::decoded_size(text.size()), '\0');
  return base64url::decode(text, out.data());
}

std::string decoded(std::string_view text) {
  std::string out(base64url::decoded_size(text.size()), '\0');
  REQUIRE(base64url::decode(text, out.data()));
  return out;
}

}  // namespace

TEST_CASE("RFC 4648 §10: base64url without padding, both ways", "[jwt][rfc]") {
  const struct {
    std::string bytes, text;
  } cases[] = {{"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
               {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xbf", "-_-_"}};
  for (const auto& each : cases) {
    CHECK(craft::encode(each.bytes) == each.text);
    CHECK(decoded(each.text) == each.bytes);
  }
}

TEST_CASE("base64url of every byte value and length comes back", "[jwt]") {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    CHECK(decoded(craft::encode(bytes)) == bytes);
    bytes.push_back(static_cast<char>(i * 7));
  }
}

TEST_CASE("base64url of a secret is spelt as that of any bytes, in both forms", "[jwt]") {
  std::string bytes;
  for (int i = 0; i < 600; ++i) {
    const std::string expected = craft::encode(bytes);
    std::string text(expected.size(), '\0'), portably = text;
    base64url::encode_secret(bytes, text.data());
    base64url::portable::encode_secret(bytes, portably.data());
    CHECK(text == expected);
    CHECK(portably == expected);
    bytes.push_back(static_cast<char>(i * 7 + i / 256));
  }
}

TEST_CASE("base64url has one spelling: nothing else decodes", "[jwt]") {
  for (const char* text : {"Z", "Zm9vY", "Zg==", "Zg=", "Zm8=", "Zm9v====", "Zm9 v", "Zm9v\n", " Zm9v",
                           "Zm+v", "Zm/v", "Zm9v.", "Z?9v", "Zm9vY?", "Zm9v\xc3\xa9"}) {
    INFO(text);
    CHECK_FALSE(decodes(text));
  }
  CHECK_FALSE(decodes(std::string_view("Zm9\0", 4)));
  // Of the last character, unused bits are zero: one of 16, and one of 4, spellings.
  const std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  int two = 0, three = 0;
  for (const char last : alphabet) {
    two += decodes(std::string("A") + last);
    three += decodes(std::string("AA") + last);
  }
  CHECK(two == 4);
  CHECK(three == 16);
}

TEST_CASE("base64url refuses every character outside its alphabet, at every place", "[jwt]") {
  for (std::size_t at = 0; at < 7; ++at) {
    int accepted = 0;
    for (int c = 0; c < 256; ++c) {
      std::string text = "AAAAAAA";
      text[at] = static_cast<char>(c);
      accepted += decodes(text);
    }
    CHECK(accepted == (at == 6 ? 16 : 64));
  }
}
