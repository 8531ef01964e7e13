#include "attacks/corpus.hpp"

namespace attacks {

namespace {

// It is 1700000100.
constexpr auto expired = errc::token_expired;
constexpr auto early = errc::token_not_yet_valid;
constexpr auto malformed = errc::token_claim_malformed;

std::string exp(std::string_view json) { return token(replaced("1700086400", json)); }
std::string nbf(std::string_view json) { return token(extended("\"nbf\":" + std::string(json))); }
std::string iat(std::string_view json) {
  return token(replaced("\"iat\":1700000000", "\"iat\":" + std::string(json)));
}

void add_expiry(corpus& all) {
  all.topic("exp", "RFC 7519 §4.1.4: a token is dead on and after exp");
  for (const char* json :
       {"1700000101", "1700000100.5", "1700000100.001", "1700000101.0", "1.700000101e9", "17000001010e-1",
        "1700000101E0", "2000000000", "2e9", "2E+9", "4294967296", "253402300799", "9007199254740991"})
    all.accept(json, exp(json));
  for (const char* json : {"1700000100", "1700000100.0", "1700000099.999", "1700000099", "1.7000001e9",
                           "1.700000100E+9", "1700000000", "1699999999", "1", "0", "0.0", "-0", "-0.0", "0e9",
                           "1e9", "1e-9", "5e-324", "1699999999.9999999"})
    all.refuse(expired, json, exp(json));
  all.rule("RFC 7519 §2: a NumericDate is a JSON number of seconds since 1970, of any size");
  for (const char* json :
       {"9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616",
        "99999999999999999999999999", "1e100", "1.7976931348623157e308", "1e308"})
    all.accept(json, exp(json));
  all.rule("choice: a time before 1970 or beyond a double is none");
  for (const char* json :
       {"-1", "-0.5", "-1700000101", "-1e9", "-9223372036854775808", "-9223372036854775809",
        "-18446744073709551616", "1e309", "1e400", "-1e400", "1e99999"})
    all.refuse(malformed, json, exp(json));
  all.rule("RFC 7519 §2: a NumericDate is a number");
  for (const char* json : {"\"1700086400\"", "\"2030-01-01T00:00:00Z\"", "\"9999999999\"", "\"never\"",
                           "\"\"", "\"1e10\"", "\"0x7fffffff\"", "null", "true", "false", "[]", "{}",
                           "[1700086400]", R"({"exp":1700086400})", R"({"$numberLong":"1700086400"})"})
    all.refuse(malformed, json, exp(json));
  all.rule("choice: times count to the millisecond");
  all.accept("1700000100.0005", exp("1700000100.0005"));
  all.refuse(expired, "1700000100.0004", exp("1700000100.0004"));

  all.topic("exp-leeway", "choice: a leeway never prolongs a life", setup::leeway);
  all.accept("a second to go", exp("1700000101"));
  for (const char* json : {"1700000100", "1700000099", "1700000096", "1700000095", "1700000094"})
    all.refuse(expired, json, exp(json));
}

void add_not_before(corpus& all) {
  all.topic("nbf", "RFC 7519 §4.1.5: a token is not alive before nbf");
  for (const char* json :
       {"1700000100", "1700000100.0", "1700000099.999", "1700000000", "0", "-0", "0.5", "1.7000001e9", "1e9"})
    all.accept(json, nbf(json));
  for (const char* json : {"1700000101", "1700000100.001", "1700000100.5", "1.700000101e9", "2e9",
                           "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551616",
                           "1e19", "1e100", "1e300", "1.7976931348623157e308"})
    all.refuse(early, json, nbf(json));
  all.rule("choice: a time before 1970 or beyond a double is none");
  for (const char* json : {"-1", "-0.001", "-9223372036854775808", "-1e300", "1e309", "-1e309"})
    all.refuse(malformed, json, nbf(json));
  all.rule("RFC 7519 §2: a NumericDate is a number");
  for (const char* json : {"\"0\"", "\"1700000000\"", "\"\"", "null", "true", "[]", "{}", "[0]"})
    all.refuse(malformed, json, nbf(json));

  all.topic("nbf-leeway", "RFC 7519 §4.1.5: a small leeway for clocks that differ, five seconds here",
            setup::leeway);
  for (const char* json : {"1700000100", "1700000101", "1700000104.999", "1700000105"})
    all.accept(json, nbf(json));
  for (const char* json : {"1700000105.001", "1700000106", "1700000400", "9223372036854775807", "1e300"})
    all.refuse(early, json, nbf(json));
}

void add_issued_at(corpus& all) {
  all.topic("iat", "choice: a token from the future was made by a wrong clock, or by nobody");
  for (const char* json : {"1700000100", "1700000099.999", "0", "-0", "1e9", "1.7000001e9"})
    all.accept(json, iat(json));
  for (const char* json :
       {"1700000101", "1700000100.001", "1700000101.5", "1700090000", "2e9", "9223372036854775808", "1e300"})
    all.refuse(early, json, iat(json));
  all.rule("RFC 7519 §4.1.6: iat is a NumericDate");
  for (const char* json : {"\"1700000000\"", "\"\"", "null", "true", "[]", "{}"})
    all.refuse(malformed, json, iat(json));
  all.rule("choice: a time before 1970 or beyond a double is none");
  for (const char* json : {"-1", "-0.5", "-1e300", "1e309"}) all.refuse(malformed, json, iat(json));

  all.topic("iat-leeway", "choice: the same small leeway as for nbf", setup::leeway);
  for (const char* json : {"1700000101", "1700000105"}) all.accept(json, iat(json));
  for (const char* json : {"1700000105.001", "1700000106"}) all.refuse(early, json, iat(json));

  all.topic("lifetime", "RFC 7519 §4.1.4, §4.1.5: exp and nbf both hold, whatever they say of each other");
  const auto both = [](const char* from, const char* until) {
    return token(std::string(good_payload)
                     .replace(good_payload.find("\"iat\":1700000000"), 27 + 6,
                              "\"iat\":1700000000,\"nbf\":" + std::string(from) + ",\"exp\":" + until));
  };
  all.accept("between", both("1700000000", "1700000200"));
  all.accept("the first instant", both("1700000100", "1700000101"));
  all.refuse(expired, "the last instant", both("1700000000", "1700000100"));
  all.refuse(expired, "no instant at all", both("1700000100", "1700000100"));
  all.refuse(expired, "exp before nbf", both("1700000200", "1700000050"));
  all.refuse(early, "both ahead", both("1700000200", "1700000300"));
  all.refuse(early, "exp ahead, and before nbf", both("1700000300", "1700000200"));
  all.refuse(expired, "both behind", both("1600000000", "1600000100"));
}

}  // namespace

void add_times(corpus& all) {
  add_expiry(all);
  add_not_before(all);
  add_issued_at(all);
}

}  // namespace attacks
