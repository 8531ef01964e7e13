// Attacks on access tokens: each a text, the verdict it has to get, and the rule that decides it.
//
//   all.topic("algorithm", "RFC 8725 §3.1: the verifier knows the algorithm");
//   all.refuse(errc::token_algorithm_refused, "none", under_header(R"({"alg":"none"})"));
//
// A rule that begins with "choice:" is ours where the standards leave it open; all others are theirs. The
// same bytes on every machine, so that other verifiers can be asked about them: tests/attacks/peers has some, and
// dump.cpp writes them for more.
#pragma once

#include "jwt/craft.hpp"

#include <cstdint>
#include <vector>

namespace attacks {

using namespace craft;

/// How the verifier is set up that judges a case.
enum class setup : std::uint8_t {
  plain,     ///< one key 2026-11, issuer https://auth.example, audience events, typ JWT, no leeway
  leeway,    ///< the same with five seconds of leeway
  two_keys,  ///< 2026-12 signs with our_secret, 2026-11 with old_secret before it
  at_jwt,    ///< the accepted typ is at+jwt
};

/// Every case is judged at this time.
inline const time_point judged_at = noon();

struct attack {
  std::string name;  ///< topic/what; no two alike
  std::string rule;
  std::string token;
  errc verdict{};  ///< errc{}: accepted
  setup under = setup::plain;

  [[nodiscard]] std::string topic() const { return name.substr(0, name.find('/')); }
  [[nodiscard]] bool is_choice() const { return rule.starts_with("choice:"); }
};

/// Text with what is not printable ASCII as \xNN, for names.
inline std::string shown(std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : text.substr(0, 60)) {
    if (c >= ' ' && c <= '~') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      ((out += "\\x") += digits[byte >> 4]) += digits[byte & 15];
    }
  }
  return out;
}

class corpus {
 public:
  /// Of the cases that follow: their topic, the rule that decides them, and who judges them.
  void topic(std::string name, std::string rule, setup under = setup::plain) {
    topic_ = std::move(name);
    rule_ = std::move(rule);
    under_ = under;
  }
  /// The same topic, decided by another rule.
  void rule(std::string text) { rule_ = std::move(text); }

  void refuse(errc why, std::string_view what, std::string text) {
    all_.push_back({topic_ + '/' + shown(what), rule_, std::move(text), why, under_});
  }
  void accept(std::string_view what, std::string text) { refuse(errc{}, what, std::move(text)); }

  [[nodiscard]] const std::vector<attack>& all() const { return all_; }

 private:
  std::string topic_, rule_;
  setup under_ = setup::plain;
  std::vector<attack> all_;
};

// The chapters, in the order in which a verifier meets the parts of a token.
void add_envelopes(corpus& all);   // dots, sizes, other things than tokens
void add_base64url(corpus& all);   // one text for the same bytes
void add_signatures(corpus& all);  // MACs that are not ours over these bytes
void add_algorithms(corpus& all);  // alg
void add_headers(corpus& all);     // crit, zip, typ, and claims in the wrong place
void add_keys(corpus& all);        // kid, jwk, jku, x5u, rotation
void add_json(corpus& all);        // header and payload as text
void add_claims(corpus& all);      // types, presence, names
void add_audiences(corpus& all);   // aud, iss and sub: whose token, and for whom
void add_times(corpus& all);       // exp, nbf, iat

inline corpus make_corpus() {
  corpus all;
  add_envelopes(all);
  add_base64url(all);
  add_signatures(all);
  add_algorithms(all);
  add_headers(all);
  add_keys(all);
  add_json(all);
  add_claims(all);
  add_audiences(all);
  add_times(all);
  return all;
}

// What the chapters share.

/// Our payload under a header, signed with our key.
inline std::string under_header(std::string_view header) { return token(header, good_payload); }

inline const std::string good = token(good_payload);
inline const std::string good_input = good.substr(0, good.rfind('.'));
inline const std::string good_signature = good.substr(good.rfind('.') + 1);

inline std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

inline std::string nested(std::string_view open, std::string_view close, std::size_t levels) {
  return repeated(open, levels) + "1" + repeated(close, levels);
}

/// A JSON string of a text without quotes, backslashes and control characters.
inline std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

}  // namespace attacks
