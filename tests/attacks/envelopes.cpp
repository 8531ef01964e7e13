#include "attacks/corpus.hpp"

namespace attacks {

namespace {

constexpr auto malformed = errc::token_malformed;
constexpr auto too_large = errc::token_too_large;

void add_segments(corpus& all) {
  all.topic("segments", "RFC 7515 §3.1, §7.1: a compact JWS is three parts with a dot between each");
  const std::string header = encode(plain_header), payload = encode(good_payload);
  for (std::size_t dots = 0; dots <= 8; ++dots)
    all.refuse(malformed, std::to_string(dots) + " dots and nothing else", std::string(dots, '.'));
  all.refuse(malformed, "header alone", header);
  all.refuse(malformed, "payload alone", payload);
  all.refuse(malformed, "signature alone", good_signature);
  all.refuse(malformed, "header and payload", good_input);
  all.refuse(malformed, "payload and signature", payload + "." + good_signature);
  all.refuse(malformed, "header and signature", header + "." + good_signature);
  all.refuse(malformed, "signature stripped, its dot left", good_input + ".");
  all.refuse(malformed, "dot in front", "." + good);
  all.refuse(malformed, "dot behind", good + ".");
  all.refuse(malformed, "dots in front and behind", "." + good + ".");
  all.refuse(malformed, "a fourth part", good + "." + encode("{}"));
  all.refuse(malformed, "an empty part between header and payload",
             header + ".." + payload + "." + good_signature);
  all.refuse(malformed, "an empty part before the signature", good_input + ".." + good_signature);
  all.refuse(malformed, "the payload twice", header + "." + payload + "." + payload + "." + good_signature);
  all.refuse(malformed, "two tokens, a dot between", good + "." + good);
  all.refuse(malformed, "two tokens, a comma between", good + "," + good);
  all.refuse(malformed, "two tokens, a blank between", good + " " + good);
  all.refuse(malformed, "four parts that are signed as such", sign(good_input + "." + encode("{}")));
  all.refuse(malformed, "five parts, as JWE has", header + "...." + good_signature);
  // A dot at any other place makes four parts, whichever they are.
  for (std::size_t at = 4; at < good.size(); at += 9)
    all.refuse(malformed, "a dot more, at " + std::to_string(at), std::string(good).insert(at, "."));
  for (const std::size_t at : {0u, 21u, 42u})
    all.refuse(malformed, "a dot for character " + std::to_string(at) + " of the signature",
               good_input + "." + std::string(good_signature).replace(at, 1, "."));
  for (const char* other : {",", ":", ";", "~", "|", " ", "%2E", "\xe3\x80\x82", "\xef\xbc\x8e"}) {
    std::string text = good;
    for (std::size_t at; (at = text.find('.')) != std::string::npos;) text.replace(at, 1, other);
    all.refuse(malformed, "for dots: " + shown(other), text);
  }

  all.rule("RFC 7515 §5.2: the parts are in order, and the MAC is over the first two as they stand");
  all.refuse(malformed, "signature first", good_signature + "." + good_input);
  all.refuse(errc::token_algorithm_refused, "payload first", payload + "." + header + "." + good_signature);
  all.refuse(errc::token_algorithm_refused, "payload first, signed so", sign(payload + "." + header));
  all.refuse(errc::token_header_refused, "an empty header", sign("." + payload));
  all.refuse(errc::token_payload_malformed, "an empty payload", sign(header + "."));
  all.rule("RFC 7515 appendix F: content that is not in the token is not verified by it");
  all.refuse(errc::token_signature_mismatch, "detached content", header + ".." + good_signature);
}

void add_other_serializations(corpus& all) {
  all.topic("serialization", "RFC 7519 §1, §3: a JWT has the compact serialization only");
  const std::string header = encode(plain_header), payload = encode(good_payload);
  const std::string one = R"("protected":")" + header + R"(","signature":")" + good_signature + "\"";
  all.refuse(malformed, "flattened JSON", R"({"payload":")" + payload + "\"," + one + "}");
  all.refuse(malformed, "general JSON", R"({"payload":")" + payload + R"(","signatures":[{)" + one + "}]}");
  all.refuse(malformed, "general JSON without signatures",
             R"({"payload":")" + payload + R"(","signatures":[]})");
  all.refuse(malformed, "the token as a JSON string", quoted(good));
  all.refuse(malformed, "the token in brackets", "<" + good + ">");
  all.refuse(malformed, "the scheme left in front", "Bearer " + good);
  all.refuse(malformed, "the parameter left in front", "token=" + good);
  all.refuse(malformed, "percent-encoded dots", header + "%2E" + payload + "%2E" + good_signature);
  all.refuse(malformed, "an SD-JWT with an empty disclosure", good + "~");
  all.refuse(malformed, "the whole token encoded once more", encode(good));

  all.topic("confusion", "RFC 8725 §2.8, §3.11: other texts of the same service are no access tokens");
  all.refuse(malformed, "an API key", "ek_live_1a2b3c4d5e16f7g8h9i0jKLMNOPQRSTUVWXYwYcSpW3MzROh");
  all.refuse(malformed, "a refresh token",
             "rt_7Qm2Zp9Lk4Xv1Tb800001A1b2C3d4E5f6G7h8I9j0K1l2MI9UMUQ0w9BB48EVQM");
  all.refuse(malformed, "basic credentials", "dXNlcjpwYXNz");
  all.refuse(malformed, "a PASETO", "v2.local." + repeated("QUFB", 40));
  all.refuse(malformed, "a PASETO with a footer", "v4.public." + repeated("QUFB", 40) + "." + encode("kid"));
  all.refuse(malformed, "a signed cookie", "s%3A" + good_signature + ".abc");
  all.refuse(
      malformed, "a JWE with direct encryption",
      encode(R"({"alg":"dir","enc":"A128GCM"})") + "..48V1_ALb6US04U3b.5eym8TW_c8SuK0lt.XFBoMYUZodetZdvT");
  all.refuse(malformed, "a JWE by password",
             encode(R"({"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483647,"p2s":"QUFB"})") +
                 ".QUFB.QUFB.QUFB.QUFB");
  all.refuse(errc::token_payload_malformed, "a token inside a token", token(plain_header, good));
  all.refuse(errc::token_payload_malformed, "claims in CBOR",
             token(plain_header, "\xa1\x04\x1a\x65\x53\xf1\x00"));
  all.refuse(errc::token_payload_malformed, "claims as a form",
             token(plain_header, "sub=acc_1&exp=1700086400"));
  all.refuse(errc::token_payload_malformed, "claims in XML",
             token(plain_header, "<claims><sub>acc_1</sub></claims>"));
  all.refuse(errc::token_payload_malformed, "claims in YAML",
             token(plain_header, "sub: acc_1\nexp: 1700086400\n"));
}

// A payload that fills the token to a length, by a claim of the host's own.
std::string filled(std::size_t length) {
  const std::string payload = extended("\"fill\":\"\"");
  for (std::size_t fill = length * 3 / 4 - payload.size() - 70;; ++fill) {
    std::string text = token(std::string(payload).insert(payload.size() - 2, fill, 'x'));
    if (text.size() >= length) return text;
  }
}

void add_sizes(corpus& all) {
  all.topic("size", "choice: 8,192 characters are accepted, and more are refused unread");
  all.accept("8,000 characters", filled(8000));
  for (const std::size_t length : {8189u, 8190u, 8191u, 8192u}) {
    const std::string text = filled(length);
    all.accept("filled to " + std::to_string(length), text);
  }
  for (const std::size_t length : {8193u, 8196u, 9000u, 16384u, 65536u})
    all.refuse(too_large, "filled to " + std::to_string(length), filled(length));
  all.refuse(too_large, "8,193 characters behind a good token's",
             good + std::string(jwt::max_token_size + 1 - good.size(), 'A'));
  all.refuse(too_large, "64 KB of letters", std::string(65536, 'A'));
  all.refuse(too_large, "64 KB of dots", std::string(65536, '.'));
  all.refuse(malformed, "8,192 dots", std::string(8192, '.'));
  all.refuse(malformed, "8,192 letters", std::string(8192, 'A'));
  all.refuse(malformed, "8,192 NULs", std::string(8192, '\0'));
  all.refuse(malformed, "4,000 parts", repeated("A.", 4000) + good_signature);
  all.refuse(too_large, "a signature of 64 KB", good_input + "." + std::string(65536, 'A'));
  all.refuse(malformed, "a signature of 4 KB", good_input + "." + std::string(4096, 'A'));
  all.refuse(too_large, "a header of 16 KB",
             under_header(R"({"alg":"HS256","x":")" + std::string(16000, 'x') + "\"}"));
  all.accept("a header of 5 KB that means nothing",
             under_header(R"({"alg":"HS256","x":")" + std::string(5000, 'x') + "\"}"));
}

}  // namespace

void add_envelopes(corpus& all) {
  add_segments(all);
  add_other_serializations(all);
  add_sizes(all);
}

}  // namespace attacks
