#include <ekauth/clock.hpp>
#include <ekauth/flow.hpp>
#include <ekauth/ids.hpp>
#include <ekauth/random.hpp>
#include <ekauth/result.hpp>
#include <ekauth/secret.hpp>
#include <ekauth/server_keys.hpp>

#include "catch.hpp"
#include "core/base62.hpp"
#include "core/utf8.hpp"
#include "support/aborts.hpp"
#include "support/fixed.hpp"

#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <string>

using namespace ekauth;

namespace {

constexpr error refused{errc::not_found, "refused"};

result<int> half(int whole) {
  if (whole % 2 != 0) return refused;
  return whole / 2;
}

}  // namespace

TEST_CASE("a result holds a value or an error, and says which", "[core]") {
  result<std::string> good = std::string("value");
  REQUIRE(good);
  CHECK(*good == "value");
  CHECK(good->size() == 5);
  result<std::string> bad = refused;
  REQUIRE_FALSE(bad);
  CHECK(bad.error() == refused);
  CHECK(std::move(bad).value_or("other") == "other");
  CHECK(result<void>().has_value());
  CHECK(result<void>(refused).error().code() == errc::not_found);
}

// Not inlined: g++ would warn of what the test is about.
[[gnu::noinline]] static result<std::string> text_or(bool fails) {
  if (fails) return refused;
  return std::string("value");
}

TEST_CASE("reading what a result does not hold ends the process", "[core]") {
  const result<std::string> good = text_or(false), bad = text_or(true);
  CHECK(fixed::aborts([&] { (void)*bad; }));
  CHECK(fixed::aborts([&] { (void)bad->size(); }));
  CHECK(fixed::aborts([&] { (void)*text_or(true); }));
  CHECK(fixed::aborts([&] { (void)good.error(); }));
  CHECK(fixed::aborts([] { (void)result<void>().error(); }));
  CHECK_FALSE(fixed::aborts([&] { (void)*good; }));
}

TEST_CASE("a result moves, copies and changes sides without losing its value", "[core]") {
  result<std::shared_ptr<int>> first = std::make_shared<int>(3);
  const std::weak_ptr<int> watch = *first;
  result<std::shared_ptr<int>> second = first;
  CHECK(watch.use_count() == 2);
  second = result<std::shared_ptr<int>>(refused);
  CHECK(watch.use_count() == 1);
  second = std::move(first);
  CHECK(**second == 3);
  result<std::shared_ptr<int>>& same = second;
  second = same;
  second = std::move(same);
  CHECK(**second == 3);
  result<std::shared_ptr<int>> third = refused;
  third = second;
  CHECK(watch.use_count() == 2);
  third = refused;
  second = refused;
  CHECK(watch.expired());
  result<std::unique_ptr<int>> only = std::make_unique<int>(4);
  const std::unique_ptr<int> out = *std::move(only);
  CHECK(*out == 4);
}

TEST_CASE("a result makes its value in place, even one that cannot move", "[core]") {
  struct pinned {
    explicit pinned(int from) : value(from), at(this) {}
    pinned(const pinned&) = delete;
    int value;
    const pinned* at;
  };
  const result<pinned> made(std::in_place, 7);
  REQUIRE(made);
  CHECK(made->value == 7);
  CHECK(made->at == &*made);
}

TEST_CASE("a secret is written in its place", "[core]") {
  const secret made = secret::written(5, [](char* out) { std::memcpy(out, "token", 5); });
  CHECK(made.expose() == "token");
  CHECK(secret::written(0, [](char*) { std::abort(); }).empty());
}

TEST_CASE("what a temporary result held outlives it", "[core]") {
  const auto make = [] { return result<std::string>(std::string(100, 'x')); };
  int seen = 0;
  for (const char c : *make()) seen += c == 'x';
  CHECK(seen == 100);
}

TEST_CASE("results chain until the first error", "[core]") {
  CHECK(*half(8).and_then(half).and_then(half) == 1);
  CHECK(half(6).and_then(half).error() == refused);
  CHECK(half(6).and_then(half).and_then(half).error() == refused);
  CHECK(*half(8).transform([](int v) { return v + 1; }) == 5);
  CHECK_FALSE(half(7).transform([](int v) { return v + 1; }));
  CHECK(std::move(result<std::string>(refused)).transform([](std::string v) { return v.size(); }).error() ==
        refused);
}

TEST_CASE("every error code has a name of its own, and an error is 16 bytes", "[core]") {
  std::set<std::string_view> names;
  int named = 0;
  for (int number = 0; number < 2000; ++number) {
    const std::string_view text = name(static_cast<errc>(number));
    if (text == "unknown") continue;
    ++named;
    names.insert(text);
  }
  CHECK(named > 60);
  CHECK(names.size() == static_cast<std::size_t>(named));
  CHECK(name(errc::refresh_token_reused) == "refresh_token_reused");
  CHECK(sizeof(error) == 16);
}

TEST_CASE("what a store answers is named as its trouble, and any other error as a store that is away",
          "[core]") {
  for (const errc known : {errc::store_unavailable, errc::store_busy, errc::store_full,
                           errc::store_schema_newer, errc::store_corrupt})
    CHECK(storage_trouble({known, "why"}).code() == known);
  CHECK(storage_trouble(refused).code() == errc::store_unavailable);
  CHECK(std::string_view(storage_trouble(refused).text()) == "refused");
}

TEST_CASE("a secret gives its bytes by expose only, and moving empties the source", "[core]") {
  secret first(std::string_view("a\0b", 3));
  CHECK(first.expose() == std::string_view("a\0b", 3));
  secret second = std::move(first);
  CHECK(first.empty());
  CHECK(second.size() == 3);
  first = std::move(second);
  CHECK(second.empty());
  CHECK(first.expose().size() == 3);
  CHECK(first.clone().expose() == first.expose());
  secret& same = first;
  first = std::move(same);
  CHECK(first.size() == 3);
  CHECK(secret(std::string_view()).empty());
}

TEST_CASE("wipe leaves zeroes behind", "[core]") {
  char bytes[64];
  std::memset(bytes, 'x', sizeof bytes);
  wipe(bytes, sizeof bytes);
  for (const char byte : bytes) CHECK(byte == 0);
  wipe(nullptr, 0);
}

TEST_CASE("constant time comparison sees a difference in every bit and in length", "[core]") {
  const std::string text(43, 'k');
  CHECK(constant_time_equal(text, std::string(43, 'k')));
  CHECK(constant_time_equal("", ""));
  CHECK_FALSE(constant_time_equal(text, text + "k"));
  for (std::size_t i = 0; i < text.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string other = text;
      other[i] = static_cast<char>(other[i] ^ (1 << bit));
      CHECK_FALSE(constant_time_equal(text, other));
    }
  digest a{}, b{};
  CHECK(constant_time_equal(a, b));
  b[31] = 1;
  CHECK_FALSE(constant_time_equal(a, b));
}

TEST_CASE("server keys refuse malformed slots, taken slots and roots that are not 32 bytes", "[core]") {
  server_keys keys;
  CHECK(keys.active() == server_keys::no_slot);
  CHECK(keys.add('1', fixed::vector_root()));
  CHECK(keys.active() == '1');
  for (const char slot : {'0', '1', '-', ' ', '\0', '{'}) CHECK_FALSE(keys.add(slot, fixed::vector_root()));
  CHECK_FALSE(keys.add('2', secret("short")));
  CHECK_FALSE(keys.add('2', secret(std::string(33, 'x'))));
  CHECK_FALSE(keys.add('2', secret(std::string(32, '\0'))));
  CHECK(keys.active() == '1');
  CHECK(keys.add('2', fixed::vector_root(9)));
  CHECK(keys.active() == '2');
  CHECK(keys.activate('1'));
  CHECK_FALSE(keys.activate('3'));
  const server_keys copy = keys.clone();
  CHECK(copy.active() == '1');
  CHECK(copy.end() - copy.begin() == 2);
  CHECK(copy.begin()->root.expose() == keys.begin()->root.expose());
}

TEST_CASE("server keys that were moved away leave no slot behind", "[core]") {
  server_keys first = fixed::roots("12");
  const server_keys second = std::move(first);
  CHECK(second.active() == '2');
  CHECK(first.active() == server_keys::no_slot);
  CHECK(first.begin() == first.end());
  server_keys third = fixed::roots("34");
  server_keys& same = third;
  third = std::move(same);
  CHECK(third.active() == '4');
  CHECK(third.end() - third.begin() == 2);
}

TEST_CASE("a deadline is never past the end of time", "[core]") {
  CHECK(later(fixed::noon, duration(1)) == fixed::noon + duration(1));
  CHECK(later(fixed::noon, duration::max()) == time_point::max());
  CHECK(later(time_point::max(), duration(1)) == time_point::max());
  CHECK(later(time_point::max(), duration(0)) == time_point::max());
}

TEST_CASE("all 61 slots can be listed", "[core]") {
  server_keys keys;
  for (const char slot : std::string("123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
    REQUIRE(keys.add(slot, fixed::vector_root()));
  CHECK(keys.end() - keys.begin() == 61);
}

TEST_CASE("ids compare by bytes and keep them", "[core]") {
  CHECK(key_id("key_a") == key_id(std::string("key_a")));
  CHECK(key_id("key_a") < key_id("key_b"));
  CHECK(subject_id().empty());
  CHECK(subject_id("acc_1").text() == "acc_1");
}

TEST_CASE("base62 digits are most significant first and zero padded", "[core]") {
  CHECK(base62::digits(std::uint64_t{0}, 4) == "0000");
  CHECK(base62::digits(std::uint64_t{61}, 2) == "0z");
  CHECK(base62::digits(std::uint64_t{62}, 2) == "10");
  CHECK(base62::digits(std::uint64_t{62 * 62}, 2) == "00");
  CHECK(base62::value("10") == 62);
  CHECK(base62::value("zzzz") == 14776335);
  digest big{};
  big[31] = 62;
  CHECK(base62::digits(big, 3) == "010");
  big.fill(0xff);
  CHECK(base62::digits(big, 2) == "p1");  // (2^256 - 1) mod 62^2 = 3163 = 51 * 62 + 1
  CHECK(base62::is_text("09AZaz"));
  for (const char* odd : {"a_", "a-", "a ", "\x7f", "\xc3\xa4"}) CHECK_FALSE(base62::is_text(odd));
}

TEST_CASE("a text is base62 while every byte is a digit, at every place and of every length", "[core]") {
  for (std::size_t size = 1; size <= 18; ++size)
    for (std::size_t at = 0; at < size; ++at)
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, at % 2 == 0 ? '0' : 'z');
        text[at] = static_cast<char>(byte);
        const bool digit =
            (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
        if (base62::is_text(text) != digit) FAIL("byte " << byte << " at " << at << " of " << size);
      }
  CHECK(base62::is_text(""));
}

TEST_CASE("random digits use the whole alphabet evenly", "[core]") {
  fixed::counting_random random;
  const std::string drawn = base62::random_digits(random, 62000);
  std::array<int, 256> seen{};
  for (const char c : drawn) ++seen[static_cast<unsigned char>(c)];
  int digits = 0;
  for (const int count : seen) {
    if (count == 0) continue;
    ++digits;
    CHECK(count > 850);
    CHECK(count < 1150);
  }
  CHECK(digits == 62);
}

TEST_CASE("plain text is strict UTF-8 without control characters", "[core]") {
  for (const char* good :
       {"", "a b", "Caf\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x94\x91", "\xee\x80\x80", "\xf4\x8f\xbf\xbf"})
    CHECK(is_plain_text(good));
  for (const char* bad :
       {"\n", "a\x7f", "\x80", "\xc3", "\xc0\xaf", "\xc1\x81", "\xe0\x80\xaf", "\xed\xa0\x80",
        "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xe2\x82", "\xe2\x28\xa1"})
    CHECK_FALSE(is_plain_text(bad));
  CHECK_FALSE(is_plain_text(std::string_view("a\0b", 3)));
}

TEST_CASE("of the characters of two bytes, plain text has all but the 32 controls", "[core]") {
  for (unsigned point = 0x80; point <= 0x7ff; ++point) {
    const char text[] = {static_cast<char>(0xc0 | point >> 6), static_cast<char>(0x80 | (point & 0x3f)), 'x'};
    INFO(point);
    CHECK(is_plain_text({text, 2}) == (point >= 0xa0));
    CHECK(is_plain_text({text, 3}) == (point >= 0xa0));
  }
}

TEST_CASE("every base62 digit is the one of its value, at every place of a text", "[core]") {
  const std::string alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  for (std::size_t width = 1; width <= 10; ++width)
    for (std::uint64_t value = 0; value < 62; ++value) {
      std::uint64_t leading = value;
      for (std::size_t i = 1; i < width; ++i) leading *= 62;
      const std::string text = base62::digits(leading, width);
      CHECK(text == alphabet[value] + std::string(width - 1, '0'));
      CHECK(base62::value(text) == leading);
    }
}

TEST_CASE("each pair of digits comes of as many draws as any other, and the draws beyond are repeated",
          "[core]") {
  // Eight digits of 64 bits, two of each 16; draws of zeroes are taken.
  struct one_lane final : random_source {
    std::size_t lane = 0;
    std::uint16_t draw = 0;
    int fills = 0;
    void fill(void* bytes, std::size_t size) override {
      REQUIRE(size == 8);
      const std::uint64_t word = fills++ == 0 ? std::uint64_t{draw} << 16 * lane : 0;
      std::memcpy(bytes, &word, size);
    }
  } source;
  for (source.lane = 0; source.lane < 4; ++source.lane) {
    std::map<std::string, int> seen;
    int repeated = 0;
    for (int draw = 0; draw < 65536; ++draw) {
      source.draw = static_cast<std::uint16_t>(draw);
      source.fills = 0;
      std::string digits = base62::random_digits(source, 8);
      if (source.fills > 1) {
        ++repeated;
        continue;
      }
      ++seen[digits.substr(2 * source.lane, 2)];
      digits.erase(2 * source.lane, 2);
      if (digits != "000000") FAIL("draw " << draw << " of lane " << source.lane << " reaches another one");
    }
    CHECK(seen.size() == 62 * 62);
    for (const auto& [pair, count] : seen)
      if (count != 17) FAIL(pair << " comes " << count << " times");
    CHECK(repeated == 65536 - 17 * 62 * 62);
  }
}

TEST_CASE("random digits are as many as are asked for", "[core]") {
  fixed::counting_random random;
  for (std::size_t width = 0; width < 200; ++width) {
    const std::string text = base62::random_digits(random, width);
    CHECK(text.size() == width);
    CHECK(base62::is_text(text));
  }
}

TEST_CASE("the digits of a digest are those of its number, of every width", "[core]") {
  const std::string alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  fixed::counting_random random;
  for (int round = 0; round < 200; ++round) {
    digest value{};
    random.fill(value.data(), value.size());
    if (round == 0) value.fill(0xff);
    // By the school's division, one digit and one byte at a time.
    digest left = value;
    std::string expected;
    for (std::size_t width = 1; width <= 44; ++width) {
      unsigned rest = 0;
      for (auto& byte : left) {
        rest = rest << 8 | byte;
        byte = static_cast<std::uint8_t>(rest / 62);
        rest %= 62;
      }
      expected.insert(expected.begin(), alphabet[rest]);
      if (base62::digits(value, width) != expected) FAIL("width " << width << " in round " << round);
    }
  }
}

TEST_CASE("the checksum is the CRC-32 of zlib, for every length", "[core]") {
  CHECK(base62::crc32("123456789") == 0xCBF43926);
  std::string text;
  for (int size = 0; size < 40; ++size) {
    std::uint32_t c = 0xffffffffu;
    for (const char byte : text) {
      c ^= static_cast<unsigned char>(byte);
      for (int bit = 0; bit < 8; ++bit) c = (c & 1) != 0 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
    }
    CHECK(base62::crc32(text) == (c ^ 0xffffffffu));
    text.push_back(static_cast<char>(37 * size + 200));
  }
}
