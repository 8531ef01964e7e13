// An API key: nothing that was not made with the server key passes offline, so nothing else asks storage;
// what passes is what a plain second reading takes.
#include <ekauth/keys.hpp>

#include "core/base62.hpp"
#include "fuzz/base62.hpp"
#include "fuzz/fuzz.hpp"
#include "keys/format.hpp"
#include "support/fixed.hpp"

using namespace ekauth;
using fuzz::must;

namespace {

constexpr scope::registry registry{{"events:read"}};
fixed::counting_random chance;

const keys::service& service() {
  static const auto made = *keys::service::make(fixed::roots("1a"), registry, {}, chance);
  return made;
}

bool has_form(std::string_view text) {
  if (text.size() != 56 || (!text.starts_with("ek_live_") && !text.starts_with("ek_test_"))) return false;
  for (const char c : text.substr(8))
    if (!fuzz::is_alnum(c)) return false;
  return fuzz::plain_check(text.substr(0, 50)) == text.substr(50);
}

std::string right_tag(std::string_view tagged, char slot) {
  const secret key = crypto::derive(fixed::vector_root(slot == '1' ? 0 : 100), "apikey-tag", slot);
  return keys::tag_of(crypto::hmac_key(key.expose()), tagged);
}

void check(const std::string& text) {
  const auto read = service().parse(text);
  if (!read) {
    must(!has_form(text) || read.error().code() == errc::key_slot_unknown ||
             read.error().code() == errc::key_tag_mismatch,
         "what has the form is refused for its tag only");
    const auto verify = service().verify(text, {.now = fixed::noon});
    must(verify.done(), "what is refused offline asks nothing");
    return;
  }
  must(has_form(text), "what is read has the form");
  must(text[18] == '1' || text[18] == 'a', "its server key is listed");
  must(right_tag(text.substr(0, 44), text[18]) == text.substr(44, 6),
       "its tag was made with that server key");
  must(read->id.text() == "key_" + text.substr(8, 10), "its id is the one that it says");
  must((read->env == keys::environment::test) == text.starts_with("ek_test_"), "and so is its environment");
  must(!service().verify(text, {.now = fixed::noon}).done(), "and storage decides the rest");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  const std::uint8_t how = in.byte();
  std::string text = in.all();
  if (how % 4 == 0) {  // as it came
    check(text);
    return 0;
  }
  // From its digits, with a right check; with the right tag too; then one character made another.
  text.resize(42, '0');
  text = std::string(how & 64 ? "ek_test_" : "ek_live_") + fuzz::to_digits(text);
  if (how % 4 >= 2) {
    text[18] = how & 32 ? '1' : 'a';
    text.replace(44, 6, right_tag(text.substr(0, 44), text[18]));
  }
  check(text + fuzz::plain_check(text, 1 + how / 4 % 12));
  text += fuzz::plain_check(text);
  check(text);
  if (how % 4 >= 2) must(service().parse(text).has_value(), "what was made with the server key is read");
  const std::size_t at = how % 56;
  text[at] = text[at] == 'x' ? 'y' : 'x';
  must(!service().parse(text), "a key with another character is refused");
  return 0;
}
