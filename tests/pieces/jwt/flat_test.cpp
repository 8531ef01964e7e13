// The reader of plain headers and payloads against the parser: what it takes, the parser takes too, and both
// find the same in it.
#include "jwt/flat.hpp"

#include <random>

#include "catch.hpp"
#include "craft.hpp"

using namespace craft;

namespace {

const std::vector<std::string> audiences = {"events", "other"};

std::string shown(const std::optional<std::string_view>& text) {
  return text ? "=" + std::string(*text) : "-";
}
std::string shown(const std::optional<time_point>& at) {
  return at ? "=" + std::to_string(at->time_since_epoch().count()) : "-";
}
std::string shown(const jwt::header& said) {
  return "alg" + shown(said.algorithm) + " typ" + shown(said.type) + " kid" + shown(said.kid);
}
std::string shown(const jwt::claims& said) {
  return "iss" + shown(said.issuer) + " sub" + shown(said.subject) + " sid" + shown(said.session) + " jti" +
         shown(said.token) + " scope" + shown(said.scope) + " exp" + shown(said.expires_at) + " iat" +
         shown(said.issued_at) + " nbf" + shown(said.not_before) + " aud" +
         std::to_string(static_cast<int>(said.meant_for));
}

constexpr const char* refused = "refused";

struct answers {
  std::string flat, parser;
};

// Each in memory that ends with its padding, so that a sanitizer sees what is read behind it.
answers of_payload(const std::string& json) {
  std::vector<char> room(json.begin(), json.end());
  room.resize(json.size() + jwt::flat::padding);
  jwt::claims said;
  const bool taken = jwt::flat::read_claims({room.data(), json.size()}, audiences, said);
  const auto read = jwt::read_claims(json, audiences);
  return {taken ? shown(said) : refused, read ? shown(*read) : refused};
}

answers of_header(const std::string& json) {
  std::vector<char> room(json.begin(), json.end());
  room.resize(json.size() + jwt::flat::padding);
  jwt::header said;
  const bool taken = jwt::flat::read_header({room.data(), json.size()}, said);
  const auto read = jwt::read_header(json);
  return {taken ? shown(said) : refused, read ? shown(*read) : refused};
}

// How many of the texts that differ from json in one byte, lack one, or have one more, are taken; all must be
// read alike.
int compare_neighbours(const std::string& json, answers (*of)(const std::string&)) {
  int taken = 0;
  const auto compare = [&](const std::string& text) {
    const answers both = of(text);
    if (both.flat == refused) return;
    ++taken;
    if (both.flat != both.parser) FAIL(text << "\nis " << both.flat << "\nand " << both.parser);
  };
  for (std::size_t at = 0; at < json.size(); ++at) {
    std::string text = json;
    for (int c = 0; c < 256; ++c) {
      text[at] = static_cast<char>(c);
      compare(text);
      compare(std::string(json).insert(at, 1, static_cast<char>(c)));
    }
    compare(std::string(json).erase(at, 1));
    compare(json.substr(0, at));
  }
  return taken;
}

}  // namespace

TEST_CASE("what our signers write is read without the parser", "[jwt]") {
  CHECK(of_header(std::string(plain_header)).flat == "alg=HS256 typ=JWT kid-");
  CHECK(of_header(R"({"alg":"HS256","typ":"JWT","kid":"2026-12"})").flat == "alg=HS256 typ=JWT kid=2026-12");
  const answers good = of_payload(std::string(good_payload));
  CHECK(good.flat ==
        "iss=https://auth.example sub=acc_1 sid=s1 jti=t1 scope=events:read exp=1700086400000 "
        "iat=1700000000000 nbf- aud2");
  CHECK(good.parser == good.flat);
  CHECK(of_payload(extended(R"("nbf":0,"tenant":"blue","level":42)")).flat ==
        of_payload(extended(R"("nbf":0,"tenant":"blue","level":42)")).parser);
}

TEST_CASE("what is not plain is left to the parser", "[jwt]") {
  for (const std::string& json : {std::string(),
                                  std::string("{}"),
                                  std::string("{"),
                                  " " + std::string(good_payload),
                                  std::string(good_payload) + " ",
                                  extended("\"a\": 1"),
                                  extended("\"a\" :1"),
                                  extended("\"a\":1.5"),
                                  extended("\"a\":-1"),
                                  extended("\"a\":1e3"),
                                  extended("\"a\":true"),
                                  extended("\"a\":null"),
                                  extended("\"a\":[]"),
                                  extended("\"a\":{}"),
                                  extended(R"("a":"\n")"),
                                  extended(R"("a":"é")"),
                                  extended(R"("\u0061":1)"),
                                  extended("\"a\":01"),
                                  extended("\"a\":"),
                                  extended("\"a\":1000000000000000"),
                                  extended("\"a\":1,\"a\":2"),
                                  extended("\"sub\":\"acc_2\""),
                                  extended("\"exp\":1"),
                                  extended("\"aud\":\"events\""),
                                  extended(text("\"a\":\"\0\"")),
                                  extended("\"a\":\"\x1f\""),
                                  replaced("acc_1\"", "\""),
                                  replaced("\"events\"", R"(["events"])"),
                                  replaced("1700086400", "1e9")}) {
    INFO(json);
    CHECK(of_payload(json).flat == refused);
  }
  std::string many;
  for (int i = 0; i < 17; ++i) many += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
  CHECK(of_payload(extended(many)).flat == refused);
  CHECK(of_payload(extended(many)).parser != refused);
  CHECK(of_header(R"({"alg":"HS256","x":"y"})").flat == refused);
  CHECK(of_header(R"({"alg":"HS256","alg":"HS256"})").flat == refused);
}

TEST_CASE("numbers of up to 15 digits are read as the parser reads them", "[jwt]") {
  std::string digits;
  for (int i = 1; i <= 15; ++i) {
    digits += static_cast<char>('0' + i % 10);
    const answers both = of_payload(replaced("1700086400", digits));
    CHECK(both.flat == both.parser);
    CHECK(both.flat != refused);
  }
  for (const char* exp : {"0", "9", "10", "253402300799", "253402300800", "999999999999999"}) {
    const answers both = of_payload(replaced("1700086400", exp));
    CHECK(both.flat == both.parser);
    CHECK(both.flat != refused);
  }
  for (const char* exp :
       {"", "00", "01700086400", "1234567890123456", "17000864/0", "1700086:00", "170008640a"})
    CHECK(of_payload(replaced("1700086400", exp)).flat == refused);
}

TEST_CASE("texts of every length end where the parser ends them", "[jwt]") {
  for (std::size_t size = 1; size <= 70; ++size) {
    const std::string name(size, 'x');
    const answers both = of_payload(replaced("acc_1", name));
    CHECK(both.flat == both.parser);
    CHECK(both.flat.find("sub=" + name + " ") != std::string::npos);
    for (std::size_t at = 0; at < size; ++at) {
      for (const char c : {'\\', '\n', '\x80', '\xff', '\0'}) {
        std::string odd = name;
        odd[at] = c;
        CHECK(of_payload(replaced("acc_1", odd)).flat == refused);
      }
    }
  }
}

TEST_CASE("whatever is taken without the parser, one byte away from a good token, is what the parser reads",
          "[jwt]") {
  const std::string own = extended(R"("nbf":1699999999,"tenant":"blue","level":42)");
  CHECK(compare_neighbours(own, of_payload) > 1000);
  CHECK(compare_neighbours(R"({"alg":"HS256","typ":"JWT","kid":"2026-11"})", of_header) > 1000);
}

TEST_CASE("objects put together by chance are read alike", "[jwt]") {
  const char* const names[] = {"iss", "aud", "sub", "jti", "sid", "scope",  "exp",
                               "iat", "nbf", "a",   "b",   "exq", "scopes", "su\\u0062"};
  const char* const values[] = {"\"events\"",
                                "\"x\"",
                                "\"\"",
                                "1700000000",
                                "0",
                                "00",
                                "1.5",
                                "true",
                                "[\"events\"]",
                                "{}",
                                "\"\\u0065vents\"",
                                "\"\xc3\xa9\"",
                                "999999999999999"};
  std::mt19937 random(1);
  int taken = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string json = "{";
    for (std::size_t members = 1 + random() % 6; members > 0; --members) {
      json += std::string("\"") + names[random() % std::size(names)] +
              "\":" + values[random() % (random() % 3 == 0 ? std::size(values) : 5)];
      json += members == 1 ? '}' : ',';
    }
    const answers both = of_payload(json);
    INFO(json);
    if (both.flat == refused) continue;
    ++taken;
    REQUIRE(both.flat == both.parser);
  }
  CHECK(taken > 1000);
}
