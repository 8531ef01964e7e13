#include "refresh/format.hpp"

#include "catch.hpp"
#include "support/aborts.hpp"
#include "support/fixed.hpp"

#include <array>
#include <string>

using namespace ekauth;

namespace {

// The published vectors: root 00 01 … 1f in slot 1, salts a0…af and b0…bf.
const std::string family = "7Qm2Zp9Lk4Xv1Tb8";
const std::string first_secret = "A1b2C3d4E5f6G7h8I9j0K1l2M";
const std::array<std::string, 3> tokens = {
    "rt_7Qm2Zp9Lk4Xv1Tb800001A1b2C3d4E5f6G7h8I9j0K1l2MI9UMUQ0w9BB48EVQM",
    "rt_7Qm2Zp9Lk4Xv1Tb8000111Y4pzjJZAwo5vwiPozNBUOKXlzw3Z6Gp4qja4ZUbc2",
    "rt_7Qm2Zp9Lk4Xv1Tb800021MbHKPh9S4O5eIlk4WFldAsnM2H8qF4QwIbTf0kD2eB",
};

std::array<std::uint8_t, 16> salt(std::uint8_t first) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::uint8_t i = 0; i < 16; ++i) bytes[i] = static_cast<std::uint8_t>(first + i);
  return bytes;
}

}  // namespace

TEST_CASE("the published refresh tokens follow from one another", "[refresh]") {
  const refresh::rings keys(fixed::roots());
  CHECK(refresh::compose(keys, family, 0, '1', first_secret).expose() == tokens[0]);
  const auto& ratchet = *keys.ratchet.find('1');
  const secret second = refresh::successor_of(ratchet, family, 1, first_secret, salt(0xa0));
  CHECK(refresh::compose(keys, family, 1, '1', second.expose()).expose() == tokens[1]);
  const secret third = refresh::successor_of(ratchet, family, 2, second.expose(), salt(0xb0));
  CHECK(refresh::compose(keys, family, 2, '1', third.expose()).expose() == tokens[2]);
  CHECK(fixed::hex(refresh::digest_of(*keys.verifier.find('1'), family, 1, second.expose())) ==
        "42f21724a5c8e135eeda7329a5eb2ed3d7acec225ab132e5f9a2aaa28f412bcd");
}

TEST_CASE("a token of a server key that is not listed is not composed: the process ends", "[refresh]") {
  const refresh::rings keys(fixed::roots());
  CHECK(fixed::aborts([&] { (void)refresh::compose(keys, family, 0, '2', first_secret); }));
}

TEST_CASE("a token splits into what it was composed of", "[refresh]") {
  const auto read = refresh::split(tokens[2]);
  REQUIRE(read);
  CHECK(read->family == family);
  CHECK(read->generation == 2);
  CHECK(read->slot == '1');
  CHECK(read->secret == "MbHKPh9S4O5eIlk4WFldAsnM2");
  CHECK(read->tagged.size() == 49);
  const refresh::rings keys(fixed::roots());
  CHECK((*refresh::split(refresh::compose(keys, family, refresh::max_generation, '1', first_secret).expose()))
            .generation == refresh::max_generation);
}

TEST_CASE("every typo, swap and truncation of a token is noticed", "[refresh]") {
  const std::string good = tokens[1];
  for (std::size_t i = 3; i < good.size(); ++i) {
    std::string typo = good;
    typo[i] = typo[i] == 'x' ? 'y' : 'x';
    CHECK(refresh::split(typo).error().code() == errc::refresh_checksum_mismatch);
    std::string swapped = good;
    if (i + 1 < good.size() && swapped[i] != swapped[i + 1]) {
      std::swap(swapped[i], swapped[i + 1]);
      CHECK(refresh::split(swapped).error().code() == errc::refresh_checksum_mismatch);
    }
    CHECK(refresh::split(good.substr(0, i)).error().code() == errc::refresh_malformed);
  }
  for (const std::string& odd : {std::string(), good + "0", "RT_" + good.substr(3), "rt-" + good.substr(3),
                                 good.substr(0, 20) + "_" + good.substr(21), std::string(9000, 'r')})
    CHECK(refresh::split(odd).error().code() == errc::refresh_malformed);
}

TEST_CASE("a generation has one access token id and no other generation has it", "[refresh]") {
  const refresh::rings keys(fixed::roots());
  const auto first = refresh::access_id_of(keys, '1', family, 1);
  CHECK(first.text().size() == 22);
  CHECK(first == refresh::access_id_of(keys, '1', family, 1));
  CHECK(first != refresh::access_id_of(keys, '1', family, 2));
  CHECK(first != refresh::access_id_of(keys, '1', "8Qm2Zp9Lk4Xv1Tb8", 1));
}
