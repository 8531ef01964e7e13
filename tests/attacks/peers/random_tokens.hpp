// Tokens by chance: good ones in every form that the standards allow, and such with one thing wrong.
#pragma once

#include "attacks/corpus.hpp"
#include "support/dice.hpp"

#include <optional>

namespace peers {

using namespace craft;
using fixed::dice;

struct random_token {
  std::string topic;  ///< of the attack corpus; "valid" for good ones, "edited" where only judges know
  std::string text;
  std::string payload;         ///< its JSON
  std::optional<bool> accept;  ///< nothing where only the judges know
};

/// Makes the token of a number: the same one on every machine.
class token_maker {
 public:
  explicit token_maker(std::uint64_t seed) : roll_(seed) {}

  random_token make() {
    members_ = good_members();
    header_ = good_header();
    if (roll_.below(10) < 3) return finish("valid", true);
    switch (roll_.below(14)) {
      case 0:
        return tampered();
      case 1:
        return other_signature();
      case 2:
        return edited_token();
      case 3:
        return of("secret", header_, payload(), secret_of_others());
      case 4:
        return other_algorithm();
      case 5:
        return wrong_type();
      case 6:
        return wrong_time();
      case 7:
        return wrong_audience();
      case 8:
        return wrong_issuer();
      case 9:
        return missing();
      case 10:
        return twice();
      case 11:
        return broken_json();
      case 12:
        return other_header();
      default:
        return edited_json();
    }
  }

 private:
  struct member {
    std::string name, value;  // the value as JSON
  };

  std::string blanks() {
    return roll_.once_in(8) ? std::string(1 + roll_.below(3), roll_.one_of(" \t\n\r")) : "";
  }

  // A string of JSON, some of its characters escaped.
  std::string written(std::string_view text) {
    std::string out = "\"";
    constexpr char digits[] = "0123456789abcdef";
    for (const char c : text) {
      if (static_cast<unsigned char>(c) < 0x80 && roll_.once_in(30))
        ((out += "\\u00") += digits[c >> 4]) += digits[c & 15];
      else
        out += c;
    }
    return out + '"';
  }
  std::string word() {
    std::string text;
    for (std::size_t i = 1 + roll_.below(20); i > 0; --i)
      text += roll_.once_in(12)
                  ? roll_.word({"é", "€", "😀", "ſ", "\xc2\x80", "\xef\xbf\xbf"})
                  : std::string(1, roll_.one_of("abcdefghijklmnopqrstuvwxyzABCXYZ0189 _.:/-@+~#'<>{}[],"));
    return text;
  }
  std::string value(int depth = 0) {
    switch (roll_.below(depth > 4 ? 6 : 8)) {
      case 0:
        return roll_.word({"null", "true", "false"});
      case 1:
        return std::to_string(static_cast<std::int64_t>(roll_.number()) >> roll_.below(64));
      case 2:
        return roll_.word({"0", "-0", "1.5", "1e3", "-2.5E-7", "1e300", "0.1", "12345678901234.5"});
      case 3:
        return roll_.word({"\"\"", R"("\n")", R"("\ud83d\ude00")", R"("\"\\\/")", "\"\x7f\""});
      case 6:
        return "[" + value(depth + 1) + blanks() + "," + value(depth + 1) + "]";
      case 7:
        return "{\"a\":" + value(depth + 1) + blanks() + ",\"b\":" + value(depth + 1) + "}";
      default:
        return written(word());
    }
  }

  std::vector<member> good_members() {
    const std::uint64_t now = 1'700'000'100;
    std::vector<member> all{{"iss", written("https://auth.example")},
                            {"sub", written(word())},
                            {"exp", std::to_string(now + 1 + (roll_.number() >> (20 + roll_.below(40))))}};
    const std::string ours = written("events");
    all.push_back({"aud", roll_.once_in(3) ? "[" + written(word()) + "," + ours + blanks() + "]" : ours});
    if (roll_.once_in(2)) all.push_back({"iat", std::to_string(now - roll_.below(1000))});
    if (roll_.once_in(3)) all.push_back({"nbf", std::to_string(now - roll_.below(1000))});
    if (roll_.once_in(2)) all.push_back({"jti", written(word())});
    if (roll_.once_in(3)) all.push_back({"sid", written(word())});
    if (roll_.once_in(2))
      all.push_back({"scope", roll_.word({"\"\"", "\"a\"", "\"events:read a.b:c events:*\""})});
    for (std::size_t i = roll_.below(5); i > 0; --i)
      all.push_back({"x" + std::to_string(i) + word(), value()});
    for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[roll_.below(i)]);
    return all;
  }
  std::string good_header() {
    const std::string alg = roll_.once_in(8) ? R"("alg":"HS\u003256")" : R"("alg":"HS256")";
    std::string typ = roll_.once_in(3) ? "" : R"("typ":"JWT")";
    if (roll_.once_in(6)) typ += (typ.empty() ? "\"x\":" : ",\"x\":") + value(3);
    if (typ.empty()) return "{" + blanks() + alg + blanks() + "}";
    return "{" + (roll_.once_in(2) ? alg + "," + blanks() + typ : typ + blanks() + "," + alg) + "}";
  }
  std::string payload() {
    std::string text = blanks() + "{";
    for (const member& each : members_) {
      if (text.back() != '{') text += ",";
      text += blanks() + written(each.name) + ":" + blanks() + each.value;
    }
    return text + blanks() + "}" + blanks();
  }
  member& named(std::string_view name) {
    for (member& each : members_)
      if (each.name == name) return each;
    members_.push_back({std::string(name), ""});
    return members_.back();
  }

  random_token of(std::string topic, std::string_view header, const std::string& json,
                  std::string_view secret = our_secret) {
    return {std::move(topic), token(header, json, secret), json, false};
  }
  random_token finish(std::string topic, std::optional<bool> accept) {
    const std::string json = payload();
    return {std::move(topic), token(header_, json), json, accept};
  }

  // One character of what is signed becomes another.
  random_token tampered() {
    random_token made = finish("tampering", false);
    const std::size_t dot = made.text.find('.'), end = made.text.rfind('.');
    std::size_t at = roll_.below(end - 1);
    if (at >= dot) ++at;
    const char before = made.text[at];
    while (made.text[at] == before) made.text[at] = roll_.one_of(alphabet);
    return made;
  }
  random_token other_signature() {
    random_token made = finish("signature-flip", false);
    const std::size_t first = made.text.size() - 43;
    const std::size_t at = first + (roll_.once_in(2) ? 42 : roll_.below(43));
    const char before = made.text[at];
    while (made.text[at] == before) made.text[at] = roll_.one_of(alphabet);
    // The last character's last two bits belong to no byte.
    if (at + 1 == made.text.size() && alphabet.find(before) / 4 == alphabet.find(made.text[at]) / 4)
      made.topic = "unused-bits";
    return made;
  }
  // One byte more, or one less, anywhere in the token.
  random_token edited_token() {
    random_token made = finish("insertion", false);
    const std::size_t at = roll_.below(made.text.size());
    if (roll_.once_in(2))
      made.text.erase(at, 1);
    else
      made.text.insert(at, 1,
                       roll_.once_in(2) ? roll_.one_of(alphabet) : static_cast<char>(roll_.below(256)));
    return made;
  }
  std::string_view secret_of_others() {
    return roll_.one_of<std::string_view>(
        {"", "x", foreign_secret, old_secret, our_secret.substr(1), our_secret.substr(0, 31)});
  }
  random_token other_algorithm() {
    const std::string alg =
        roll_.word({"none", "None", "HS384", "HS512", "RS256", "ES256", "hs256", "HS256 ", "", "HS25"});
    return of("algorithm", R"({"alg":")" + alg + R"(","typ":"JWT"})", payload());
  }
  random_token wrong_type() {
    const char* const name = roll_.word({"iss", "sub", "aud", "exp", "iat", "nbf", "jti", "sid", "scope"});
    named(name).value = roll_.word({"null", "true", "{}", "[1]", "[[]]", R"({"a":1})", R"(["x",null])"});
    return finish("claim-type", false);
  }
  random_token wrong_time() {
    const std::uint64_t now = 1'700'000'100, by = roll_.number() >> (24 + roll_.below(40));
    const char* const name = roll_.word({"exp", "nbf", "iat"});
    const bool is_expiry = std::string_view(name) == "exp";
    named(name).value = std::to_string(is_expiry ? now - by % (now + 1) : now + 1 + by);
    return finish(name, false);
  }
  random_token wrong_audience() {
    std::string other = "events";
    const std::size_t at = roll_.below(other.size());
    const char before = other[at];
    while (other[at] == before) other[at] = roll_.one_of("EVNTSevnts0 ,");
    named("aud").value =
        roll_.once_in(2) ? written(other) : "[" + written(other) + "," + written(word()) + "]";
    return finish("aud", false);
  }
  random_token wrong_issuer() {
    std::string other = "https://auth.example";
    other.insert(roll_.below(other.size() + 1), 1, roll_.one_of("aA/. :@#"));
    named("iss").value = written(other);
    return finish("iss", false);
  }
  random_token missing() {
    const std::string name = roll_.word({"exp", "sub", "iss", "aud"});
    std::erase_if(members_, [&](const member& each) { return each.name == name; });
    return finish("claim-missing", false);
  }
  random_token twice() {
    const member again = members_[roll_.below(members_.size())];
    members_.insert(members_.begin() + static_cast<std::ptrdiff_t>(roll_.below(members_.size() + 1)),
                    {again.name, roll_.once_in(2) ? again.value : value()});
    return finish("duplicate", false);
  }
  random_token broken_json() {
    std::string json = payload();
    switch (roll_.below(6)) {
      case 0:
        return of("json-cut", header_, json.substr(0, json.rfind('}')));
      case 1:
        return of("json", header_, json + roll_.word({"x", "{}", "}", ",", "]", "\v", "\xc2\xa0"}));
      case 2:
        return of("json", header_, "[" + json + "]");
      case 3:
        return of("utf8", header_,
                  json.insert(json.find('"') + 1,
                              roll_.word({"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80"})));
      case 4:
        return of("surrogate", header_, json.insert(json.rfind('}'), R"(,"y":"\ud83d")"));
      default:
        return of("json-number", header_,
                  json.insert(json.rfind('}'),
                              std::string(",\"y\":") + roll_.word({"01", "+1", "NaN", "1.", ".5", "0x1"})));
    }
  }
  random_token other_header() {
    if (roll_.once_in(2)) return of("crit", R"({"alg":"HS256","crit":["x"],"x":1})", payload());
    return of("typ", R"({"alg":"HS256","typ":"refresh+jwt"})", payload());
  }
  // One byte of the JSON becomes another, goes, or comes; and then the text is signed. What it is now, nobody
  // knows.
  random_token edited_json() {
    std::string json = payload();
    const std::size_t at = roll_.below(json.size());
    const char c = roll_.once_in(4) ? static_cast<char>(roll_.below(256))
                                    : roll_.one_of("\"\\{}[]:,0123456789eE+-. utnfalsr");
    switch (roll_.below(3)) {
      case 0:
        json[at] = c;
        break;
      case 1:
        json.erase(at, 1);
        break;
      default:
        json.insert(at, 1, c);
    }
    return {"edited", token(header_, json), json, std::nullopt};
  }

  static constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  dice roll_;
  std::vector<member> members_;
  std::string header_;
};

}  // namespace peers
