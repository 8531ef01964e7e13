// API keys and refresh tokens that were not made here, before storage is asked: by hand, and by every change
// of one character. Whoever forges one knows the format and the check; he does not know the server key.
#include <ekauth/keys.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include <set>

#include "catch.hpp"
#include "core/base62.hpp"
#include "support/dice.hpp"
#include "support/fault_store.hpp"
#include "support/figure.hpp"
#include "support/fixed.hpp"

using namespace ekauth;

namespace {

constexpr scope::registry scopes{{"events:read"}};
constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// The vectors of docs/FORMATS.md: made under fixed::roots().
const std::string live_key = "ek_live_1a2b3c4d5e16f7g8h9i0jKLMNOPQRSTUVWXYwYcSpW3MzROh";
const std::string test_key = "ek_test_1a2b3c4d5e16f7g8h9i0jKLMNOPQRSTUVWXYl16tXu0f8jpe";
const std::string refresh_token = "rt_7Qm2Zp9Lk4Xv1Tb800001A1b2C3d4E5f6G7h8I9j0K1l2MI9UMUQ0w9BB48EVQM";

// The text with the check that it should have.
std::string checked(std::string text) {
  const std::size_t body = text.size() - 6;
  const std::string check = base62::digits(std::uint64_t{base62::crc32(text.substr(0, body))}, 6);
  return text.replace(body, 6, check);
}

// How each kind of credential is looked at: everything that needs no storage.
struct kind {
  const char* name;
  std::string genuine;
  std::size_t prefix;  // characters before the first digit
  errc malformed, mistyped, unknown_slot, forged;
  std::size_t slot;  // its place
  errc (*judge)(std::string_view);
};

errc judge_key(std::string_view text) {
  static const keys::service service = *keys::service::make(fixed::roots(), scopes);
  const auto parsed = service.parse(text);
  return parsed ? errc{} : parsed.error().code();
}

// A refresh that asks storage passed every check that needs none.
errc judge_refresh(std::string_view text) {
  static const refresh::service service = *refresh::service::make(fixed::roots());
  auto flow = service.refresh(text, {.now = fixed::noon});
  if (!flow.done()) return errc{};
  return std::move(flow).take().error().code();
}

const std::vector<kind> kinds{
    {"API key", live_key, 8, errc::key_malformed, errc::key_checksum_mismatch, errc::key_slot_unknown,
     errc::key_tag_mismatch, 18, judge_key},
    {"refresh token", refresh_token, 3, errc::refresh_malformed, errc::refresh_checksum_mismatch,
     errc::refresh_slot_unknown, errc::refresh_tag_mismatch, 23, judge_refresh}};

std::string with(std::string text, std::size_t at, char c) {
  text[at] = c;
  return text;
}

}  // namespace

TEST_CASE("the genuine credentials, from which all attacks are made, pass", "[keys][refresh]") {
  for (const kind& each : kinds) CHECK(each.judge(each.genuine) == errc{});
  CHECK(judge_key(test_key) == errc{});
  for (const kind& each : kinds) CHECK(checked(each.genuine) == each.genuine);
}

TEST_CASE("texts that are not the form of a credential are refused before their check", "[keys][refresh]") {
  for (const kind& each : kinds) {
    const std::string& good = each.genuine;
    const std::string body = good.substr(each.prefix);
    CAPTURE(each.name);
    for (std::size_t size = 0; size < good.size(); ++size)
      CHECK(each.judge(good.substr(0, size)) == each.malformed);
    for (std::size_t from = 1; from < good.size(); ++from)
      CHECK(each.judge(good.substr(from)) == each.malformed);
    for (const std::string& text : {good + "0", "0" + good, good + good, good + "\n", good + " ", " " + good,
                                    good + std::string(1, '\0'), "Bearer " + good, '"' + good + '"',
                                    good + "=", std::string(good.size(), '\0'), std::string(good.size(), '0'),
                                    std::string(9000, 'e'), std::string(good.size(), '_')})
      CHECK(each.judge(text) == each.malformed);
    // One character more in the middle, and one less.
    for (std::size_t at = each.prefix; at < good.size(); ++at) {
      CHECK(each.judge(std::string(good).insert(at, "0")) == each.malformed);
      CHECK(each.judge(std::string(good).erase(at, 1)) == each.malformed);
    }
    // What is no base62, at each place, with the check that it should have or without.
    for (std::size_t at = each.prefix; at < good.size() - 6; ++at) {
      for (const char c : std::string_view("_-+/=. \0\n\x7f\x80\xff@[`{/:", 19)) {
        CHECK(each.judge(with(good, at, c)) == each.malformed);
        CHECK(each.judge(checked(with(good, at, c))) == each.malformed);
      }
    }
  }
}

TEST_CASE("a credential of another prefix or environment is refused, whatever its check says",
          "[keys][refresh]") {
  const std::string body = live_key.substr(8);
  for (const std::string prefix :
       {"EK_LIVE_", "Ek_live_", "ek-live-", "ek_Live_", "ek_prod_", "ek_liv__", "_k_live_", "rt_live_",
        "sk_live_", "ek__live", "ek_tests", "ekxlive_", "ek_live-", "ek_l\xC4\xB1ve"}) {
    CAPTURE(prefix);
    CHECK(judge_key(prefix + body) == errc::key_malformed);
    CHECK(judge_key(checked(prefix + body)) == errc::key_malformed);
  }
  for (const std::string prefix : {"RT_", "rt-", "Rt_", "rt", "ek_", "st_", "rtt"}) {
    CAPTURE(prefix);
    CHECK(judge_refresh(checked(prefix + refresh_token.substr(3))) == errc::refresh_malformed);
  }
  CHECK(judge_key("ek_test_" + body) == errc::key_checksum_mismatch);
  CHECK(judge_key(checked("ek_test_" + body)) == errc::key_tag_mismatch);
  CHECK(judge_key("ek_live_" + test_key.substr(8)) == errc::key_checksum_mismatch);
  CHECK(judge_key(checked("ek_live_" + test_key.substr(8))) == errc::key_tag_mismatch);
  CHECK(judge_key(refresh_token) == errc::key_malformed);
  CHECK(judge_refresh(live_key) == errc::refresh_malformed);
}

TEST_CASE("every change of one character, and every exchange of two neighbours, is a typo to the check",
          "[keys][refresh]") {
  std::uint64_t tried = 0;
  for (const kind& each : kinds) {
    CAPTURE(each.name);
    for (std::size_t at = each.prefix; at < each.genuine.size(); ++at) {
      for (const char c : digits) {
        if (c == each.genuine[at]) continue;
        INFO(at << " to " << c);
        CHECK(each.judge(with(each.genuine, at, c)) == each.mistyped);
        ++tried;
      }
      if (at + 1 == each.genuine.size() || each.genuine[at] == each.genuine[at + 1]) continue;
      std::string swapped = each.genuine;
      std::swap(swapped[at], swapped[at + 1]);
      CHECK(each.judge(swapped) == each.mistyped);
      ++tried;
    }
  }
  fixed::figure("typing errors in API keys and refresh tokens",
                std::to_string(tried) + ", all told by the check");
}

TEST_CASE("every change of one character is a forgery to the tag, when the check was made to fit",
          "[keys][refresh]") {
  std::uint64_t tried = 0;
  for (const kind& each : kinds) {
    CAPTURE(each.name);
    for (std::size_t at = each.prefix; at < each.genuine.size() - 6; ++at) {
      for (const char c : digits) {
        if (c == each.genuine[at]) continue;
        INFO(at << " to " << c);
        CHECK(each.judge(checked(with(each.genuine, at, c))) ==
              (at == each.slot ? each.unknown_slot : each.forged));
        ++tried;
      }
    }
  }
  fixed::figure("the same with the check made to fit", std::to_string(tried) + ", all told by the tag");
}

TEST_CASE("the tag of one credential is none of another's, nor of another kind or server",
          "[keys][refresh]") {
  fixed::counting_random random;
  memory::store store;
  const auto strange_roots = [] {
    server_keys roots;
    REQUIRE(roots.add('1', fixed::vector_root(50)));
    return roots;
  }();
  const auto ours = *keys::service::make(fixed::roots(), scopes, {}, random);
  const auto theirs = *keys::service::make(strange_roots, scopes, {}, random);
  const auto unkeyed = *keys::service::make({}, scopes, {}, random);
  const keys::new_key wanted{.granted = {subject_id("acc_1"), *scope::list::parse({"events:read"})},
                             .name = "a"};
  const auto text_of = [&](const keys::service& by) {
    return std::string((*run(by.create(wanted, fixed::noon), store)).token.expose());
  };
  const std::string mine = text_of(ours), other = text_of(ours);
  CHECK(judge_key(mine) == errc{});
  CHECK(judge_key(text_of(theirs)) == errc::key_tag_mismatch);
  CHECK(judge_key(text_of(unkeyed)) == errc::key_slot_unknown);
  // The head of one and the tag of the other.
  CHECK(judge_key(checked(mine.substr(0, 44) + other.substr(44))) == errc::key_tag_mismatch);
  CHECK(judge_key(checked(mine.substr(0, 18) + other.substr(18))) == errc::key_tag_mismatch);

  const auto sessions = *refresh::service::make(fixed::roots(), refresh::strict(), random);
  const auto strange = *refresh::service::make(strange_roots, refresh::strict(), random);
  const auto token_of = [&](const refresh::service& by) {
    return std::string(
        (*run(by.login({.granted = {subject_id("usr_1")}, .epoch = 0}, fixed::noon), store)).token.expose());
  };
  const std::string first = token_of(sessions), second = token_of(sessions);
  CHECK(judge_refresh(first) == errc{});
  CHECK(judge_refresh(token_of(strange)) == errc::refresh_tag_mismatch);
  CHECK(judge_refresh(checked(first.substr(0, 49) + second.substr(49))) == errc::refresh_tag_mismatch);
  CHECK(judge_refresh(checked(first.substr(0, 19) + "0001" + first.substr(23))) ==
        errc::refresh_tag_mismatch);
  CHECK(judge_refresh(checked(first.substr(0, 19) + "zzzz" + first.substr(23))) ==
        errc::refresh_tag_mismatch);
}

TEST_CASE("a hundred thousand forgeries with the right check cost no storage request", "[keys][refresh]") {
  fixed::dice roll(1);
  memory::store inner;
  fixed::fault_store<memory::store> store(inner);
  const auto api_keys = *keys::service::make(fixed::roots(), scopes);
  const auto sessions = *refresh::service::make(fixed::roots());
  int let_in = 0;
  for (int i = 0; i < 100000; ++i) {
    std::string key = live_key, token = refresh_token;
    for (std::size_t at = 8; at < key.size() - 6; ++at)
      if (at != 18) key[at] = roll.one_of(digits);
    for (std::size_t at = 3; at < token.size() - 6; ++at)
      if (at != 23) token[at] = roll.one_of(digits);
    const auto who = run(api_keys.verify(checked(key), {.now = fixed::noon}), store);
    const auto renewed = run(sessions.refresh(checked(token), {.now = fixed::noon}), store);
    const auto ended = run(sessions.end(checked(token), fixed::noon), store);
    let_in += who || renewed || !ended || *ended ? 1 : 0;
  }
  CHECK(let_in == 0);
  CHECK(store.calls == 0);
  fixed::figure("API keys and refresh tokens forged with the right check",
                "100,000 of each, " + std::to_string(let_in) + " let in, " + std::to_string(store.calls) +
                    " storage requests");
}
