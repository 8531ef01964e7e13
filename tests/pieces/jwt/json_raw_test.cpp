#include "jwt/json_raw.hpp"

#include <string>

#include "catch.hpp"
#include "jwt/json.hpp"

using namespace ekauth::jwt;

namespace {

// The rewritten text, or "same".
std::string fitted(std::string json) {
  const std::string before = json;
  const bool rewritten = fit_wide_numbers(json.data(), json.size());
  CHECK(json.size() == before.size());
  CHECK(rewritten == (json != before));
  return rewritten ? json : "same";
}

}  // namespace

TEST_CASE("numbers of 64 bits stay as they are, wider ones become fractions of the same length", "[jwt]") {
  CHECK(fitted("18446744073709551615") == "same");
  CHECK(fitted("-9223372036854775808") == "same");
  CHECK(fitted("18446744073709551616") == "1844674407370955e4  ");
  CHECK(fitted("-9223372036854775809") == "-9223372036854775e3 ");
  CHECK(fitted(R"({"a":123456789012345678901234567890,"b":1})") ==
        R"({"a":1234567890123456e14           ,"b":1})");
  CHECK(fitted("[" + std::string(309, '1') + "]") == "[1111111111111111e293" + std::string(289, ' ') + "]");
}

TEST_CASE("numbers beyond a double become null, the largest doubles stay", "[jwt]") {
  CHECK(fitted("9e307") == "same");
  CHECK(fitted("1e308") == "same");
  CHECK(fitted("1.7976931348623157e308") == "same");
  CHECK(fitted("-17.976931348623157E+307") == "same");
  CHECK(fitted("0.00001e313") == "same");
  CHECK(fitted("0e999") == "same");
  CHECK(fitted("0.000e99999999999999999999") == "same");
  CHECK(fitted("1e-99999999999999999999") == "same");
  CHECK(fitted("1e309") == "null ");
  CHECK(fitted("1.8e308") == "null   ");
  CHECK(fitted("-0.1e310") == "null    ");
  CHECK(fitted("[9e999999999999999999999]") == "[null                   ]");
  CHECK(fitted(std::string(310, '9')) == "null" + std::string(306, ' '));
}

TEST_CASE("what is not a number is left to be refused", "[jwt]") {
  for (const char* json : {"\"18446744073709551616\"",
                           R"("\"18446744073709551616")",
                           "018446744073709551616",
                           "+18446744073709551616",
                           "18446744073709551616x",
                           "x18446744073709551616",
                           "true18446744073709551616",
                           "1e400x",
                           "-",
                           "1e",
                           "1e+",
                           "1.",
                           "1.e400",
                           ".1e400",
                           "1e400.5",
                           "--1e400",
                           "Infinity",
                           "0x18446744073709551616",
                           "\"1e400",
                           "\"\\"}) {
    INFO(json);
    CHECK(fitted(json) == "same");
  }
  CHECK(fitted(std::string(310, '9') + "e") == "same");
  CHECK(fitted(std::string(310, '9') + "e+") == "same");
  CHECK(fitted(std::string(310, '9') + ".") == "same");
}

TEST_CASE("a payload that is no JSON is refused, whatever numbers are in it", "[jwt]") {
  const auto refused = [](const std::string& json) {
    const auto said = read_claims(json, {});
    return !said && said.error().code() == ekauth::errc::token_payload_malformed;
  };
  CHECK_FALSE(refused(R"({"a":123456789012345678901234567890})"));
  CHECK(refused(R"({"a":123456789012345678901234567890,})"));
  CHECK(refused(R"({"a":1e400]})"));
}

TEST_CASE("JSON that no token could hold is not read", "[jwt]") {
  const auto padded = [](std::size_t size) { return "{}" + std::string(size - 2, ' '); };
  CHECK(read_claims(padded(max_json_size), {}));
  for (const std::size_t size : {max_json_size + 1, std::size_t{10'000'000}}) {
    CHECK_FALSE(read_claims(padded(size), {}));
    CHECK_FALSE(read_header(padded(size)));
  }
}

TEST_CASE("a member's text is found as it was written", "[jwt]") {
  const std::string object =
      " { \"a\" : 1.50 ,\"b\":{\"x\":[1,{\"y\":\"}]\"}]} , \"c:\\\"\" :\"va,l\\\"ue}\",\"d\":[ ],\"e\":null "
      "}\n";
  CHECK(member_text(object, 0) == "1.50");
  CHECK(member_text(object, 1) == R"({"x":[1,{"y":"}]"}]})");
  CHECK(member_text(object, 2) == R"("va,l\"ue}")");
  CHECK(member_text(object, 3) == "[ ]");
  CHECK(member_text(object, 4) == "null");
  CHECK(member_text(R"({"only":-1e5})", 0) == "-1e5");
  CHECK(member_text("{\"a\":\t\r\n 1\r\n\t ,\"b\":2\t}", 0) == "1");
  CHECK(member_text("{\"a\":\t\r\n 1\r\n\t ,\"b\":2\t}", 1) == "2");
}
