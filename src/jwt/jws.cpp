#include "jwt/jws.hpp"

#include <cstring>

#include "core/json_text.hpp"
#include "jwt/base64url.hpp"
#include "jwt/flat.hpp"
#include "jwt/json.hpp"

namespace ekauth::inline v1::jwt {

namespace {

using member = keyset::state::member;

// A token and the places of its dots.
struct dotted {
  std::string_view token;
  std::size_t first, second;

  [[nodiscard]] std::string_view header() const { return token.substr(0, first); }
  [[nodiscard]] std::string_view payload() const { return token.substr(first + 1, second - first - 1); }
  [[nodiscard]] std::string_view signing_input() const { return token.substr(0, second); }
  [[nodiscard]] std::string_view signature() const { return token.substr(second + 1); }
};

result<dotted> split(std::string_view token) {
  if (token.size() > max_token_size)
    return error{errc::token_too_large, "a token is at most 8,192 characters long"};
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return error{errc::token_malformed, "a token has exactly two dots"};
  }
  if (token.size() - second - 1 != signature_size) {
    return error{errc::token_malformed, "a signature is exactly 43 characters long"};
  }
  return dotted{token, first, second};
}

// The key a header asks for; null when it leaves the choice to us.
result<const member*> choose(const std::vector<member>& keys, std::optional<std::string_view> kid) {
  if (!kid) return nullptr;
  for (const member& each : keys) {
    if (each.kid == *kid) return &each;
  }
  return error{errc::token_key_unknown, "no key has the token's kid"};
}

result<const member*> read_and_choose(std::string_view segment, const std::vector<member>& keys,
                                      std::string_view type) {
  char bytes[max_json_size + flat::padding];
  const std::string_view json(bytes, base64url::decoded_size(segment.size()));
  if (!base64url::decode(segment, bytes)) return error{errc::token_malformed, "the header is not base64url"};
  std::memset(bytes + json.size(), 0, flat::padding);
  header said;
  if (!flat::read_header(json, said)) {
    const result<header> read = read_header(json);
    if (!read) return read.error();
    said = *read;
  }
  if (said.algorithm != "HS256") return error{errc::token_algorithm_refused, "alg is not HS256"};
  if (said.type ? *said.type != type : type != "JWT") {
    return error{errc::token_type_refused, "typ is not the accepted one"};
  }
  return choose(keys, said.kid);
}

result<const member*> key_for(std::string_view segment, const std::vector<member>& keys,
                              std::string_view type) {
  // Headers of our own making are recognised by their bytes.
  if (type == "JWT") {
    if (segment == plain_header) return nullptr;
    for (const member& each : keys) {
      if (segment == each.header) return &each;
    }
  }
  return read_and_choose(segment, keys, type);
}

bool is_signature(std::string_view signature, const crypto::hmac_key& key, std::string_view signing_input) {
  char expected[signature_size];
  write_signature(key, signing_input, expected);
  const bool same = constant_time_equal(std::string_view(expected, sizeof expected), signature);
  wipe(expected, sizeof expected);
  return same;
}

result<bool> is_proven(const dotted& token, const keyset::state& keys, std::string_view type,
                       const std::vector<known_start>& starts) {
  const std::string_view input = token.signing_input(), signature = token.signature();
  for (const known_start& each : starts) {
    if (input.starts_with(each.text))
      return is_signature(signature, each.mac, input.substr(each.text.size()));
  }
  const result<const member*> named = key_for(token.header(), keys.keys, type);
  if (!named) return named.error();
  if (*named != nullptr) return is_signature(signature, *(*named)->mac, input);
  // All keys, also behind the right one: the time says nothing about which it was.
  bool proven = false;
  for (const member& each : keys.keys) proven |= is_signature(signature, *each.mac, input);
  return proven;
}

}  // namespace

std::string_view keyset::state::header_of(const member& key) const noexcept {
  return keys.size() == 1 ? plain_header : std::string_view(key.header);
}

known_start make_start(const keyset::state& keys, const member& key, std::string_view issuer,
                       std::string_view audience) {
  const std::string json = "{\"iss\":" + json_string(issuer) + ",\"aud\":" + json_string(audience);
  const std::string_view whole = std::string_view(json).substr(0, json.size() / 3 * 3);
  std::string text(keys.header_of(key));
  text += '.';
  const std::size_t begin = text.size();
  text.resize(begin + base64url::encoded_size(whole.size()));
  base64url::encode(whole, text.data() + begin);
  crypto::hmac_key mac = key.mac->after(text);
  return {std::move(text), json.substr(whole.size()), std::move(mac)};
}

std::string header_naming(std::string_view kid) {
  const std::string json = R"({"alg":"HS256","typ":"JWT","kid":")" + std::string(kid) + R"("})";
  std::string encoded(base64url::encoded_size(json.size()), '\0');
  base64url::encode(json, encoded.data());
  return encoded;
}

void write_signature(const crypto::hmac_key& key, std::string_view signing_input, char* out) {
  digest mac = key.mac(signing_input);
  base64url::encode_secret({reinterpret_cast<const char*>(mac.data()), mac.size()}, out);
  wipe(mac.data(), mac.size());
}

result<std::string_view> prove(std::string_view token, const keyset::state& keys, std::string_view type,
                               const std::vector<known_start>& starts) {
  const result<dotted> parts = split(token);
  if (!parts) return parts.error();
  const result<bool> proven = is_proven(*parts, keys, type, starts);
  if (!proven) return proven.error();
  if (!*proven) {
    crypto::forget_last_mac();  // a wrong token's right signature is nobody's to find
    return error{errc::token_signature_mismatch, "the signature is not by a key of ours"};
  }
  return parts->payload();
}

}  // namespace ekauth::inline v1::jwt
