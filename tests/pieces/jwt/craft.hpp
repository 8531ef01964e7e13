// Tokens by hand: any header and any payload, signed with any secret.
#pragma once

#include <ekauth/jwt.hpp>

#include <string>
#include <string_view>

#include "crypto/crypto.hpp"
#include "jwt/base64url.hpp"

namespace craft {

using namespace ekauth;

inline constexpr std::string_view our_secret = "0123456789abcdef0123456789abcdef";
inline constexpr std::string_view old_secret = "fedcba9876543210fedcba9876543210";
inline constexpr std::string_view foreign_secret = "an outsider's secret of 32 bytes";

inline constexpr std::string_view plain_header = R"({"alg":"HS256","typ":"JWT"})";
inline constexpr std::string_view good_payload =
    R"({"iss":"https://auth.example","aud":"events","sub":"acc_1","iat":1700000000,"exp":1700086400,)"
    R"("jti":"t1","sid":"s1","scope":"events:read"})";

inline time_point at_second(long long seconds) { return time_point(std::chrono::seconds(seconds)); }
inline time_point noon() { return at_second(1'700'000'100); }

/// Text that may hold NUL bytes.
template <std::size_t size>
std::string text(const char (&literal)[size]) {
  return {literal, size - 1};
}

inline std::string encode(std::string_view bytes) {
  std::string out(jwt::base64url::encoded_size(bytes.size()), '\0');
  jwt::base64url::encode(bytes, out.data());
  return out;
}

/// The MAC over segments that are already encoded, or never will be.
inline std::string sign(const std::string& segments, std::string_view secret = our_secret) {
  const digest mac = crypto::hmac_key(secret).mac(segments);
  return segments + '.' + encode({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

inline std::string token(std::string_view header, std::string_view payload,
                         std::string_view secret = our_secret) {
  return sign(encode(header) + '.' + encode(payload), secret);
}

/// A token with our own header.
inline std::string token(std::string_view payload) { return token(plain_header, payload); }

/// The good payload with one member's text replaced, or taken out with its comma when new_text is empty.
inline std::string replaced(std::string_view member, std::string_view new_text) {
  std::string payload(good_payload);
  const std::size_t at = payload.find(member);
  if (at == std::string::npos) throw member;
  const bool last = payload[at + member.size()] == '}';
  if (new_text.empty()) {
    return payload.erase(last ? at - 1 : at, member.size() + 1);
  }
  return payload.replace(at, member.size(), new_text);
}

/// The good payload with more members behind it.
inline std::string extended(std::string_view members) {
  std::string payload(good_payload);
  payload.insert(payload.size() - 1, "," + std::string(members));
  return payload;
}

inline jwt::keyset keys(std::string_view secret_text = our_secret) {
  return *jwt::keyset::make({"2026-11", secret(secret_text)});
}

inline jwt::keyset two_keys() { return *keys(old_secret).rotate({"2026-12", secret(our_secret)}); }

inline jwt::verifier_options expecting_us() {
  return {.issuer = "https://auth.example", .audiences = {"events"}, .leeway = duration(0)};
}

inline jwt::verifier our_verifier() { return *jwt::verifier::make(keys(), expecting_us()); }

/// What a verifier says, as a code; 0 for yes.
inline errc outcome(const result<jwt::verified>& answer) { return answer ? errc{} : answer.error().code(); }

}  // namespace craft
