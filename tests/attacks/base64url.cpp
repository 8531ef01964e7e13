#include "attacks/corpus.hpp"

#include <array>

namespace attacks {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

enum class part : std::uint8_t { header, payload, signature };

struct member {
  part which;
  const char* name;
  errc refusal;  // of a part that is not base64url
};

// A wrong signature text is just a wrong signature. The payload is looked at only behind the MAC, which is
// made over the wrong text here.
constexpr std::array<member, 3> parts{{{part::header, "header", errc::token_malformed},
                                       {part::payload, "payload", errc::token_payload_malformed},
                                       {part::signature, "signature", errc::token_signature_mismatch}}};

// The good token with one part's text changed, and a MAC over the result where the part has one.
template <class Change>
std::string with_part(part which, Change change) {
  std::string header = encode(R"({"alg":"HS256"})"), payload = encode(good_payload);
  if (which == part::header) change(header);
  if (which == part::payload) change(payload);
  std::string text = sign(header + "." + payload);
  if (which != part::signature) return text;
  std::string signature = text.substr(text.rfind('.') + 1);
  change(signature);
  return text.substr(0, text.rfind('.') + 1) + signature;
}

// Whatever stands in for one character: the length stays, so that a signature is looked at.
void add_foreign_characters(corpus& all) {
  all.topic("alphabet",
            "RFC 7515 §2, RFC 4648 §5, §3.3: base64url has 64 characters, and others are refused");
  for (const std::string& foreign :
       {text(" "), text("\t"), text("\n"), text("\r"), text("\0"), text("="), text("+"), text("/"), text("%"),
        text(","), text("!"), text("~"), text("*"), text("\\"), text("\""), text("\x7f"), text("\x80"),
        text("\xff")}) {
    for (const member& each : parts) {
      for (const std::size_t at : {std::size_t{0}, std::size_t{10}, std::string::npos}) {
        const std::string place = at == 0 ? ", first" : at == 10 ? ", inside" : ", last";
        all.refuse(each.refusal, std::string(each.name) + " with " + shown(foreign) + place,
                   with_part(each.which, [&](std::string& text) {
                     text.replace(at == std::string::npos ? text.size() - 1 : at, 1, foreign);
                   }));
      }
    }
  }
}

// One that stands between the characters, as decoders that skip blanks or stop at padding would have it.
void add_insertions(corpus& all) {
  all.topic("insertion",
            "RFC 7515 §2: base64url without padding, line ends, blanks or anything else between");
  for (const std::string& foreign :
       {text(" "), text("\n"), text("\r\n"), text("\t"), text("\0"), text("="), text("=="), text("==="),
        text("%3D"), text("%0A"), text("\xef\xbb\xbf"), text("\xc2\xa0")}) {
    for (const member& each : parts) {
      // One more character in the signature is one too many, before anybody looks at which.
      const errc why = each.which == part::signature ? errc::token_malformed : each.refusal;
      const auto insert_at = [&](std::size_t at) {
        return with_part(each.which, [&](std::string& text) {
          text.insert(at == std::string::npos ? text.size() : at, foreign);
        });
      };
      const std::string name = std::string(each.name) + ", " + shown(foreign);
      all.refuse(why, name + " in front", insert_at(0));
      all.refuse(why, name + " inside", insert_at(8));
      all.refuse(why, name + " behind", insert_at(std::string::npos));
    }
  }
}

// Texts whose last character carries two or four bits that belong to no byte.
void add_unused_bits(corpus& all) {
  all.topic("unused-bits",
            "choice: bits behind the last byte are zero, which RFC 4648 §3.5 lets a decoder ask for");
  const auto spelled = [&](std::string text, unsigned set) {
    text.back() = alphabet[alphabet.find(text.back()) | set];
    return text;
  };
  const std::string one_over = encode(R"({"alg":"HS256" })");   // 16 bytes
  const std::string two_over = encode(R"({"alg":"HS256"  })");  // 17 bytes
  for (unsigned set = 1; set < 16; ++set)
    all.refuse(errc::token_malformed, "header of 3n+1 bytes, bits " + std::to_string(set),
               sign(spelled(one_over, set) + "." + encode(good_payload)));
  for (unsigned set = 1; set < 4; ++set)
    all.refuse(errc::token_malformed, "header of 3n+2 bytes, bits " + std::to_string(set),
               sign(spelled(two_over, set) + "." + encode(good_payload)));
  std::string padded(good_payload);
  while (padded.size() % 3 != 1) padded += ' ';
  for (unsigned set = 1; set < 16; ++set)
    all.refuse(errc::token_payload_malformed, "payload of 3n+1 bytes, bits " + std::to_string(set),
               sign(encode(plain_header) + "." + spelled(encode(padded), set)));
  padded += ' ';
  for (unsigned set = 1; set < 4; ++set)
    all.refuse(errc::token_payload_malformed, "payload of 3n+2 bytes, bits " + std::to_string(set),
               sign(encode(plain_header) + "." + spelled(encode(padded), set)));
  for (unsigned set = 1; set < 4; ++set)
    all.refuse(errc::token_signature_mismatch, "signature, bits " + std::to_string(set),
               good_input + "." + spelled(good_signature, set));
  all.accept("header of 3n+1 bytes", sign(one_over + "." + encode(good_payload)));
  all.accept("header of 3n+2 bytes", sign(two_over + "." + encode(good_payload)));
  all.accept("payload of 3n+2 bytes", sign(encode(plain_header) + "." + encode(padded)));
  padded += ' ';
  all.accept("payload of 3n bytes", sign(encode(plain_header) + "." + encode(padded)));
}

void add_lengths(corpus& all) {
  all.topic("base64url-length", "RFC 4648 §4: a single character holds no byte, so no text is 4n+1 long");
  std::string payload(good_payload);
  while (payload.size() % 3 != 0) payload += ' ';
  for (const std::string extra : {"A", "w", "AAAAA"}) {
    all.refuse(errc::token_malformed, "header with " + extra + " more",
               sign(encode(R"({"alg":"HS256"})") + extra + "." + encode(good_payload)));
    all.refuse(errc::token_payload_malformed, "payload with " + extra + " more",
               sign(encode(plain_header) + "." + encode(payload) + extra));
  }
  for (const char* tiny : {"A", "e", "-"}) {
    all.refuse(errc::token_malformed, "header only " + std::string(tiny),
               sign(std::string(tiny) + "." + encode("{}")));
    all.refuse(errc::token_payload_malformed, "payload only " + std::string(tiny),
               sign(encode(plain_header) + "." + tiny));
  }

  all.topic("alphabet", "RFC 4648 §4, §5: + and / belong to the other alphabet");
  // ~~~ and ??? are fn5- and Pz8_ in ours.
  const std::string ours = encode(extended(R"("a":"~~~~~~~???????")"));
  std::string other = ours;
  for (char& c : other) c = c == '-' ? '+' : c == '_' ? '/' : c;
  all.accept("payload with - and _", sign(encode(plain_header) + "." + ours));
  all.refuse(errc::token_payload_malformed, "payload with + and /", sign(encode(plain_header) + "." + other));
  all.refuse(
      errc::token_signature_mismatch, "payload with + and /, the other's MAC",
      encode(plain_header) + "." + other +
          sign(encode(plain_header) + "." + ours).substr(encode(plain_header).size() + ours.size() + 1));
}

}  // namespace

void add_base64url(corpus& all) {
  add_foreign_characters(all);
  add_insertions(all);
  add_unused_bits(all);
  add_lengths(all);
}

}  // namespace attacks
