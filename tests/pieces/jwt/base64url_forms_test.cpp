// base64url by AVX2 against the portable form: the same verdict and the same bytes, whatever the text.
#include <random>
#include <string>

#include "catch.hpp"
#include "jwt/base64url.hpp"

using namespace ekauth::jwt;

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t longest = 200;

using form_of_decode = bool (*)(std::string_view, char*);

// What a form makes of a text: nothing, or the bytes. Checks that it wrote no further than it may.
struct decoded {
  bool good;
  std::string bytes;
  friend bool operator==(const decoded&, const decoded&) = default;
};
decoded by(form_of_decode decode, std::string_view text) {
  constexpr char untouched = '\x5a';
  const std::size_t size = base64url::decoded_size(text.size());
  std::string room(size + 64, untouched);
  const bool good = decode(text, room.data());
  if (room.find_first_not_of(untouched, size) != room.npos) return {good, "wrote beyond its room"};
  return {good, good ? room.substr(0, size) : ""};
}

// In memory that ends with it, so that a sanitizer sees what is read behind.
decoded by_both(std::string_view text) {
  const std::vector<char> exact(text.begin(), text.end());
  const std::string_view view(exact.data(), exact.size());
  const decoded one = by(base64url::portable::decode, view), other = by(base64url::decode, view);
  INFO("of " << text.size() << " characters");
  if (one != other) FAIL("the forms differ on: " << text);
  return one;
}

std::string random_text(std::size_t size, std::mt19937& random) {
  std::string text(size, 'A');
  for (char& c : text) c = alphabet[random() % 64];
  return text;
}

}  // namespace

TEST_CASE("base64url decodes random text of every length alike in both forms", "[jwt]") {
  std::mt19937 random(1);
  int good = 0;
  for (std::size_t size = 0; size <= longest; ++size)
    for (int round = 0; round < 50; ++round) good += by_both(random_text(size, random)).good;
  CHECK(good > 2500);  // half the texts have unused bits, which are zero once in 16 or in 4 times
}

TEST_CASE("base64url refuses a character outside its alphabet at every place, of every length, in both forms",
          "[jwt]") {
  std::mt19937 random(2);
  long accepted = 0;
  for (std::size_t size = 1; size <= longest; ++size) {
    std::string text = random_text(size, random);
    for (std::size_t at = 0; at < size; ++at) {
      const char was = text[at];
      // All outside it for the lengths around one and two steps of the wide form, a few for the others.
      const bool all = (size >= 28 && size <= 36) || (size >= 60 && size <= 68) || size == longest;
      for (int c = 0; c < 256; c += all ? 1 : 37) {
        if (alphabet.find(static_cast<char>(c)) != alphabet.npos) continue;
        text[at] = static_cast<char>(c);
        accepted += by_both(text).good;
      }
      text[at] = was;
    }
  }
  CHECK(accepted == 0);
}

TEST_CASE("base64url decodes hostile text alike in both forms", "[jwt]") {
  std::mt19937 random(3);
  for (std::size_t size = 0; size <= longest; ++size) {
    for (int round = 0; round < 50; ++round) {
      std::string text = random_text(size, random);
      for (std::size_t wrong = random() % 4; wrong > 0 && size > 0; --wrong)
        text[random() % size] = static_cast<char>(random());
      (void)by_both(text);
    }
  }
}

TEST_CASE("base64url encodes bytes of every length alike in both forms, and decodes them again", "[jwt]") {
  std::mt19937 random(4);
  for (std::size_t size = 0; size <= longest; ++size) {
    for (int round = 0; round < 20; ++round) {
      std::vector<char> bytes(size);
      for (char& byte : bytes) byte = static_cast<char>(random());
      const std::string_view view(bytes.data(), size);
      const std::size_t characters = base64url::encoded_size(size);
      std::string one(characters + 64, '!'), other = one;
      base64url::portable::encode(view, one.data());
      base64url::encode(view, other.data());
      REQUIRE(one == other);
      REQUIRE(one.find('!') == (characters == 0 ? 0 : characters));
      REQUIRE(by_both(std::string_view(one).substr(0, characters)) == decoded{true, std::string(view)});
    }
  }
}
