#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/wiped.hpp"
#include "jwt/base64url.hpp"
#include "jwt/jws.hpp"

namespace ekauth::inline v1::jwt {

namespace {

using member = keyset::state::member;

bool well_formed(std::string_view kid) {
  const auto legal = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  };
  return !kid.empty() && kid.size() <= 64 && std::all_of(kid.begin(), kid.end(), legal);
}

// The header of a DER element: its tag, where its content begins, and how long that is.
struct element {
  unsigned char tag;
  std::size_t content;
  std::size_t length;
};

std::optional<element> first_element(std::string_view bytes) {
  const auto at = [bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() < 2) return std::nullopt;
  if (at(1) < 0x80) return element{at(0), 2, at(1)};
  const std::size_t length_bytes = at(1) - 0x80u;
  if (length_bytes > 3 || bytes.size() < 2 + length_bytes) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) length = length << 8 | at(2 + i);
  return element{at(0), 2 + length_bytes, length};
}

// A DER key file is a SEQUENCE over the whole text, but for a line end behind it, and begins with another one
// or with a number. Random bytes look like that once in some ten million times, and texts never do: a key has
// bytes that are none.
bool looks_like_der(std::string_view bytes) {
  const auto is_text = [](char c) { return (c >= ' ' && c <= '~') || c == '\r' || c == '\n'; };
  const auto file = first_element(bytes);
  if (!file || file->tag != 0x30 || file->length > bytes.size() - file->content) return false;
  const std::string_view inside = bytes.substr(file->content, file->length);
  const std::string_view behind = bytes.substr(file->content + file->length);
  if (!behind.empty() && behind != "\n" && behind != "\r\n") return false;
  const auto first = first_element(inside);
  return first && (first->tag == 0x30 || first->tag == 0x02) &&
         first->content + first->length <= inside.size() && !std::all_of(bytes.begin(), bytes.end(), is_text);
}

// An attacker knows the public key of a pair; a verifier that takes it for a shared secret lets him sign.
bool looks_like_key_file(std::string_view bytes) {
  const auto has = [bytes](std::string_view text) { return bytes.find(text) != std::string_view::npos; };
  const bool pem = has("-----BEGIN"), rfc4716 = has("---- BEGIN SSH2");
  const bool names_ssh = has("ssh-") || has("ecdsa-sha2-");
  const bool openssh = (names_ssh && has("AAAA")) || has("openssh-key-v1");
  const bool ssh_bytes = names_ssh && bytes.starts_with(std::string_view("\0\0\0", 3));  // of AAAA
  const bool jwk = has("\"kty\"");
  return pem || rfc4716 || openssh || ssh_bytes || jwk || looks_like_der(bytes);
}

// Line ends, blanks, padding and the zeros of a fixed field may stand between the digits of base64.
bool is_beside_base64(char c) { return std::string_view(" \t\r\n=\0", 6).find(c) != std::string_view::npos; }

// As it stands in many an environment variable: a whole file, or one without its first and last line. Both
// alphabets are read, and a text that mixes them is in neither.
bool looks_like_key_file_in_base64(std::string_view text) {
  std::string digits(text.size(), '\0'), decoded(base64url::decoded_size(text.size()), '\0');
  const wiped digits_after_use(digits), decoded_after_use(decoded);
  std::size_t size = 0;
  bool has_url = false, has_standard = false;
  for (const char c : text) {
    if (is_beside_base64(c)) continue;
    has_url |= c == '-' || c == '_';
    has_standard |= c == '+' || c == '/';
    digits[size++] = c == '+' ? '-' : c == '/' ? '_' : c;
  }
  if (has_url && has_standard) return false;
  const std::string_view found(digits.data(), size);
  if (!base64url::decode(found, decoded.data())) return false;
  return looks_like_key_file({decoded.data(), base64url::decoded_size(size)});
}

result<member> accept(const key& given, const std::vector<member>& others, std::uint32_t position) {
  if (!well_formed(given.kid)) {
    return error{errc::keyset_invalid, "a kid is 1 to 64 of A-Z a-z 0-9 _ . -", position};
  }
  for (const member& other : others) {
    if (other.kid == given.kid) return error{errc::keyset_invalid, "two keys have the same kid", position};
  }
  // expose: the secret is checked and turned into a MAC key, which is all that stays.
  const std::string_view bytes = given.value.expose();
  if (bytes.size() < min_secret_size) {
    return error{errc::secret_too_short, "a signing secret has at least 32 bytes", position};
  }
  if (bytes.find_first_not_of('\0') == std::string_view::npos) {
    return error{errc::keyset_invalid, "a signing secret of zeros was never filled", position};
  }
  if (looks_like_key_file(bytes) || looks_like_key_file_in_base64(bytes)) {
    return error{errc::secret_looks_like_pem, "a key file cannot be a shared secret", position};
  }
  return member{given.kid, std::make_shared<const crypto::hmac_key>(bytes), header_naming(given.kid)};
}

}  // namespace

keyset::keyset(std::shared_ptr<const state> made) noexcept : state_(std::move(made)) {}
keyset::keyset(const keyset&) noexcept = default;
keyset& keyset::operator=(const keyset&) noexcept = default;
keyset::~keyset() = default;

result<keyset> keyset::make(std::vector<key> keys) {
  if (keys.empty() || keys.size() > max_keys) {
    return error{errc::keyset_invalid, "a keyset has 1 to 16 keys"};
  }
  state made;
  for (const key& each : keys) {
    result<member> accepted = accept(each, made.keys, static_cast<std::uint32_t>(made.keys.size()));
    if (!accepted) return accepted.error();
    made.keys.push_back(*std::move(accepted));
  }
  return keyset(std::make_shared<const state>(std::move(made)));
}

result<keyset> keyset::make(key only) {
  std::vector<key> keys;
  keys.push_back(std::move(only));
  return make(std::move(keys));
}

result<keyset> keyset::rotate(key next, std::size_t keep) const {
  const auto& present = state_->keys;
  state made;
  made.keys.assign(present.begin(),
                   present.begin() + static_cast<std::ptrdiff_t>(std::min(keep, present.size())));
  // Also a kid that is dropped now is refused: its tokens may still be around, and would be checked with
  // another secret.
  result<member> accepted = accept(next, present, 0);
  if (!accepted) return accepted.error();
  if (made.keys.size() == max_keys) return error{errc::keyset_invalid, "a keyset has 1 to 16 keys"};
  made.keys.insert(made.keys.begin(), *std::move(accepted));
  return keyset(std::make_shared<const state>(std::move(made)));
}

std::size_t keyset::size() const noexcept { return state_->keys.size(); }

std::string_view keyset::signing_kid() const noexcept { return state_->keys.front().kid; }

}  // namespace ekauth::inline v1::jwt
