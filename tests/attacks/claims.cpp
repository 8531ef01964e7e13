#include "attacks/corpus.hpp"

namespace attacks {

namespace {

constexpr auto malformed = errc::token_claim_malformed;
constexpr auto missing = errc::token_claim_missing;

// The good payload with one claim's value replaced, or the claim added.
std::string with(const std::string& claim, std::string_view value) {
  const std::string name = quoted(claim) + ":";
  const std::size_t at = good_payload.find(name);
  if (at == std::string::npos) return token(extended(name + std::string(value)));
  const std::size_t from = at + name.size();
  // The good payload has no comma inside a value.
  const std::size_t end = std::min(good_payload.find(',', from), good_payload.size() - 1);
  return token(std::string(good_payload).replace(from, end - from, value));
}

struct claim_form {
  const char* name;
  const char* rule;
  const char* good_values;  // kinds that pass: s string, n number, a array of strings
};

constexpr claim_form forms[] = {
    {"iss", "RFC 7519 §4.1.1: iss is a StringOrURI", ""},
    {"sub", "RFC 7519 §4.1.2: sub is a StringOrURI", "s"},
    {"aud", "RFC 7519 §4.1.3: aud is a string, or an array of strings", ""},
    {"exp", "RFC 7519 §4.1.4: exp is a NumericDate", ""},
    {"nbf", "RFC 7519 §4.1.5: nbf is a NumericDate", "n"},
    {"iat", "RFC 7519 §4.1.6: iat is a NumericDate", "n"},
    {"jti", "RFC 7519 §4.1.7: jti is a string", "s"},
    {"sid", "OpenID Connect Front-Channel Logout §3: sid is a string", "s"},
    {"scope", "RFC 9068 §2.2.3, RFC 8693 §4.2: scope is a string, a list separated by spaces", ""},
};

struct sample_value {
  const char* json;
  char kind;  // s string, n number, or another
};

constexpr sample_value values[] = {{"null", '0'},
                                   {"true", 'b'},
                                   {"false", 'b'},
                                   {"{}", 'o'},
                                   {"[]", 'e'},
                                   {"[[]]", 'o'},
                                   {"[null]", 'o'},
                                   {"[1]", 'o'},
                                   {"[{}]", 'o'},
                                   {R"({"a":1})", 'o'},
                                   {"0", 'n'},
                                   {"1", 'n'},
                                   {"1.5", 'n'},
                                   {"-1", 'm'},
                                   {"\"1\"", 's'},
                                   {"\"x\"", 's'},
                                   {R"("\u0000")", 'z'},
                                   {R"("x\u0000y")", 'z'},
                                   {R"(["x",1])", 'o'},
                                   {R"(["x\u0000"])", 'o'},
                                   {"\"1700086400\"", 's'}};

void add_types(corpus& all) {
  for (const claim_form& form : forms) {
    all.topic("claim-type", form.rule);
    const std::string_view name = form.name;
    for (const auto& [json, kind] : values) {
      const std::string what = std::string(name) + ": " + json;
      const bool is_zero = std::string_view(json).find("u0000") != std::string_view::npos;
      all.rule(is_zero       ? "choice: no NUL in a registered claim, for C and SQL end there"
               : kind == 'm' ? "choice: a time before 1970 is none"
                             : form.rule);
      const bool number = name == "exp" || name == "nbf" || name == "iat";
      const bool date = number && kind == 'n';
      const bool other_text = kind == 's';
      if (std::string_view(form.good_values).find(kind) != std::string_view::npos)
        all.accept(what, with(form.name, json));
      else if (date)
        all.refuse(errc::token_expired, what, with(form.name, json));
      else if (name == "iss" && other_text)
        all.refuse(errc::token_issuer_mismatch, what, with(form.name, json));
      else if (name == "aud" && (other_text || kind == 'e'))
        all.refuse(errc::token_audience_mismatch, what, with(form.name, json));
      else if (name == "scope" && std::string_view(json) == "\"x\"")
        all.accept(what, with(form.name, json));
      else
        all.refuse(malformed, what, with(form.name, json));
    }
  }
}

void add_texts(corpus& all) {
  all.topic("claim-text", "choice: sub, jti and sid have 1 to 255 bytes");
  for (const char* claim : {"sub", "jti", "sid"}) {
    const auto of = [&](std::size_t size) { return quoted(std::string(size, 'n')); };
    all.refuse(malformed, std::string(claim) + " empty", with(claim, "\"\""));
    all.accept(std::string(claim) + " of 1 byte", with(claim, of(1)));
    all.accept(std::string(claim) + " of 255 bytes", with(claim, of(255)));
    all.refuse(malformed, std::string(claim) + " of 256 bytes", with(claim, of(256)));
    all.refuse(malformed, std::string(claim) + " of 5,000 bytes", with(claim, of(5000)));
    all.accept(std::string(claim) + " of 85 euro signs", with(claim, quoted(repeated("\xe2\x82\xac", 85))));
    all.refuse(malformed, std::string(claim) + " of 86 euro signs",
               with(claim, quoted(repeated("\xe2\x82\xac", 86))));
    all.refuse(malformed, std::string(claim) + " of 86 escaped euro signs",
               with(claim, quoted(repeated("\\u20ac", 86))));
  }
  all.rule("choice: no NUL in a registered claim, for C and SQL end there");
  for (const char* claim : {"sub", "jti", "sid", "iss", "aud", "scope"})
    for (const char* value : {R"("admin\u0000x")", R"("\u0000admin")", R"("admin\u0000")"})
      all.refuse(malformed, std::string(claim) + ": " + value, with(claim, value));
  all.rule("RFC 7519 §4.1.2: a subject is any text, and none of it means anything to us");
  for (const char* value :
       {"\"../../etc/passwd\"", R"("' OR 1=1 --")", R"("<script>alert(1)</script>")", R"("${jndi:ldap://x}")",
        R"("a\nb")", R"("a\r\nSet-Cookie: x")", R"("\u202eadmin")", "\" \"", R"("__proto__")",
        R"("\ud83d\udc68\u200d\ud83d\udcbb")"})
    all.accept(std::string("sub: ") + value, with("sub", value));

  all.topic("scope", "RFC 6749 §3.3: scopes are separated by one space each");
  for (const char* value : {R"("events:read ")", R"(" events:read")", R"("events:read  events:write")",
                            R"("events:read\tevents:write")", R"("events:read\nfull_access")",
                            R"("events:read,full_access")", R"("events:read;full_access")", "\" \"",
                            R"("events:read\u00a0full_access")", R"("events:read\u2003full_access")",
                            R"("events:read\u0000full_access")", R"("events:\"read")", R"("events:read\\")"})
    all.refuse(malformed, value, with("scope", value));
  all.rule(
      "choice: a scope is one to four segments of [a-z][a-z0-9_.-]{0,31}; a star is a whole last segment");
  for (const char* value :
       {"\"*\"",         "\"events:*:read\"", "\"events*\"",       "\"*:read\"",
        "\"events:**\"", "\"EVENTS:READ\"",   "\"Events:read\"",   "\"events:\"",
        "\":read\"",     "\"events::read\"",  "\"a:b:c:d:e\"",     "\"events/read\"",
        "\"évents\"",    "\"0events\"",       "\"_events\"",       "\"-events\"",
        "\"events:0\"",  "\"a:b:c:d:*\"",     "\"events:re ad:\"", "\"abcdefghijklmnopqrstuvwxyzabcdefg\""})
    all.refuse(malformed, value, with("scope", value));
  for (const char* value :
       {"\"\"", "\"events:read\"", "\"events:read events:write\"", "\"full_access\"", "\"events:*\"",
        "\"a:b:c:d\"", "\"a.b-c_d\"", "\"events:read events:read\"", R"("\u0065vents:read")",
        R"("events:read\u0020events:write")", "\"a:b:c:*\"", "\"abcdefghijklmnopqrstuvwxyzabcdef\""})
    all.accept(value, with("scope", value));
  std::string list = "s0";
  for (int i = 1; i < 256; ++i) list += " s" + std::to_string(i);
  all.accept("256 scopes", with("scope", quoted(list)));
  all.refuse(malformed, "257 scopes", with("scope", quoted(list + " s256")));
}

void add_presence(corpus& all) {
  const std::pair<const char*, const char*> required[] = {{"exp", "\"exp\":1700086400"},
                                                          {"iss", R"("iss":"https://auth.example")"},
                                                          {"aud", R"("aud":"events")"},
                                                          {"sub", R"("sub":"acc_1")"}};
  all.topic("claim-missing", "RFC 8725 §3.8, §3.9, §3.10, RFC 9068 §2.2: what is asked for must be there");
  all.refuse(missing, "all of them", token("{}"));
  all.refuse(missing, "all but exp", token(R"({"exp":1700086400})"));
  for (const auto& [name, member] : required) {
    const std::string rest = replaced(member, "");
    all.refuse(missing, name, token(rest));
    const std::string value = std::string(member).substr(6);
    std::string upper(name), title(name);
    for (char& c : upper) c = static_cast<char>(c - 32);
    title[0] = static_cast<char>(title[0] - 32);
    const std::string plain(name);
    for (const std::string& other :
         {upper, title, plain + " ", " " + plain, plain + "\\u0000", "\\u0000" + plain, plain + "\\ufeff",
          plain.substr(0, 2), plain + plain, plain + "s", "x-" + plain, plain + ".", "\\u00ad" + plain}) {
      const std::string members_with = rest.substr(0, rest.size() - 1) + ",\"" + other + "\":" + value + "}";
      all.refuse(missing, plain + " named " + other, token(members_with));
    }
    all.refuse(missing, plain + " inside another",
               token(rest.substr(0, rest.size() - 1) + ",\"claims\":{" + member + "}}"));
    all.refuse(missing, plain + " in an array",
               token(rest.substr(0, rest.size() - 1) + ",\"claims\":[{" + member + "}]}"));
    all.refuse(missing, plain + " as a text",
               token(rest.substr(0, rest.size() - 1) + R"(,"claims":"{\"exp\":1}"})"));
    constexpr char digits[] = "0123456789abcdef";
    std::string escaped = "\\u00";
    (escaped += digits[plain[0] >> 4]) += digits[plain[0] & 15];
    all.accept(plain + ", a letter escaped", token(rest.substr(0, rest.size() - 1) + ",\"" + escaped +
                                                   plain.substr(1) + "\":" + value + "}"));
  }
  all.rule("RFC 7519 §4.1: jti, iat, nbf are optional, and so are the claims of others");
  for (const char* member :
       {R"("jti":"t1")", R"("sid":"s1")", R"("iat":1700000000)", R"("scope":"events:read")"})
    all.accept(std::string("only ") + member, token(replaced(member, "")));
  for (const char* members :
       {R"("azp":"x")", R"("client_id":1)", R"("nonce":null)", R"("cnf":{"jkt":"x"})",
        R"("act":{"sub":"admin"})", R"("roles":["admin"])", R"("admin":true)", R"("":"")", R"("alg":"none")",
        R"("crit":["x"])", R"("b64":false)", R"("typ":"refresh+jwt")", R"("kid":"x")",
        R"("__proto__":{"sub":"admin"})", R"("constructor":null)", R"("https://example.com/is_root":true)",
        R"("a":[1,"b",null,{"c":[]}])"})
    all.accept(std::string("beside: ") + members, token(extended(members)));
}

}  // namespace

void add_claims(corpus& all) {
  add_types(all);
  add_texts(all);
  add_presence(all);
}

}  // namespace attacks
