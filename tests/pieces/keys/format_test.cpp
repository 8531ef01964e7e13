#include <ekauth/keys.hpp>

#include "catch.hpp"
#include "core/base62.hpp"
#include "keys/format.hpp"
#include "support/fixed.hpp"

#include <string>

using namespace ekauth;

namespace {

constexpr scope::registry scopes{{"events:read"}, {"full_access", scope::kind::superuser}};

// The published vectors: root 00 01 … 1f in slot 1.
const std::string live_key = "ek_live_1a2b3c4d5e16f7g8h9i0jKLMNOPQRSTUVWXYwYcSpW3MzROh";
const std::string test_key = "ek_test_1a2b3c4d5e16f7g8h9i0jKLMNOPQRSTUVWXYl16tXu0f8jpe";

keys::service make_service(keys::options how = {}) {
  return *keys::service::make(fixed::roots(), scopes, how);
}

errc refusal(const keys::service& service, std::string_view text) {
  const auto read = service.parse(text);
  return read ? errc{} : read.error().code();
}

}  // namespace

TEST_CASE("the published keys parse, and their digest is the published one", "[keys]") {
  const auto service = make_service();
  const auto live = service.parse(live_key);
  REQUIRE(live);
  CHECK(live->id == key_id("key_1a2b3c4d5e"));
  CHECK(live->env == keys::environment::live);
  CHECK((*service.parse(test_key)).env == keys::environment::test);

  const crypto::key_ring digests(fixed::roots(), "apikey-verifier");
  CHECK(fixed::hex(keys::digest_of(digests.find('1'), "ek", keys::environment::live, "1a2b3c4d5e",
                                   "6f7g8h9i0jKLMNOPQRSTUVWXY")) ==
        "37a2a68d82e9b1ecbed6371392e87d64ed727b464a23b49db3f7940b4b18dc62");
}

TEST_CASE("every single typo in a key is refused offline", "[keys]") {
  const auto service = make_service();
  const std::string alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  int tried = 0;
  for (std::size_t i = 8; i < live_key.size(); ++i)
    for (const char c : alphabet) {
      if (c == live_key[i]) continue;
      std::string typo = live_key;
      typo[i] = c;
      ++tried;
      CHECK(refusal(service, typo) == errc::key_checksum_mismatch);
    }
  CHECK(tried == 2928);
}

TEST_CASE("swapped neighbours, truncation, growth and another environment are refused offline", "[keys]") {
  const auto service = make_service();
  for (std::size_t i = 8; i + 1 < live_key.size(); ++i) {
    std::string swapped = live_key;
    std::swap(swapped[i], swapped[i + 1]);
    if (swapped != live_key) CHECK(refusal(service, swapped) == errc::key_checksum_mismatch);
  }
  for (std::size_t length = 0; length < live_key.size(); ++length)
    CHECK(refusal(service, live_key.substr(0, length)) == errc::key_malformed);
  CHECK(refusal(service, live_key + "0") == errc::key_malformed);
  CHECK(refusal(service, "ek_test_" + live_key.substr(8)) == errc::key_checksum_mismatch);
  CHECK(refusal(service, "ek_prod_" + live_key.substr(8)) == errc::key_malformed);
  CHECK(refusal(service, "EK_live_" + live_key.substr(8)) == errc::key_malformed);
  CHECK(refusal(service, "xx_live_" + live_key.substr(8)) == errc::key_malformed);
  std::string odd = live_key;
  for (const char c : {'_', '-', ' ', '\0', '\xc3', '/'}) {
    odd[20] = c;
    CHECK(refusal(service, odd) == errc::key_malformed);
  }
}

TEST_CASE("a key of another server key is refused offline by its slot or its tag", "[keys]") {
  const auto retired = *keys::service::make(fixed::roots("2"), scopes);
  CHECK(refusal(retired, live_key) == errc::key_slot_unknown);
  server_keys other;
  REQUIRE(other.add('1', fixed::vector_root(50)));
  const auto stranger = *keys::service::make(other, scopes);
  CHECK(refusal(stranger, live_key) == errc::key_tag_mismatch);
}

TEST_CASE("of all that is wrong with a key the first is said: form, check, server key, tag, environment",
          "[keys]") {
  const auto live_only = make_service({.accept_test = false});
  const auto checked = [](std::string text) {
    return text.replace(50, 6, base62::digits(std::uint64_t{base62::crc32(text.substr(0, 50))}, 6));
  };
  std::string text = test_key;
  CHECK(refusal(live_only, text) == errc::key_environment_refused);
  text[30] = 'x';
  CHECK(refusal(live_only, checked(text)) == errc::key_tag_mismatch);
  text[18] = '2';
  CHECK(refusal(live_only, checked(text)) == errc::key_slot_unknown);
  CHECK(refusal(live_only, text) == errc::key_checksum_mismatch);
  text[20] = '_';
  CHECK(refusal(live_only, text) == errc::key_malformed);
}

TEST_CASE("a service can refuse the keys of one environment offline", "[keys]") {
  const auto live_only = make_service({.accept_test = false});
  CHECK(live_only.parse(live_key));
  CHECK(refusal(live_only, test_key) == errc::key_environment_refused);
  const auto test_only = make_service({.accept_live = false});
  CHECK(test_only.parse(test_key));
  CHECK(refusal(test_only, live_key) == errc::key_environment_refused);
}

TEST_CASE("keys of a service without a server key pass there only, unless allowed by name", "[keys]") {
  fixed::counting_random random;
  const auto unkeyed = *keys::service::make(server_keys(), scopes, {}, random);
  auto flow = unkeyed.create({.granted = {subject_id("acc_1")}, .name = "n"}, fixed::noon);
  flow.next([&](keys::insert asked) {
    CHECK(asked.row.verifiers.at(0).slot == '0');
    flow.resume(asked, keys::insert::reply::inserted);
  });
  const auto made = std::move(flow).take();
  REQUIRE(made);
  const std::string text(made->token.expose());
  CHECK(text[18] == '0');
  CHECK(unkeyed.parse(text));
  CHECK(refusal(make_service(), text) == errc::key_slot_unknown);
  CHECK(make_service({.accept_unkeyed = true}).parse(text));
}

TEST_CASE("a prefix of the host's choice is part of the key", "[keys]") {
  for (const char* odd : {"", "e", "Acme", "{cme", "9eco", "ninechars", "acM", "ac{", "ac/", "ac:", "ac_"})
    CHECK(keys::service::make(fixed::roots(), scopes, {.prefix = odd}).error().code() ==
          errc::option_invalid);
  CHECK_FALSE(keys::service::make(fixed::roots(), scopes, {.accept_live = false, .accept_test = false}));
  const auto acme = make_service({.prefix = "acme9"});
  CHECK(acme.looks_like_key("acme9_live_x"));
  CHECK_FALSE(acme.looks_like_key("acme9"));
  CHECK_FALSE(acme.looks_like_key("ek_live_x"));
  CHECK(acme.display(key_id("key_1a2b3c4d5e"), keys::environment::test) == "acme9_test_1a2b3c4d5e");
  CHECK(acme.display(key_id("1a2b3c4d5e"), keys::environment::live) == "acme9_live_1a2b3c4d5e");
  CHECK(refusal(acme, live_key) == errc::key_malformed);
}
