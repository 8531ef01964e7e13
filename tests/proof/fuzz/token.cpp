// A whole token: nothing is accepted but what our key signed and whose claims hold, as read by a parser that
// is not ours; and of what is accepted no single character can be another.
#include <openssl/hmac.h>

#include "fuzz/fuzz.hpp"
#include "fuzz/json.hpp"
#include "jwt/craft.hpp"

using namespace ekauth;
using fuzz::must;

namespace {

const jwt::verifier& strict_verifier() {
  static const auto made = *jwt::verifier::make(*jwt::keyset::make(jwt::key{"k1", secret(craft::our_secret)}),
                                                {.issuer = "https://auth.example", .audiences = {"events"}});
  return made;
}

const jwt::verifier& verifier_of_two() {
  static const auto made = [] {
    std::vector<jwt::key> keys;
    keys.push_back({"k2", secret(craft::our_secret)});
    keys.push_back({"k1", secret(craft::old_secret)});
    return *jwt::verifier::make(
        *jwt::keyset::make(std::move(keys)),
        {.issuer = "https://auth.example", .audiences = {"events"}, .remembered_tokens = 64});
  }();
  return made;
}

bool is_signed_by(std::string_view key, std::string_view token) {
  const std::size_t dot = token.rfind('.');
  if (dot == std::string_view::npos) return false;
  unsigned char mac[32];
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(token.data()), dot, mac, &size);
  return craft::encode({reinterpret_cast<const char*>(mac), size}) == token.substr(dot + 1);
}

std::string bytes_of(std::string_view segment) {
  std::string bytes(jwt::base64url::decoded_size(segment.size()), '\0');
  must(jwt::base64url::decode(segment, bytes.data()), "a segment of an accepted token is base64url");
  return bytes;
}

void check_accepted(const jwt::verified& who, const std::string& token, bool by_either) {
  must(is_signed_by(craft::our_secret, token) || (by_either && is_signed_by(craft::old_secret, token)),
       "what is accepted was signed");
  const std::size_t first = token.find('.'), second = token.rfind('.');
  const fuzz::reading header = fuzz::read_elsewhere(bytes_of(token.substr(0, first)));
  const fuzz::reading claims = fuzz::read_elsewhere(bytes_of(token.substr(first + 1, second - first - 1)));
  if (header.beyond_double || claims.beyond_double) return;
  must(header.root.says("alg", "HS256") && header.root.find("crit") == nullptr, "the header is ours");
  must(claims.root.says("iss", "https://auth.example"), "iss is the expected one");
  must(claims.root.says("sub", who.subject()) && !who.subject().empty(), "sub is who the token speaks for");
  const double now = static_cast<double>(craft::noon().time_since_epoch().count()) / 1000;
  const fuzz::json* const exp = claims.root.find("exp");
  must(exp != nullptr && exp->number > now, "it has not expired");
  const fuzz::json* const nbf = claims.root.find("nbf");
  must(nbf == nullptr || nbf->number <= now + 5, "it is valid already");
}

// Whether our keys accept it.
bool check(const std::string& token) {
  const auto who = strict_verifier().verify(token, craft::noon());
  const auto of_two = verifier_of_two().verify(token, craft::noon());
  if (who) check_accepted(*who, token, false);
  if (of_two) check_accepted(*of_two, token, true);
  const auto again = verifier_of_two().verify(token, craft::noon());
  must(again.has_value() == of_two.has_value(), "a second look says the same");
  if (of_two && again) must(of_two->subject() == again->subject(), "and of the same subject");
  return of_two.has_value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  const std::uint8_t how = in.byte();
  if (how % 2 == 0) {  // as it came
    check(in.all());
    return 0;
  }
  // Signed, so that what lies behind the MAC is reached; then one character made another, and of what is
  // accepted each of the signature.
  const std::string header = in.line();
  const bool ready = how % 4 == 3;  // segments as they are, instead of their base64url
  const std::uint8_t at = in.byte(), change = in.byte();
  const std::string payload = in.all();
  const std::string segments =
      ready ? header + '.' + payload : craft::encode(header) + '.' + craft::encode(payload);
  const std::string token = craft::sign(segments, how & 16 ? craft::old_secret : craft::our_secret);
  const bool accepted = check(token);
  if ((change & 0x7f) == 0) return 0;
  const auto check_changed = [&](std::size_t place) {
    std::string changed = token;
    changed[place] = static_cast<char>(changed[place] ^ change);
    must(!strict_verifier().verify(changed, craft::noon()), "a changed token is refused");
    must(!verifier_of_two().verify(changed, craft::noon()), "a changed token is refused by all keys");
  };
  check_changed(at * token.size() / 256);
  for (std::size_t i = 1; accepted && i <= 43; ++i) check_changed(token.size() - i);
  return 0;
}
