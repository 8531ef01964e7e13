#include "refresh/format.hpp"

#include "core/base62.hpp"
#include "core/wiped.hpp"

#include <cstdlib>

namespace ekauth::inline v1::refresh {

namespace {

constexpr std::size_t access_id_digits = 22;  // 131 bits

const crypto::hmac_key& listed(const crypto::key_ring& ring, char slot) {
  const crypto::hmac_key* const key = ring.find(slot);
  if (key == nullptr) std::abort();  // every caller has looked the slot up before
  return *key;
}

}  // namespace

result<parts> split(std::string_view token) noexcept {
  if (token.size() != token_size || !token.starts_with(token_prefix) ||
      !base62::is_text(token.substr(token_prefix.size())))
    return error{errc::refresh_malformed, "not the form of a refresh token"};
  const std::string_view checked = token.substr(0, token_size - check_digits);
  if (base62::value(token.substr(checked.size())) != base62::crc32(checked))
    return error{errc::refresh_checksum_mismatch, "a typo or a truncation"};

  std::string_view rest = token.substr(token_prefix.size());
  const auto take = [&](std::size_t digits) {
    const std::string_view part = rest.substr(0, digits);
    rest.remove_prefix(digits);
    return part;
  };
  parts read{};
  read.family = take(family_digits);
  read.generation = static_cast<std::uint32_t>(base62::value(take(generation_digits)));
  read.slot = take(1).front();
  read.secret = take(secret_digits);
  read.tag = take(tag_digits);
  read.tagged = token.substr(0, token_size - check_digits - tag_digits);
  return read;
}

std::string tag_of(const crypto::hmac_key& key, std::string_view tagged) {
  crypto::mac_input input("tag");
  return base62::digits(key.mac(input.field(tagged).view()), tag_digits);
}

digest digest_of(const crypto::hmac_key& key, std::string_view family, std::uint32_t generation,
                 std::string_view secret_text) {
  crypto::mac_input input("ver");
  return key.mac(input.field(family).number(generation).field(secret_text).view());
}

secret successor_of(const crypto::hmac_key& ratchet, std::string_view family, std::uint32_t next_generation,
                    std::string_view secret_text, const std::array<std::uint8_t, 16>& salt) {
  crypto::mac_input input("next");
  input.field(family).number(next_generation).field(secret_text);
  input.field({reinterpret_cast<const char*>(salt.data()), salt.size()});
  digest mac = ratchet.mac(input.view());
  const wiped after_use(mac);
  std::string text = base62::digits(mac, secret_digits);
  const wiped text_after_use(text);
  return secret(text);
}

secret compose(const rings& keys, std::string_view family, std::uint32_t generation, char slot,
               std::string_view secret_text) {
  std::string text(token_prefix);
  const wiped after_use(text);
  text.reserve(token_size);
  text.append(family).append(base62::digits(std::uint64_t{generation}, generation_digits)).push_back(slot);
  text.append(secret_text);
  text.append(tag_of(listed(keys.tag, slot), text));
  text.append(base62::digits(std::uint64_t{base62::crc32(text)}, check_digits));
  return secret(text);
}

token_id access_id_of(const rings& keys, char slot, std::string_view family, std::uint32_t generation) {
  crypto::mac_input input("jti");
  const digest mac = listed(keys.jti, slot).mac(input.field(family).number(generation).view());
  return token_id(base62::digits(mac, access_id_digits));
}

}  // namespace ekauth::inline v1::refresh
