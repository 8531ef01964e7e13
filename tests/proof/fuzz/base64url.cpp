// base64url: the one spelling of the bytes or nothing, as a reading bit by bit has it, on every processor.
#include "jwt/base64url.hpp"

#include <optional>

#include "fuzz/fuzz.hpp"

using namespace ekauth::jwt;
using fuzz::must;

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::optional<std::string> decode_plainly(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  unsigned bits = 0, count = 0;
  for (const char c : text) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6 | static_cast<unsigned>(value)) & 0xffffu;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>(bits >> count));
  }
  if ((bits & ((1u << count) - 1)) != 0) return std::nullopt;
  return bytes;
}

template <class Decode>
std::optional<std::string> decoded(std::string_view text, Decode decode) {
  std::string bytes(base64url::decoded_size(text.size()), '\0');
  if (!decode(text, bytes.data())) return std::nullopt;
  return bytes;
}

template <class Encode>
std::string encoded(std::string_view bytes, Encode encode) {
  std::string text(base64url::encoded_size(bytes.size()), '\0');
  encode(bytes, text.data());
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::input(data, size).all();
  const auto read = decoded(text, base64url::decode);
  const auto read_portably = decoded(text, base64url::portable::decode);
  const auto read_plainly = decode_plainly(text);
  must(read == read_plainly, "a text is read as bit by bit");
  must(read_portably == read_plainly, "the same on every processor");
  if (read) must(encoded(*read, base64url::encode) == text, "what is read has one spelling");

  const std::string spelt = encoded(text, base64url::encode);
  must(spelt == encoded(text, base64url::portable::encode), "a spelling is the same on every processor");
  must(decoded(spelt, base64url::decode) == text && decode_plainly(spelt) == text,
       "what is spelt is read again");
  return 0;
}
