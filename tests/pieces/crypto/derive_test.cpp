#include "catch.hpp"
#include "crypto/crypto.hpp"
#include "support/fixed.hpp"

#include <cstring>
#include <string>

using namespace ekauth;

namespace {

std::string hex(const secret& bytes) {
  digest copy{};
  std::memcpy(copy.data(), bytes.expose().data(), copy.size());
  return fixed::hex(copy);
}

}  // namespace

TEST_CASE("a root gives the published key of each use, and another one for each slot", "[crypto]") {
  const secret root = fixed::vector_root();
  CHECK(hex(crypto::derive(root, "apikey-tag", '1')) ==
        "8104a074e298a127a32a205da946e9ec2d9dc024dfe05ae63684b0ee1855ce8e");
  CHECK(hex(crypto::derive(root, "apikey-verifier", '1')) ==
        "b472da1b988d5e98d1b3c9c6aa786f9c132f3cb3296860e357377284040f80c1");
  CHECK(hex(crypto::derive(root, "apikey-tag", '2')) != hex(crypto::derive(root, "apikey-tag", '1')));
}

TEST_CASE("fields of a MAC input cannot run into one another", "[crypto]") {
  const auto joined = [](std::initializer_list<std::string_view> fields) {
    crypto::mac_input input("word");
    for (const std::string_view field : fields) input.field(field);
    return std::string(input.view());
  };
  CHECK(joined({"ab", "c"}) != joined({"a", "bc"}));
  CHECK(joined({"", "abc"}) != joined({"abc", ""}));
  CHECK(joined({"ab"}) == std::string("word\0\2ab", 8));
  crypto::mac_input numbered("n");
  CHECK(std::string(numbered.number(0x0102030405060708u).view()) == "n\1\2\3\4\5\6\7\10");
}

TEST_CASE("a key ring has the listed slots and no others", "[crypto]") {
  const crypto::key_ring ring(fixed::roots("1a"), "apikey-tag");
  REQUIRE(ring.find('1') != nullptr);
  REQUIRE(ring.find('a') != nullptr);
  CHECK(ring.find('2') == nullptr);
  CHECK(ring.find('0') == nullptr);
  CHECK(ring.find('1')->mac("x") != ring.find('a')->mac("x"));
}
