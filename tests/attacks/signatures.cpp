#include "attacks/corpus.hpp"

#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>

namespace attacks {

namespace {

constexpr auto mismatch = errc::token_signature_mismatch;
constexpr auto malformed = errc::token_malformed;

std::string hmac(const EVP_MD* hash, std::string_view key, std::string_view text) {
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(hash, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), mac, &size);
  return {reinterpret_cast<const char*>(mac), size};
}

std::string sha256(std::string_view text) {
  unsigned char hash[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash);
  return {reinterpret_cast<const char*>(hash), sizeof hash};
}

std::string our_mac(std::string_view text) { return hmac(EVP_sha256(), our_secret, text); }

// The good token with this text, or these bytes, for a signature.
std::string with_text(std::string_view signature) { return good_input + "." + std::string(signature); }
std::string with_mac(std::string_view mac) { return with_text(encode(mac)); }

void add_lengths(corpus& all) {
  all.topic("signature-length", "RFC 7518 §3.2: the MAC has 256 bits, which are 43 characters");
  for (std::size_t length = 0; length < 43; ++length)
    all.refuse(malformed, "cut to " + std::to_string(length) + " characters",
               with_text(good_signature.substr(0, length)));
  for (const std::size_t more : {1u, 2u, 3u, 5u, 21u, 43u})
    all.refuse(malformed, std::to_string(more) + " characters more", good + std::string(more, 'A'));
  all.refuse(malformed, "twice", good + good_signature);
  all.refuse(malformed, "64 hexadecimal digits", with_text(repeated("0a", 32)));
  const std::string mac = our_mac(good_input);
  for (const std::size_t bytes : {1u, 8u, 16u, 20u, 31u})
    all.refuse(malformed, "the first " + std::to_string(bytes) + " bytes", with_mac(mac.substr(0, bytes)));
  all.refuse(malformed, "with a byte more", with_mac(mac + '\0'));
  all.refuse(mismatch, "31 bytes and a NUL", with_mac(mac.substr(0, 31) + '\0'));
  all.refuse(mismatch, "16 bytes twice", with_mac(mac.substr(0, 16) + mac.substr(0, 16)));
  all.refuse(mismatch, "16 bytes and NULs", with_mac(mac.substr(0, 16) + std::string(16, '\0')));
}

void add_flips(corpus& all) {
  all.topic("signature-flip", "RFC 7515 §5.2 step 8: the signature must validate, all of it");
  const std::string mac = our_mac(good_input);
  for (std::size_t at = 0; at < 32; ++at) {
    std::string changed = mac;
    changed[at] = static_cast<char>(changed[at] ^ (1 << at % 8));
    all.refuse(mismatch, "bit " + std::to_string(at % 8) + " of byte " + std::to_string(at),
               with_mac(changed));
  }
  for (std::size_t at = 0; at < 43; at += 3) {
    std::string changed = good_signature;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    all.refuse(mismatch, "character " + std::to_string(at), with_text(changed));
  }
  std::string upper = good_signature, lower = good_signature, reversed = good_signature;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  std::reverse(reversed.begin(), reversed.end());
  all.refuse(mismatch, "in capitals", with_text(upper));
  all.refuse(mismatch, "without capitals", with_text(lower));
  all.refuse(mismatch, "backwards", with_text(reversed));
  all.refuse(mismatch, "its bytes backwards", with_mac(std::string(mac.rbegin(), mac.rend())));
  for (const char fill : {'A', '_', '-', 'f', '0'})
    all.refuse(mismatch, std::string("only ") + fill, with_text(std::string(43, fill)));
  for (const char fill : {'\0', '\xff', 'x'})
    all.refuse(mismatch, "bytes " + shown({&fill, 1}), with_mac(std::string(32, fill)));
}

// MACs over something else, or by something else, that a careless verifier would find.
void add_other_macs(corpus& all) {
  all.topic("signature-input",
            "RFC 7515 §5.1 step 5: the MAC is over the two encoded parts and the dot between them");
  const std::string header = encode(plain_header), payload = encode(good_payload);
  for (const auto& [what, input] : std::initializer_list<std::pair<const char*, std::string>>{
           {"nothing", ""},
           {"the header", header},
           {"the payload", payload},
           {"the dot and the payload", "." + payload},
           {"the header and the dot", header + "."},
           {"both without their dot", header + payload},
           {"both the other way round", payload + "." + header},
           {"both and a dot", header + "." + payload + "."},
           {"both and a line end", header + "." + payload + "\n"},
           {"both and a NUL", header + "." + payload + text("\0")},
           {"both, padded", header + "." + payload + "=="},
           {"the payload's JSON", std::string(good_payload)},
           {"the JSON of both", std::string(plain_header) + "." + std::string(good_payload)},
           {"the encoded header and the payload's JSON", header + "." + std::string(good_payload)},
           {"the header of alg none", encode(R"({"alg":"none"})") + "." + payload},
           {"the scheme and the token", "Bearer " + good_input},
           {"another payload", header + "." + encode(replaced("acc_1", "acc_2"))}})
    all.refuse(mismatch, std::string("over ") + what, with_mac(our_mac(input)));

  all.topic("signature-hash", "RFC 7518 §3.2: HS256 is HMAC with SHA-256, and nothing else");
  const auto with = [](const EVP_MD* hash) { return hmac(hash, our_secret, good_input); };
  all.refuse(malformed, "HMAC-SHA-1", with_mac(with(EVP_sha1())));
  all.refuse(malformed, "HMAC-SHA-384", with_mac(with(EVP_sha384())));
  all.refuse(malformed, "HMAC-SHA-512", with_mac(with(EVP_sha512())));
  all.refuse(mismatch, "HMAC-SHA-512, cut", with_mac(with(EVP_sha512()).substr(0, 32)));
  all.refuse(mismatch, "HMAC-SHA-384, cut", with_mac(with(EVP_sha384()).substr(0, 32)));
  all.refuse(mismatch, "HMAC-SHA-512/256", with_mac(with(EVP_sha512_256())));
  all.refuse(mismatch, "HMAC-SHA3-256", with_mac(with(EVP_sha3_256())));
  all.refuse(mismatch, "SHA-256 of the input", with_mac(sha256(good_input)));
  all.refuse(mismatch, "SHA-256 of secret and input", with_mac(sha256(std::string(our_secret) + good_input)));
  all.refuse(mismatch, "SHA-256 of input and secret", with_mac(sha256(good_input + std::string(our_secret))));
  all.refuse(mismatch, "the hash of the MAC", with_mac(sha256(our_mac(good_input))));
  all.refuse(mismatch, "input and secret exchanged", with_mac(hmac(EVP_sha256(), good_input, our_secret)));
  all.refuse(mismatch, "the secret itself", with_mac(our_secret));
  all.refuse(malformed, "an ECDSA signature of zeroes", with_mac(std::string(64, '\0')));
  all.refuse(malformed, "an RSA signature of zeroes", with_mac(std::string(256, '\0')));
}

void add_other_secrets(corpus& all) {
  all.topic("secret", "RFC 7518 §3.2: the MAC is by the shared key, byte for byte");
  const std::string secret(our_secret);
  for (const auto& [what, key] : std::initializer_list<std::pair<const char*, std::string>>{
           {"no secret", ""},
           {"a NUL", text("\0")},
           {"32 NULs", std::string(32, '\0')},
           {"32 blanks", std::string(32, ' ')},
           {"another secret", std::string(foreign_secret)},
           {"the secret before ours", std::string(old_secret)},
           {"ours without its last byte", secret.substr(0, 31)},
           {"ours without its first byte", secret.substr(1)},
           {"the first half of ours", secret.substr(0, 16)},
           {"ours twice", secret + secret},
           {"ours and a line end", secret + "\n"},
           {"ours and a blank", secret + " "},
           {"ours in capitals", "0123456789ABCDEF0123456789ABCDEF"},
           {"ours read as hexadecimal", repeated("\x01\x23\x45\x67\x89\xab\xcd\xef", 2)},
           {"ours in base64", encode(secret)},
           {"the hash of ours", sha256(secret)},
           {"secret", "secret"},
           {"your-256-bit-secret", "your-256-bit-secret"},
           {"our kid", "2026-11"},
           {"the word null", "null"},
           {"the word undefined", "undefined"},
           {"the issuer", "https://auth.example"}})
    all.refuse(mismatch, std::string("by ") + what, token(plain_header, good_payload, key));
  all.rule("RFC 2104 §2: shorter keys than a block are filled up with NULs, so these are the same key");
  all.accept("by ours and a NUL", token(plain_header, good_payload, secret + text("\0")));
  all.accept("by ours and 32 NULs", token(plain_header, good_payload, secret + std::string(32, '\0')));

  all.topic("tampering",
            "RFC 7515 §5.2: whatever was changed after signing, the signature does not validate");
  const std::string header = encode(plain_header), payload = encode(good_payload);
  for (std::size_t at = header.size() + 1; at < good_input.size(); at += 6) {
    std::string changed = good;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    all.refuse(mismatch, "payload character " + std::to_string(at - header.size() - 1), changed);
  }
  for (const char* member :
       {R"("sub":"acc_1")", R"("aud":"events",)", R"("jti":"t1",)", R"("scope":"events:read")"})
    all.refuse(mismatch, std::string("without ") + member,
               header + "." + encode(replaced(member, std::string(member).back() == ',' ? " " : "\"x\":1")) +
                   "." + good_signature);
  all.refuse(mismatch, "a longer life",
             header + "." + encode(replaced("1700086400", "9999999999")) + "." + good_signature);
  all.refuse(mismatch, "a wider scope",
             header + "." + encode(replaced("events:read", "full_access")) + "." + good_signature);
  all.refuse(mismatch, "a blank behind the payload's JSON",
             header + "." + encode(std::string(good_payload) + " ") + "." + good_signature);
  all.refuse(mismatch, "a blank in the header",
             encode(R"({"alg": "HS256","typ":"JWT"})") + "." + payload + "." + good_signature);
  all.refuse(mismatch, "the header in another order",
             encode(R"({"typ":"JWT","alg":"HS256"})") + "." + payload + "." + good_signature);
}

}  // namespace

void add_signatures(corpus& all) {
  add_lengths(all);
  add_flips(all);
  add_other_macs(all);
  add_other_secrets(all);
}

}  // namespace attacks
