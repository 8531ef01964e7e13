#include "catch.hpp"
#include "crypto/crypto.hpp"
#include "vectors.hpp"

using namespace ekauth;
using vectors::from_hex;

namespace {

std::string bytes(const digest& value) { return {reinterpret_cast<const char*>(value.data()), value.size()}; }

}  // namespace

TEST_CASE("FIPS 180-4: SHA-256 of the standard's examples", "[crypto][rfc]") {
  CHECK(bytes(crypto::sha256("")) ==
        from_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
  CHECK(bytes(crypto::sha256("abc")) ==
        from_hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
  CHECK(bytes(crypto::sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        from_hex("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
  CHECK(bytes(crypto::sha256(std::string(1'000'000, 'a'))) ==
        from_hex("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
}

TEST_CASE("a key that is moved makes the same MAC in its new place", "[crypto]") {
  crypto::hmac_key key("Jefe"), other("another");
  const digest mac = key.mac("message");
  other = std::move(key);
  CHECK(other.mac("message") == mac);
}

TEST_CASE("RFC 4231: HMAC-SHA-256 of keys shorter and longer than a block", "[crypto][rfc]") {
  struct {
    std::string key, message, mac;
  } const cases[] = {
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
  };
  for (const auto& each : cases)
    CHECK(bytes(crypto::hmac_key(each.key).mac(each.message)) == from_hex(each.mac));
}

TEST_CASE("an HMAC key gives the same MAC however often it is used, also after other hashes", "[crypto]") {
  const crypto::hmac_key key("Jefe");
  const digest first = key.mac("message");
  const digest other = key.mac("another message");
  const digest plain = crypto::sha256("message");
  CHECK(key.mac("message") == first);
  CHECK(first != other);
  CHECK(first != plain);
}

TEST_CASE("a key behind a start gives the MAC of start and message, wherever they meet", "[crypto]") {
  const crypto::hmac_key key("Jefe");
  std::string whole;
  for (int i = 0; i < 200; ++i) whole.push_back(static_cast<char>(i));
  const digest expected = key.mac(whole);
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const crypto::hmac_key after = key.after(whole.substr(0, size));
    CHECK(after.mac(whole.substr(size)) == expected);
    CHECK(after.mac(whole.substr(size)) == expected);
    CHECK(after.after(whole.substr(size)).mac("") == expected);
  }
  CHECK(key.mac(whole) == expected);
}

TEST_CASE("hashing goes on after the last MAC was forgotten", "[crypto]") {
  crypto::forget_last_mac();
  const crypto::hmac_key key("Jefe");
  const digest first = key.mac("message");
  crypto::forget_last_mac();
  crypto::forget_last_mac();
  CHECK(key.mac("message") == first);
}

TEST_CASE("Wycheproof: HMAC-SHA-256, every full and truncated tag", "[crypto][rfc]") {
  const vectors::value file = vectors::load("wycheproof/hmac_sha256_test.json");
  int tried = 0;
  for (const auto& group : file["testGroups"].items) {
    const auto tag_size = static_cast<std::size_t>(group["tagSize"].number() / 8);
    for (const auto& test : group["tests"].items) {
      INFO("tcId " << test["tcId"].text << ": " << test["comment"].text);
      const crypto::hmac_key key(from_hex(test["key"].text));
      const std::string mac = bytes(key.mac(from_hex(test["msg"].text))).substr(0, tag_size);
      CHECK(constant_time_equal(mac, from_hex(test["tag"].text)) == (test["result"].text == "valid"));
      ++tried;
    }
  }
  CHECK(tried == 174);
}

TEST_CASE("RFC 5869: a derived key is HKDF-SHA-256 with zero salt, and depends on root, use and slot",
          "[crypto]") {
  const secret root(std::string(32, '\x07'));
  // HKDF by its definition: extract with a key of 32 zero bytes, expand one block.
  const auto by_definition = [&root](const std::string& info) {
    const std::string extracted = bytes(crypto::hmac_key(std::string(32, '\0')).mac(root.expose()));
    return bytes(crypto::hmac_key(extracted).mac(info + '\x01'));
  };
  CHECK(crypto::derive(root, "api-key/verifier", '1').expose() ==
        by_definition("ekauth/1/api-key/verifier/1"));
  CHECK(crypto::derive(root, "api-key/verifier", '2').expose() ==
        by_definition("ekauth/1/api-key/verifier/2"));
  CHECK(crypto::derive(root, "refresh", '1').expose() == by_definition("ekauth/1/refresh/1"));
  CHECK(crypto::derive(root, "refresh", '1').expose() !=
        crypto::derive(secret(std::string(32, '\x08')), "refresh", '1').expose());
}
