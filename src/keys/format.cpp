#include "keys/format.hpp"

#include "core/base62.hpp"

namespace ekauth::inline v1::keys {

std::string_view name(environment env) noexcept { return env == environment::test ? "test" : "live"; }

result<parts> split(std::string_view prefix, std::string_view text) noexcept {
  constexpr error malformed{errc::key_malformed, "not the form of an API key"};
  const std::size_t head = prefix.size() + 6;  // "ek" "_live_"
  if (text.size() != head + body_digits || !text.starts_with(prefix)) return malformed;
  const std::string_view middle = text.substr(prefix.size(), 6);
  if (middle != "_live_" && middle != "_test_") return malformed;
  const std::string_view body = text.substr(head);
  if (!base62::is_text(body)) return malformed;

  const std::string_view checked = text.substr(0, text.size() - check_digits);
  if (base62::value(text.substr(checked.size())) != base62::crc32(checked))
    return error{errc::key_checksum_mismatch, "a typo, a truncation or a swapped environment"};

  const std::size_t untagged = id_digits + 1 + secret_digits;
  return parts{
      .env = middle == "_test_" ? environment::test : environment::live,
      .id = body.substr(0, id_digits),
      .slot = body[id_digits],
      .secret = body.substr(id_digits + 1, secret_digits),
      .tag = body.substr(untagged, tag_digits),
      .tagged = text.substr(0, head + untagged),
  };
}

std::string tag_of(const crypto::hmac_key& key, std::string_view tagged) {
  crypto::mac_input input("tag");
  const digest mac = key.mac(input.field(tagged).view());
  std::uint64_t leading = 0;
  for (std::size_t i = 0; i < 8; ++i) leading = leading << 8 | mac[i];
  return base62::digits(leading, tag_digits);
}

digest digest_of(const crypto::hmac_key* key, std::string_view prefix, environment env, std::string_view id,
                 std::string_view secret_text) {
  std::string bound(prefix);
  bound.append("_").append(name(env));
  crypto::mac_input input("ver");
  input.field(bound).field(id).field(secret_text);
  return key != nullptr ? key->mac(input.view()) : crypto::sha256(input.view());
}

}  // namespace ekauth::inline v1::keys
