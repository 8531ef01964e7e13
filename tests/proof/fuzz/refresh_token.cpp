// A refresh token: nothing that was not made with the server key passes offline, so nothing else asks
// storage; what passes is what a plain second reading takes.
#include <ekauth/refresh.hpp>

#include "fuzz/base62.hpp"
#include "fuzz/fuzz.hpp"
#include "refresh/format.hpp"
#include "support/fixed.hpp"

using namespace ekauth;
using fuzz::must;

namespace {

fixed::counting_random chance;

const refresh::service& service() {
  static const auto made = *refresh::service::make(fixed::roots("1a"), refresh::strict(), chance);
  return made;
}
const refresh::rings& rings() {
  static const refresh::rings made(fixed::roots("1a"));
  return made;
}

bool has_form(std::string_view text) {
  if (text.size() != 66 || !text.starts_with("rt_")) return false;
  for (const char c : text.substr(3))
    if (!fuzz::is_alnum(c)) return false;
  return fuzz::plain_check(text.substr(0, 60)) == text.substr(60);
}

bool is_ours(std::string_view text) {
  if (!has_form(text) || (text[23] != '1' && text[23] != 'a')) return false;
  return refresh::tag_of(*rings().tag.find(text[23]), text.substr(0, 49)) == text.substr(49, 11);
}

void check(const std::string& text) {
  const auto flow = service().refresh(text, {.now = fixed::noon});
  must(flow.done() != is_ours(text),
       "a token asks storage if it was made with a listed server key, and only then");
  must(service().end(text, fixed::noon).done() != is_ours(text), "and so does a sign-out");
  const auto read = refresh::split(text);
  must(read.has_value() == has_form(text), "the form is that of a plain reading");
  if (!read) return;
  must(read->family == text.substr(3, 16) && read->secret == text.substr(24, 25),
       "its parts are where they stand");
  std::uint32_t generation = 0;
  for (const char c : text.substr(19, 4))
    generation = generation * 62 + static_cast<std::uint32_t>(fuzz::base62_digits.find(c));
  must(read->generation == generation, "its generation is the number that stands there");
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
  text.resize(57, '0');
  text = "rt_" + fuzz::to_digits(text);
  if (how % 4 >= 2) {
    text[23] = how & 32 ? '1' : 'a';
    text.replace(49, 11, refresh::tag_of(*rings().tag.find(text[23]), text.substr(0, 49)));
  }
  check(text + fuzz::plain_check(text, 1 + how / 4 % 12));
  text += fuzz::plain_check(text);
  check(text);
  if (how % 4 >= 2) must(is_ours(text), "what was made with the server key is taken");
  const std::size_t at = how % 66;
  text[at] = text[at] == 'x' ? 'y' : 'x';
  must(service().refresh(text, {.now = fixed::noon}).done(), "a token with another character asks nothing");
  return 0;
}
