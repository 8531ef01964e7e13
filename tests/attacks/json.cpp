#include "attacks/corpus.hpp"

#include <functional>

namespace attacks {

namespace {

// The same text in the two places where JSON stands, the header and the payload. make: from an object's
// members, without its braces, to the whole text.
class both_parts {
 public:
  explicit both_parts(corpus& all) : all_(all) {}

  void refuse_text(std::string_view what, const std::function<std::string(std::string)>& make) {
    all_.refuse(errc::token_header_refused, std::string(what) + ", header",
                under_header(make(R"("alg":"HS256")")));
    all_.refuse(errc::token_payload_malformed, std::string(what) + ", payload", token(make(claims())));
  }
  void accept_text(std::string_view what, const std::function<std::string(std::string)>& make) {
    all_.accept(std::string(what) + ", header", under_header(make(R"("alg":"HS256")")));
    all_.accept(std::string(what) + ", payload", token(make(claims())));
  }
  /// One member more behind the others.
  void refuse_member(std::string_view member) { refuse_member(member, member); }
  void refuse_member(std::string_view what, std::string_view member) {
    refuse_text(what,
                [&](const std::string& object) { return "{" + object + "," + std::string(member) + "}"; });
  }
  void accept_member(std::string_view member) { accept_member(member, member); }
  void accept_member(std::string_view what, std::string_view member) {
    accept_text(what,
                [&](const std::string& object) { return "{" + object + "," + std::string(member) + "}"; });
  }

 private:
  static std::string claims() { return std::string(good_payload.substr(1, good_payload.size() - 2)); }
  corpus& all_;
};

void add_objects(corpus& all) {
  all.topic(
      "json",
      "RFC 7515 §5.2 steps 3, 4, RFC 7519 §7.2: header and payload are one JSON object each, by RFC 8259");
  both_parts both(all);
  for (const char* whole : {"",
                            " ",
                            "null",
                            "true",
                            "0",
                            "\"\"",
                            "[]",
                            "[{}]",
                            "{",
                            "}",
                            "{}{}",
                            "undefined",
                            "{]",
                            "[}",
                            "{\"a\"}",
                            "{\"a\":}",
                            "{:1}",
                            "{1:1}",
                            "{,}",
                            "{\"a\":1,}",
                            "{,\"a\":1}",
                            "{\"a\":1 \"b\":1}",
                            "{\"a\":1,,\"b\":1}",
                            "{\"a\"=1}",
                            "{a:1}",
                            "{'a':1}",
                            "{\"a\":'1'}",
                            "{\"a\":1};",
                            "({})"})
    both.refuse_text(std::string("instead: ") + whole, [&](const std::string&) { return whole; });
  const std::pair<const char*, std::string> tails[] = {{"a letter", "x"},
                                                       {"a brace", "}"},
                                                       {"a comma", ","},
                                                       {"a second object", "{}"},
                                                       {"a NUL", text("\0")},
                                                       {"NUL and text", text("\0x")},
                                                       {"a comment", "/**/"},
                                                       {"a line comment", "//"},
                                                       {"a vertical tab", "\v"},
                                                       {"a form feed", "\f"},
                                                       {"a no-break space", "\xc2\xa0"},
                                                       {"a line separator", "\xe2\x80\xa8"},
                                                       {"another byte order mark", "\xff\xfe"},
                                                       {"a DEL", "\x7f"},
                                                       {"a byte over 127", "\xff"}};
  for (const auto& [what, tail] : tails) {
    both.refuse_text(std::string("behind: ") + what,
                     [&, tail = tail](const std::string& object) { return "{" + object + "}" + tail; });
    both.refuse_text(std::string("in front: ") + what,
                     [&, tail = tail](const std::string& object) { return tail + "{" + object + "}"; });
  }
  both.refuse_text("behind: a byte order mark",
                   [](const std::string& object) { return "{" + object + "}\xef\xbb\xbf"; });
  both.refuse_text("inside: a comment", [](const std::string& object) { return "{/**/" + object + "}"; });
  both.refuse_text("inside: a comma more", [](const std::string& object) { return "{" + object + ",}"; });
  both.refuse_text("in an array", [](const std::string& object) { return "[{" + object + "}]"; });
  both.refuse_text("as a string", [](const std::string&) { return "\"{}\""; });
  for (const std::string blank : {" ", "\t", "\n", "\r", " \r\n\t "}) {
    both.accept_text("blanks around: " + blank,
                     [&](const std::string& object) { return blank + "{" + object + "}" + blank; });
    both.accept_text("blanks inside: " + blank,
                     [&](const std::string& object) { return "{" + blank + object + blank + "}"; });
  }

  all.rule("choice: a byte order mark in front is refused, which RFC 8259 §8.1 lets parsers ignore");
  both.refuse_text("in front: a byte order mark",
                   [](const std::string& object) { return "\xef\xbb\xbf{" + object + "}"; });

  all.topic("json-cut", "RFC 8259 §2: an object that ends early is none");
  for (std::size_t size = 1; size < plain_header.size(); ++size)
    all.refuse(errc::token_header_refused, "header of " + std::to_string(size) + " bytes",
               under_header(plain_header.substr(0, size)));
  for (std::size_t size = 1; size < good_payload.size(); size += 2)
    all.refuse(errc::token_payload_malformed, "payload of " + std::to_string(size) + " bytes",
               token(good_payload.substr(0, size)));
}

void add_duplicates(corpus& all) {
  all.topic(
      "duplicate",
      "choice: of two equal names RFC 7515 §4 and RFC 7519 §4 let a parser take the last; we refuse both");
  for (const char* header :
       {R"({"alg":"HS256","alg":"none"})", R"({"alg":"none","alg":"HS256"})",
        R"({"alg":"HS256","alg":"HS256"})", R"({"alg":"HS256","\u0061lg":"none"})",
        R"({"\u0061lg":"none","alg":"HS256"})", R"({"alg":"HS256","a\u006cg":"HS256"})",
        R"({"alg":"HS256","typ":"JWT","typ":"JWT"})", R"({"alg":"HS256","typ":"JWT","typ":"refresh+jwt"})",
        R"({"alg":"HS256","kid":"2026-11","kid":"2026-11"})", R"({"alg":"HS256","x":1,"x":1})",
        R"({"alg":"HS256","":1,"":1})", R"({"alg":"HS256","\u0000":1,"\u0000":2})",
        R"({"alg":"HS256","x":{"a":1,"a":1}})", R"({"alg":"HS256","x":[{"a":1,"a":1}]})"})
    all.refuse(errc::token_header_refused, std::string("header ") + header, under_header(header));
  for (const char* members : {R"("sub":"admin")",
                              R"("sub":"acc_1")",
                              R"("s\u0075b":"admin")",
                              R"("\u0073\u0075\u0062":"admin")",
                              R"("exp":9999999999)",
                              R"("exp":1)",
                              R"("iss":"https://evil.example")",
                              R"("iss":"https://auth.example")",
                              R"("aud":"events")",
                              R"("aud":"billing")",
                              R"("aud":["events"])",
                              R"("iat":0)",
                              R"("jti":"t2")",
                              R"("sid":"s2")",
                              R"("scope":"full_access")",
                              R"("scope":"events:read")",
                              R"("a":1,"a":1)",
                              R"("a":1,"\u0061":2)",
                              R"("a":{"b":1,"b":2})",
                              R"("a":[[{"b":1,"b":2}]])",
                              R"("":1,"":2)",
                              R"("nbf":0,"nbf":0)",
                              R"("a\u0000":1,"a\u0000":2)",
                              R"("\ud83d\ude00":1,"😀":2)"})
    all.refuse(errc::token_payload_malformed, std::string("payload and ") + members,
               token(extended(members)));
  all.refuse(errc::token_payload_malformed, "payload, exp in front of an expired one",
             token(std::string(R"({"exp":9999999999,)") + replaced("1700086400", "1").substr(1)));
  for (const int count : {16, 17, 100, 300}) {
    std::string names = "\"m0\":0";
    for (int i = 1; i < count; ++i) names += ",\"m" + std::to_string(i) + "\":0";
    all.refuse(errc::token_payload_malformed, "one of " + std::to_string(count),
               token(extended(names + ",\"m0\":0")));
    all.accept("none of " + std::to_string(count), token(extended(names)));
  }
  all.accept("names that differ in case", token(extended(R"("Sub":"admin","SUB":"admin","sub ":"admin")")));
  all.accept("names that differ in an accent", token(extended(R"("e\u0301":1,"\u00e9":2)")));
  all.accept("the same name in two objects",
             token(extended(R"("a":{"b":1,"sub":"admin"},"c":{"b":1,"exp":0})")));
}

void add_strings(corpus& all) {
  both_parts both(all);
  all.topic("json-string", "RFC 8259 §7: control characters are escaped, and there are eight short escapes");
  for (int byte = 0; byte < 0x20; ++byte)
    both.refuse_member("\"x\":\"a" + std::string(1, static_cast<char>(byte)) + "\"");
  for (const char c : std::string_view("acdeghijklmopqsvwxyz0'AUN \n"))
    both.refuse_member(R"("x":"\)" + std::string(1, c) + "\"");
  for (const char* member :
       {R"("x":"\u")", R"("x":"\u0")", R"("x":"\u00")", R"("x":"\u004")", R"("x":"\u00g0")",
        R"("x":"\u{41}")", R"("x":"\U0041")", R"("x":"\x41")", R"("x":"\u 041")", R"("x":"\u-041")",
        R"("x":"\")", R"("x":")", R"("x":\"a\")", R"("x)", R"("x":"a"b")"})
    both.refuse_member(member);
  for (const char* member : {R"("x":"\" \\ \/ \b \f \n \r \t")", R"("x":"\u0041\u00e9\u20ac")",
                             R"("x":"\ud83d\ude00")", R"("x":"😀")", "\"x\":\"\x7f\"", R"("x":"\u0000")",
                             R"("\u0078":1)", R"("x":"")", "\"x\":\"\xc2\xa0\""})
    both.accept_member(member);

  all.topic("surrogate",
            "choice: half a pair is no character, and RFC 8259 §8.2 leaves open what readers make of it");
  for (const char* member :
       {R"("x":"\ud800")", R"("x":"\udbff")", R"("x":"\udc00")", R"("x":"\udfff")", R"("x":"\ud800a")",
        R"("x":"\ud800\ud800")", R"("x":"\ud800\u0041")", R"("x":"\udc00\ud800")", R"("\ud800":1)",
        R"("x":["\udc00"])", R"("x":{"y":"\ud83d"})", R"("x":"\ud83d\\ude00")", R"("\udfff\udfff":1)"})
    both.refuse_member(member);

  all.topic("utf8", "RFC 8259 §8.1, RFC 7515 §5.2 step 3: JSON is UTF-8, as in table 3-7 of Unicode");
  for (const char* bytes : {"\x80",
                            "\xbf",
                            "\xc0\x80",
                            "\xc0\xaf",
                            "\xc1\xbf",
                            "\xc2",
                            "\xc2 ",
                            "\xc3\xc3",
                            "\xe0\x80\x80",
                            "\xe0\x9f\xbf",
                            "\xe2\x82",
                            "\xe2\x28\xa1",
                            "\xed\xa0\x80",
                            "\xed\xbf\xbf",
                            "\xed\xa0\xbd\xed\xb8\x80",
                            "\xf0\x80\x80\x80",
                            "\xf0\x8f\xbf\xbf",
                            "\xf0\x9f\x98",
                            "\xf4\x90\x80\x80",
                            "\xf5\x80\x80\x80",
                            "\xf8\x88\x80\x80\x80",
                            "\xfc\x84\x80\x80\x80\x80",
                            "\xfe",
                            "\xff",
                            "\xff\xfe",
                            "caf\xe9"}) {
    both.refuse_member("\"x\":\"" + std::string(bytes) + "\"");
    all.refuse(errc::token_payload_malformed, "in sub: " + std::string(bytes),
               token(replaced("acc_1", "acc" + std::string(bytes))));
  }
  both.refuse_member("\"\xff\":1");
  for (const char* bytes : {"\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                            "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    both.accept_member("\"x\":\"" + std::string(bytes) + "\"");
  const auto wide = [](std::string_view ascii, std::size_t before, std::size_t behind) {
    std::string out;
    for (const char c : ascii) out += std::string(before, '\0') + c + std::string(behind, '\0');
    return out;
  };
  for (const auto& [what, before, behind] :
       std::initializer_list<std::tuple<const char*, std::size_t, std::size_t>>{
           {"UTF-16LE", 0, 1}, {"UTF-16BE", 1, 0}, {"UTF-32LE", 0, 3}, {"UTF-32BE", 3, 0}})
    both.refuse_text(what, [&, before = before, behind = behind](const std::string& object) {
      return wide("{" + object + "}", before, behind);
    });
}

void add_numbers_and_depth(corpus& all) {
  both_parts both(all);
  all.topic("json-number",
            "RFC 8259 §6: no leading zero or plus, digits around the point, no other base or word");
  for (const char* number :
       {"01",  "00",   "-01", "+1",  "1.",    ".1",       "-.1",  "1.e1", "1e",       "1e+",
        "1E-", "0x10", "0b1", "0o7", "1_000", "1,5",      "NaN",  "-NaN", "Infinity", "-Infinity",
        "inf", "--1",  "-",   "1 2", "1a",    "\xd9\xa1", "True", "TRUE", "nul",      "None"})
    both.refuse_member("\"x\":" + std::string(number));
  for (const char* number : {"0", "-0", "0.0", "1e0", "1E+2", "1e-2", "-1.5e3", "1e308", "9007199254740993",
                             "18446744073709551615", "-9223372036854775808", "0e0", "0.1e-300"})
    both.accept_member("\"x\":" + std::string(number));
  all.rule("RFC 8259 §6: a number may be of any size, and a claim of the host's own is the host's to read");
  for (const char* number : {"18446744073709551616", "-9223372036854775809", "123456789012345678901234567890",
                             "1e309", "-1e400", "1e99999"})
    all.accept(std::string("payload and ") + number, token(extended("\"x\":" + std::string(number))));

  all.topic(
      "depth",
      "choice: 32 arrays and objects deep, the token's own included; deeper is refused without recursion");
  const auto arrays = [](std::size_t levels) { return "\"x\":" + nested("[", "]", levels); };
  const auto objects = [](std::size_t levels) { return "\"x\":" + nested("{\"a\":", "}", levels); };
  const auto pairs = [](std::size_t levels) { return "\"x\":" + nested("[{\"a\":", "}]", levels / 2); };
  for (const std::size_t levels : {2u, 8u, 30u}) {
    const std::string deep = std::to_string(levels) + " levels of ";
    both.accept_member(deep + "arrays", arrays(levels));
    both.accept_member(deep + "objects", objects(levels));
    both.accept_member(deep + "both", pairs(levels));
  }
  for (const std::size_t levels : {32u, 34u, 64u, 100u, 500u}) {
    const std::string deep = std::to_string(levels) + " levels of ";
    both.refuse_member(deep + "arrays", arrays(levels));
    both.refuse_member(deep + "objects", objects(levels));
    both.refuse_member(deep + "both", pairs(levels));
  }
  both.refuse_member("1,000 levels of arrays", arrays(1000));
  both.refuse_member("2,500 levels of arrays", arrays(2500));
  both.refuse_text("2,500 brackets that open", [](const std::string&) { return std::string(2500, '['); });
  both.refuse_text("900 objects that open", [](const std::string&) { return repeated("{\"a\":", 900); });
  all.rule("RFC 7515 §5.2: what is behind a wrong MAC is nobody's business");
  all.refuse(errc::token_signature_mismatch, "2,500 arrays behind a wrong MAC",
             encode(plain_header) + "." + encode(nested("[", "]", 2500)) + "." + good_signature);
  all.refuse(errc::token_signature_mismatch, "900 objects behind a wrong MAC",
             encode(plain_header) + "." + encode(nested("{\"a\":", "}", 900)) + "." + good_signature);
}

}  // namespace

void add_json(corpus& all) {
  add_objects(all);
  add_duplicates(all);
  add_strings(all);
  add_numbers_and_depth(all);
}

}  // namespace attacks
